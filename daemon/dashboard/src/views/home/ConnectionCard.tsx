/** One connection on Home: whose data it is, how it is, what its key lacks, and what can be done with it. */
import { useQueryClient } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { call } from "../../api/client";
import { queryNames, useBudget, useStores, useVault } from "../../api/queries";
import { Age } from "../../components/Age";
import { Button } from "../../components/Button";
import { ColourDot } from "../../components/ColourDot";
import { EnvironmentChip } from "../../components/EnvironmentChip";
import { Icon, type IconName } from "../../components/Icon";
import { Menu } from "../../components/Menu";
import { SafeText } from "../../components/SafeText";
import { showToast } from "../../components/Toasts";
import { missingPermissions } from "../../connections/capabilities";
import { askToUnlock, lock } from "../../connections/unlocking";
import { useLock, useRoleReason } from "../../connections/useAccess";
import type { Connection } from "../../protocol";
import { navigate } from "../../routing/navigation";
import { errorText } from "../../text/errors";
import { formatClock } from "../../text/format";
import { t } from "../../text/message";

const dialogs = () => import("./ConnectionDialogs");
const EditDialog = lazy(() => dialogs().then((module) => ({ default: module.EditConnectionDialog })));
const RemoveDialog = lazy(() => dialogs().then((module) => ({ default: module.RemoveConnectionDialog })));
const ReportDialog = lazy(() => dialogs().then((module) => ({ default: module.ReportDialog })));
const VaultDialog = lazy(() =>
  import("../../connections/VaultForm").then((module) => ({ default: module.VaultDialog })),
);

export function ConnectionCard({ connection }: { readonly connection: Connection }) {
  const client = useQueryClient();
  const [asked, setAsked] = useState<"edit" | "remove" | "report" | "vault" | null>(null);
  const [isBusy, setBusy] = useState(false);
  const state = useLock(connection);
  const writeReason = useRoleReason("WRITE_DATA");
  const configReason = useRoleReason("SYSTEM_CONFIG");
  const vault = useVault().data;
  const { name, cloud } = connection;
  const close = () => setAsked(null);
  const run = async (deed: () => Promise<string>) => {
    setBusy(true);
    try {
      showToast({ kind: "success", text: await deed() });
    } catch (error) {
      const { title, body } = errorText(error);
      showToast({ kind: "error", text: [title, body].filter(Boolean).join(" ") });
    } finally {
      setBusy(false);
    }
  };
  const test = () =>
    run(async () => {
      const { report } = await call("connections.test", { connection: connection.id });
      await client.invalidateQueries({ queryKey: queryNames.connections() });
      const count = missingPermissions(report.capabilities, presetOf(connection)).length;
      return count === 0 ? t("connection.tested", { connection: name }) : t("permissions.lacking", { count });
    });
  const removeSample = () =>
    run(async () => {
      const { removedCount } = await call("connections.removeSample", { connection: connection.id });
      await client.invalidateQueries({ queryKey: queryNames.connections() });
      await client.invalidateQueries({ queryKey: queryNames.stores(name) });
      return t("home.sampleRemoved", { count: removedCount, name });
    });
  return (
    <li
      id={`home-connection-${name}`}
      className="card"
      data-connection={connection.id}
      style={{ borderInlineStartColor: `var(--chip-${connection.environment})` }}
    >
      <div className="card-head">
        <EnvironmentChip environment={connection.environment} />
        <strong className="card-title">
          <ColourDot colour={connection.colour} /> <SafeText text={name} />
        </strong>
        {connection.sampleData && <span className="mark">{t("mark.sample")}</span>}
      </div>
      <p className="card-facts" data-mode={state.state}>
        {cloud ? <CloudFacts connection={connection} /> : <LocalFacts name={name} />}
        <span id={`home-mode-${name}`}>
          <Icon name={state.state === "locked" ? "lock" : "unlock"} size={12} />
          {state.state === "locked"
            ? t("mark.readOnly")
            : state.state === "unlocked"
              ? t("unlock.until", { time: formatClock(state.until) })
              : t("mark.writable")}
        </span>
      </p>
      {cloud && <Health connection={connection} onReport={() => setAsked("report")} />}
      {connection.sampleData && <p className="muted">{t("home.sampleBody")}</p>}
      <div className="card-actions">
        <Button
          id={`home-open-${name}`}
          kind="primary"
          icon="explorer"
          onPress={() => navigate({ view: "stores", connection: name })}
        >
          {t("home.open")}
        </Button>
        {state.state === "locked" && (
          <Button
            id={`home-unlock-${name}`}
            icon="unlock"
            offReason={writeReason}
            onPress={() => askToUnlock(client, connection)}
          >
            {t("unlock.open")}
          </Button>
        )}
        {state.state === "unlocked" && (
          <Button id={`home-lock-${name}`} icon="lock" onPress={() => void lock(client, connection)}>
            {t("unlock.lockNow")}
          </Button>
        )}
        {cloud?.keyState === "locked" && vault && (
          <Button
            id={`home-vault-${name}`}
            icon="key"
            hasPopup="dialog"
            offReason={configReason}
            onPress={() => setAsked("vault")}
          >
            {t("vault.open")}
          </Button>
        )}
        {connection.sampleData && (
          <Button
            id={`home-remove-sample-${name}`}
            icon="trash"
            offReason={configReason ?? (isBusy ? t("reason.running") : null)}
            onPress={() => void removeSample()}
          >
            {t("home.removeSample")}
          </Button>
        )}
        <Menu
          id={`home-more-${name}`}
          label={t("home.more", { connection: name })}
          align="end"
          items={[
            ...(cloud
              ? [
                  {
                    id: `home-test-${name}`,
                    text: t("connection.test"),
                    icon: "refresh" as const,
                    run: () => void test(),
                    offReason: isBusy ? t("reason.running") : null,
                  },
                ]
              : []),
            {
              id: `home-edit-${name}`,
              text: t("connection.edit"),
              icon: "edit" as const,
              run: () => setAsked("edit"),
              offReason: configReason,
            },
            {
              id: `home-remove-${name}`,
              text: t("connection.remove"),
              icon: "trash" as const,
              danger: true,
              run: () => setAsked("remove"),
              offReason: configReason ?? (cloud ? null : t("connection.localStays")),
            },
          ]}
        >
          {t("home.moreWord")}
        </Menu>
      </div>
      <Suspense fallback={null}>
        {asked === "edit" && <EditDialog connection={connection} onClose={close} />}
        {asked === "remove" && <RemoveDialog connection={connection} onClose={close} />}
        {asked === "report" && <ReportDialog connection={connection} onClose={close} />}
        {asked === "vault" && vault && <VaultDialog vault={vault} onClose={close} />}
      </Suspense>
    </li>
  );
}

/** What a key is measured by: what its connection is open for. */
function presetOf(connection: Connection): "read" | "readWrite" {
  return connection.environment === "production" && connection.readOnly ? "read" : "readWrite";
}

/** How many data stores the daemon's own engine has; a universe is not asked, because each listing costs a request. */
function LocalFacts({ name }: { readonly name: string }) {
  const standard = useStores(name, "standard", "");
  const ordered = useStores(name, "ordered", "");
  const facts = [count(standard, "home.standardStores"), count(ordered, "home.orderedStores")];
  return facts.map((fact) => fact !== null && <span key={fact}>{fact}</span>);
}

/** A count only when all pages are known; nothing is estimated. */
function count(list: ReturnType<typeof useStores>, name: "home.standardStores" | "home.orderedStores"): string | null {
  if (!list.data || list.hasNextPage) {
    return null;
  }
  return t(name, { count: list.data.pages.reduce((sum, page) => sum + page.datastores.length, 0) });
}

function CloudFacts({ connection }: { readonly connection: Connection }) {
  const { cloud } = connection;
  if (!cloud) {
    return null;
  }
  return (
    <>
      <span>
        {cloud.universeName && (
          <>
            <SafeText text={cloud.universeName} />{" "}
          </>
        )}
        {t("home.universe", { universe: cloud.universeId })}
      </span>
      {cloud.baseUrl && (
        <span>
          <SafeText text={cloud.baseUrl} code />
        </span>
      )}
    </>
  );
}

/** What is wrong with the connection, or that nothing is, each with an icon and words. */
function Health({ connection, onReport }: { readonly connection: Connection; readonly onReport: () => void }) {
  const known = useBudget(connection);
  const { name, cloud } = connection;
  if (!cloud) {
    return null;
  }
  const report = cloud.lastCheck;
  const missing = report ? missingPermissions(report.capabilities, presetOf(connection)) : [];
  const lines: { id: string; level: "all" | "some" | "none"; icon: IconName; text: ReactNode }[] = [];
  if (cloud.keyState !== "ready") {
    lines.push({
      id: "key",
      level: "none",
      icon: "lock",
      text: t(cloud.keyState === "locked" ? "home.keyLocked" : "home.keyMissing"),
    });
  }
  if (known?.budget.stopped) {
    lines.push({ id: "stopped", level: "none", icon: "stop", text: t("home.stopped") });
  } else if (known && known.budget.breaker !== "closed") {
    lines.push({ id: "unreachable", level: "none", icon: "triangle", text: t("home.unreachable") });
  }
  if (missing.length > 0) {
    lines.push({
      id: "missing",
      level: "none",
      icon: "triangle",
      text: t("permissions.lacking", { count: missing.length }),
    });
  }
  for (const warning of report?.warnings ?? []) {
    lines.push({ id: warning.kind, level: "some", icon: "info", text: t(`keyWarning.${warning.kind}`) });
  }
  if (lines.length === 0 && report) {
    lines.push({ id: "ok", level: "all", icon: "check", text: t("home.healthy") });
  }
  return (
    <div id={`home-health-${name}`} className="health" data-health={lines[0]?.id ?? "unknown"}>
      <ul>
        {lines.map((line) => (
          <li key={line.id} className="granted" data-level={line.level}>
            <Icon name={line.icon} size={12} /> {line.text}
          </li>
        ))}
      </ul>
      {report ? (
        <p className="muted">
          {t("home.checked")} <Age time={report.checkedAt} />.{" "}
          <button type="button" id={`home-report-${name}`} className="link" aria-haspopup="dialog" onClick={onReport}>
            {t("home.permissions")}
          </button>
        </p>
      ) : (
        <p className="muted">{t("home.notChecked")}</p>
      )}
    </div>
  );
}
