/** Step 2: which universe, and the key to it. The key is checked with Roblox before anything is saved. */
import { useRef, useState } from "react";
import { call } from "../../api/client";
import { Button } from "../../components/Button";
import { TextField } from "../../components/Field";
import { Failure } from "../../components/Panels";
import { checkFailureText, maySaveUnchecked } from "../../connections/checking";
import { baseUrlProblem, isNoKey, universeProblem } from "../../connections/form";
import { useRoleReason } from "../../connections/useAccess";
import type { KeyReport } from "../../protocol";
import { t } from "../../text/message";
import type { Form } from "./Welcome";

interface KeyStepProps {
  readonly form: Form;
  readonly onChange: (part: Partial<Form>) => void;
  readonly onChecked: (report: KeyReport) => void;
  readonly onUnchecked: () => void;
  readonly onBack: () => void;
}

export function KeyStep({ form, onChange, onChecked, onUnchecked, onBack }: KeyStepProps) {
  const { universeId, apiKey, baseUrl } = form;
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const [isAdvanced, setAdvanced] = useState(baseUrl !== "");
  const asked = useRef<AbortController | null>(null);
  const roleReason = useRoleReason("SYSTEM_CONFIG");
  const idProblem = universeProblem(universeId);
  const urlProblem = baseUrlProblem(baseUrl);
  const missing = idProblem ? t("welcome.universeFirst") : apiKey === "" ? t("welcome.keyFirst") : null;
  const offReason =
    roleReason ?? missing ?? (isNoKey(apiKey) ? t("form.noKey") : urlProblem ? t(`form.${urlProblem}`) : null);
  const change = (part: Partial<Form>) => {
    setError(null);
    onChange(part);
  };
  const check = async () => {
    const aborter = new AbortController();
    asked.current = aborter;
    setRunning(true);
    setError(null);
    try {
      const { report } = await call(
        "connections.check",
        { universeId, apiKey, ...(baseUrl ? { baseUrl } : {}) },
        aborter.signal,
      );
      onChecked(report);
    } catch (failure) {
      if (!aborter.signal.aborted) {
        setError(failure);
      }
    } finally {
      setRunning(false);
    }
  };
  return (
    <form
      className="form"
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void check();
      }}
    >
      <h2 tabIndex={-1}>{t("welcome.step.key")}</h2>
      <TextField
        id="welcome-universe"
        label={t("key.universeId")}
        value={universeId}
        onChange={(value) => change({ universeId: value.trim() })}
        hint={t("key.universeHint")}
        error={idProblem === "notUniverse" ? t("form.notUniverse") : null}
        code
        autoFocus
      />
      <TextField
        id="welcome-key"
        label={t("key.apiKey")}
        value={apiKey}
        onChange={(value) => change({ apiKey: value.trim() })}
        hint={t("key.apiKeyHint")}
        error={isNoKey(apiKey) ? t("form.noKey") : null}
        secret
        code
      />
      <details className="advanced" open={isAdvanced} onToggle={(event) => setAdvanced(event.currentTarget.open)}>
        <summary id="welcome-advanced">{t("key.advanced")}</summary>
        <TextField
          id="welcome-base-url"
          label={t("key.baseUrl")}
          value={baseUrl}
          onChange={(value) => change({ baseUrl: value.trim() })}
          hint={t("key.baseUrlHint")}
          error={urlProblem ? t(`form.${urlProblem}`) : null}
          placeholder="https://apis.roblox.com"
          code
        />
      </details>
      {error !== null && (
        <Failure
          id="welcome-check-error"
          error={error}
          text={checkFailureText(error)}
          withDetails
          action={
            maySaveUnchecked(error) && (
              <Button id="welcome-skip" onPress={onUnchecked}>
                {t("welcome.skipCheck")}
              </Button>
            )
          }
        />
      )}
      <div className="form-buttons">
        <Button id="welcome-back" onPress={onBack}>
          {t("welcome.back")}
        </Button>
        {running && (
          <Button id="welcome-check-cancel" onPress={() => asked.current?.abort()}>
            {t("dialog.cancel")}
          </Button>
        )}
        <Button id="welcome-check" kind="primary" offReason={running ? t("reason.running") : offReason} submits>
          {t(running ? "welcome.checking" : "welcome.check")}
        </Button>
      </div>
    </form>
  );
}
