/** What a key may do: every capability, for which data stores, and the exact permission where one is missing. */
import { Button } from "../components/Button";
import { Icon } from "../components/Icon";
import { SafeText } from "../components/SafeText";
import { showToast } from "../components/Toasts";
import type { KeyReport } from "../protocol";
import { formatMoment } from "../text/format";
import { t } from "../text/message";
import { type Capability, neededFor, type Preset, sorted } from "./capabilities";

const STORES_SHOWN = 3;
const ICONS = { all: "check", some: "info", none: "cross" } as const;

interface PermissionMatrixProps {
  readonly report: KeyReport;
  readonly preset: Preset;
}

export function PermissionMatrix({ report, preset }: PermissionMatrixProps) {
  const needed = neededFor(preset);
  return (
    <table className="table" id="permissions-table">
      <caption className="hidden-text">{t("permissions.caption", { key: report.keyName })}</caption>
      <thead>
        <tr>
          <th scope="col">{t("permissions.capability")}</th>
          <th scope="col">{t("permissions.granted")}</th>
          <th scope="col">{t("permissions.missing")}</th>
        </tr>
      </thead>
      <tbody>
        {sorted(report.capabilities).map((capability) => (
          <tr key={capability.feature} data-feature={capability.feature} data-granted={capability.granted}>
            <th scope="row">
              {t(`feature.${capability.feature}`)}
              {!needed.has(capability.feature) && <span className="muted"> {t("permissions.optional")}</span>}
            </th>
            <td>
              <Granted capability={capability} isNeeded={needed.has(capability.feature)} />
            </td>
            <td>
              {capability.missing.map((permission) => (
                <span key={permission} className="permission">
                  <code>{permission}</code>
                  <Button
                    id={`permissions-copy-${capability.feature}-${permission}`}
                    kind="quiet"
                    icon="copy"
                    label={t("permissions.copy", { permission })}
                    onPress={() => copy(permission)}
                  />
                </span>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Granted({ capability, isNeeded }: { readonly capability: Capability; readonly isNeeded: boolean }) {
  const { granted, datastores } = capability;
  const level = granted === "none" && !isNeeded ? "optional" : granted;
  return (
    <span className="granted" data-level={level}>
      <Icon name={ICONS[granted]} size={12} />
      {granted === "some" ? (
        <>
          {t("permissions.some")} <SafeText text={datastores.slice(0, STORES_SHOWN).join(", ")} code />
          {datastores.length > STORES_SHOWN &&
            ` ${t("permissions.moreStores", { count: datastores.length - STORES_SHOWN })}`}
        </>
      ) : (
        t(`permissions.${granted}`)
      )}
    </span>
  );
}

function copy(permission: string): void {
  void navigator.clipboard.writeText(permission);
  showToast({ kind: "success", text: t("permissions.copied", { permission }) });
}

/** The key's name, its end, and what the daemon warns of. */
export function KeyFacts({ report }: { readonly report: KeyReport }) {
  return (
    <>
      <dl className="facts key-facts">
        <dt>{t("key.name")}</dt>
        <dd>
          <SafeText text={report.keyName} />
        </dd>
        <dt>{t("key.universe")}</dt>
        <dd>{report.universeName ? <SafeText text={report.universeName} /> : t("key.universeUnknown")}</dd>
        <dt>{t("key.expires")}</dt>
        <dd>{report.expiresAt ? formatMoment(report.expiresAt) : t("tokens.noExpiry")}</dd>
        <dt>{t("key.checked")}</dt>
        <dd>{formatMoment(report.checkedAt)}</dd>
      </dl>
      {report.warnings.length > 0 && (
        <ul id="key-warnings" className="key-warnings">
          {report.warnings.map((warning) => (
            <li key={warning.kind} data-kind={warning.kind}>
              <Icon name="triangle" size={12} /> {t(`keyWarning.${warning.kind}`)}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
