/** Step 3: what the key may do, what it lacks for a way of working, and how that is added. */
import { useState } from "react";
import { Button } from "../../components/Button";
import { Choice } from "../../components/Choice";
import { Icon } from "../../components/Icon";
import { missingPermissions, type Preset } from "../../connections/capabilities";
import { KeyFacts, PermissionMatrix } from "../../connections/PermissionMatrix";
import type { KeyReport } from "../../protocol";
import { t } from "../../text/message";

interface PermissionsStepProps {
  readonly report: KeyReport | null;
  readonly onBack: () => void;
  readonly onNext: () => void;
}

export function PermissionsStep({ report, onBack, onNext }: PermissionsStepProps) {
  const [preset, setPreset] = useState<Preset>("readWrite");
  const missing = report ? missingPermissions(report.capabilities, preset) : [];
  return (
    <form
      className="form form-wide"
      onSubmit={(event) => {
        event.preventDefault();
        onNext();
      }}
    >
      <h2 tabIndex={-1}>{t("welcome.step.permissions")}</h2>
      {report ? (
        <>
          <KeyFacts report={report} />
          <Choice
            id="permissions-preset"
            label={t("permissions.preset")}
            options={[
              { value: "read", text: t("permissions.preset.read") },
              { value: "readWrite", text: t("permissions.preset.readWrite") },
            ]}
            chosen={preset}
            onChoose={setPreset}
          />
          <p
            id="permissions-summary"
            role="status"
            className="granted"
            data-level={missing.length > 0 ? "none" : "all"}
          >
            <Icon name={missing.length > 0 ? "triangle" : "check"} />
            {missing.length > 0 ? t("permissions.lacking", { count: missing.length }) : t("permissions.complete")}
          </p>
          <PermissionMatrix report={report} preset={preset} />
          {missing.length > 0 && <p className="muted">{t("permissions.howToAdd")}</p>}
        </>
      ) : (
        <p>{t("permissions.unknown")}</p>
      )}
      <div className="form-buttons">
        <Button id="welcome-back" onPress={onBack}>
          {t("welcome.back")}
        </Button>
        <Button id="welcome-next" kind="primary" submits autoFocus>
          {t("welcome.next")}
        </Button>
      </div>
    </form>
  );
}
