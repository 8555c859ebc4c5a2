/**
 * Connects a universe in four steps: where keys are kept, the key, what it may do, and how the connection is guarded.
 *
 * **Invariant:** the key lives in this view's memory from when it is typed until the connection is saved or the view is
 * left; it is never stored, shown again, or part of an address (S-55, S-60).
 */
import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { call } from "../../api/client";
import { queryNames, stopReading, useConnections, useVault } from "../../api/queries";
import type { Colour } from "../../components/ColourDot";
import { Failure, Skeleton } from "../../components/Panels";
import { showToast } from "../../components/Toasts";
import { stateOf, ViewRoot } from "../../components/ViewRoot";
import { type EnvironmentChoice, readOnlyOf } from "../../connections/form";
import { isVaultOpen } from "../../connections/VaultForm";
import type { KeyReport } from "../../protocol";
import { navigate } from "../../routing/navigation";
import { t } from "../../text/message";
import { EnvironmentStep } from "./EnvironmentStep";
import { KeyStep } from "./KeyStep";
import { PermissionsStep } from "./PermissionsStep";
import { SecretsStep } from "./SecretsStep";
import { StepList } from "./StepList";
import { STEPS, type Step } from "./steps";

/** What was typed so far. */
export interface Form {
  readonly universeId: string;
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly name: string;
  readonly environment: EnvironmentChoice;
  readonly colour: Colour | null;
  /** Null: as the environment has it. */
  readonly readOnly: boolean | null;
}

const EMPTY: Form = {
  universeId: "",
  apiKey: "",
  baseUrl: "",
  name: "",
  environment: null,
  colour: null,
  readOnly: null,
};

export function Welcome() {
  const client = useQueryClient();
  const vault = useVault();
  const { data: connections = [] } = useConnections();
  const [form, setForm] = useState(EMPTY);
  const [chosen, setChosen] = useState<Step | null>(null);
  const [report, setReport] = useState<KeyReport | null>(null);
  const content = useRef<HTMLDivElement>(null);
  const change = (part: Partial<Form>) => setForm((before) => ({ ...before, ...part }));

  const isReady = vault.data !== undefined && isVaultOpen(vault.data);
  // Nothing can be saved while the place for keys is not open, so that step cannot be passed over.
  const step: Step = isReady ? (chosen ?? "key") : "secrets";
  const reached = STEPS.indexOf(step);
  const isShown = vault.data !== undefined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: each step takes the focus when it comes up
  useEffect(() => {
    if (isShown) {
      const root = content.current;
      (root?.querySelector<HTMLElement>("[data-autofocus]") ?? root?.querySelector("h2"))?.focus();
    }
  }, [step, isShown]);

  const back = () => setChosen(STEPS[reached - 1] ?? step);
  const keys = (event: KeyboardEvent) => {
    if (event.altKey && event.key === "ArrowLeft" && reached > 0) {
      event.preventDefault();
      event.stopPropagation();
      back();
    }
  };
  const save = async () => {
    const { connection } = await call("connections.create", {
      name: form.name.trim(),
      universeId: form.universeId,
      apiKey: form.apiKey,
      readOnly: readOnlyOf(form.environment, form.readOnly),
      ...(form.environment && form.environment !== "unclassified" ? { environment: form.environment } : {}),
      ...(form.colour ? { colour: form.colour } : {}),
      ...(form.baseUrl ? { baseUrl: form.baseUrl } : {}),
      ...(report ? {} : { skipCheck: true }),
    });
    change({ apiKey: "" });
    await call("connections.select", { connection: connection.id }).catch(() => undefined);
    await client.invalidateQueries({ queryKey: queryNames.connections() });
    void client.invalidateQueries({ queryKey: queryNames.budgets() });
    showToast({ kind: "success", text: t("connection.saved", { connection: connection.name }) });
    navigate({ view: "stores", connection: connection.name });
  };

  return (
    <ViewRoot name="welcome" label={t("view.welcome")} state={stateOf(vault, false)} className="page welcome">
      <h1 tabIndex={-1}>{t("view.welcome")}</h1>
      <p className="muted">{t("welcome.explain")}</p>
      {vault.isPending && (
        <Skeleton
          rows={4}
          label={t("welcome.reading")}
          cancel={{ id: "welcome-cancel", run: () => stopReading(client, queryNames.vault()) }}
        />
      )}
      {vault.error && <Failure id="welcome-error" error={vault.error} onRetry={() => void vault.refetch()} />}
      {vault.data && (
        // biome-ignore lint/a11y/noStaticElementInteractions: only hears the way back, which has buttons of its own
        <div className="welcome-body" onKeyDown={keys}>
          <StepList step={step} isReady={isReady} onChoose={setChosen} />
          <div ref={content} className="welcome-step" data-step={step}>
            {step === "secrets" && <SecretsStep vault={vault.data} onNext={() => setChosen("key")} />}
            {step === "key" && (
              <KeyStep
                form={form}
                onChange={(part) => {
                  change(part);
                  setReport(null);
                }}
                onChecked={(checked) => {
                  setReport(checked);
                  change({ name: form.name || checked.universeName || "" });
                  setChosen("permissions");
                }}
                onUnchecked={() => {
                  setReport(null);
                  setChosen("environment");
                }}
                onBack={back}
              />
            )}
            {step === "permissions" && (
              <PermissionsStep report={report} onBack={back} onNext={() => setChosen("environment")} />
            )}
            {step === "environment" && (
              <EnvironmentStep
                form={form}
                isChecked={report !== null}
                otherNames={connections.map((connection) => connection.name)}
                onChange={change}
                onBack={() => setChosen(report ? "permissions" : "key")}
                onSave={save}
              />
            )}
          </div>
        </div>
      )}
    </ViewRoot>
  );
}
