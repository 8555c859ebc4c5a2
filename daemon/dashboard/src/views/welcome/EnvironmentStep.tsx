/** Step 4: what the connection is called, whose data it leads to, and how it is guarded. */
import { useState } from "react";
import { Button } from "../../components/Button";
import { TextField } from "../../components/Field";
import { Failure } from "../../components/Panels";
import { ColourChoice, EnvironmentChoice, ReadOnlyField } from "../../connections/EnvironmentFields";
import { checkFailureText } from "../../connections/checking";
import { nameProblem, readOnlyOf } from "../../connections/form";
import { useRoleReason } from "../../connections/useAccess";
import { t } from "../../text/message";
import type { Form } from "./Welcome";

interface EnvironmentStepProps {
  readonly form: Form;
  /** False when the key is to be saved as it is and checked later. */
  readonly isChecked: boolean;
  readonly otherNames: readonly string[];
  readonly onChange: (part: Partial<Form>) => void;
  readonly onBack: () => void;
  readonly onSave: () => Promise<void>;
}

export function EnvironmentStep({ form, isChecked, otherNames, onChange, onBack, onSave }: EnvironmentStepProps) {
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const roleReason = useRoleReason("SYSTEM_CONFIG");
  const problem = nameProblem(form.name, otherNames);
  const offReason =
    roleReason ??
    (running ? t("reason.running") : null) ??
    (problem ? t(`form.name.${problem}`) : null) ??
    (form.environment === null ? t("connection.chooseEnvironment") : null);
  const save = async () => {
    setRunning(true);
    setError(null);
    try {
      await onSave();
    } catch (failure) {
      setError(failure);
      setRunning(false);
    }
  };
  return (
    <form
      className="form"
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h2 tabIndex={-1}>{t("welcome.step.environment")}</h2>
      {!isChecked && <p className="muted">{t("welcome.unchecked")}</p>}
      <TextField
        id="welcome-name"
        label={t("connection.name")}
        value={form.name}
        onChange={(name) => onChange({ name })}
        hint={t("connection.nameHint")}
        error={problem && form.name !== "" ? t(`form.name.${problem}`) : null}
        autoFocus
      />
      <EnvironmentChoice
        id="welcome-environment"
        chosen={form.environment}
        onChoose={(environment) => onChange({ environment })}
      />
      <p className="muted">{t("connection.environmentHint")}</p>
      <ColourChoice id="welcome-colour" chosen={form.colour} onChoose={(colour) => onChange({ colour })} />
      <ReadOnlyField
        id="welcome-read-only"
        checked={readOnlyOf(form.environment, form.readOnly)}
        onChange={(readOnly) => onChange({ readOnly })}
      />
      {error !== null && <Failure id="welcome-save-error" error={error} text={checkFailureText(error)} withDetails />}
      <div className="form-buttons">
        <Button id="welcome-back" onPress={onBack}>
          {t("welcome.back")}
        </Button>
        <Button id="welcome-save" kind="primary" offReason={offReason} submits>
          {t("welcome.save")}
        </Button>
      </div>
    </form>
  );
}
