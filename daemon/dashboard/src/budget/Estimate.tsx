/** What planned work would cost: how many requests, how many minutes, and which budget decides. */
import { useState } from "react";
import { call } from "../api/client";
import { Button } from "../components/Button";
import { TextField } from "../components/Field";
import { Failure } from "../components/Panels";
import { useRoleReason } from "../connections/useAccess";
import type { BudgetEstimateResponse, Connection } from "../protocol";
import { t } from "../text/message";
import { EMPTY_PLAN, PLAN_LIMIT, PLANNED, planOf, planProblem, type TypedPlan } from "./plan";
import { poolWord } from "./poolWord";

type Outcome = { readonly estimate: BudgetEstimateResponse } | { readonly error: unknown };

export function Estimate({ connection }: { readonly connection: Connection }) {
  const roleReason = useRoleReason("READ_DATA");
  const [typed, setTyped] = useState<TypedPlan>(EMPTY_PLAN);
  const [asked, setAsked] = useState(EMPTY_PLAN);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [running, setRunning] = useState(false);
  const range = t("budget.estimate.range", { limit: PLAN_LIMIT });
  const plan = planOf(typed);
  const problem = PLANNED.some((name) => planProblem(typed[name])) ? range : t("budget.estimate.nothing");
  const run = async () => {
    if (!plan) {
      return;
    }
    setRunning(true);
    setAsked(typed);
    try {
      setOutcome({ estimate: await call("budget.estimate", { connection: connection.id, ...plan }) });
    } catch (error) {
      setOutcome({ error });
    }
    setRunning(false);
  };
  // An answer to other numbers than those on screen would mislead.
  const shown = asked === typed ? outcome : null;
  return (
    <form
      className="budget-estimate"
      aria-labelledby="budget-estimate-title"
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <div className="budget-share">
        <h3 id="budget-estimate-title">{t("budget.estimate.title")}</h3>
        <p className="muted">{t("budget.estimate.explain")}</p>
      </div>
      <div className="budget-planned">
        {PLANNED.map((name) => (
          <TextField
            key={name}
            id={`budget-estimate-${name}`}
            label={t(`budget.estimate.${name}`)}
            value={typed[name]}
            onChange={(value) => setTyped({ ...typed, [name]: value.trim() })}
            error={planProblem(typed[name]) ? range : null}
          />
        ))}
      </div>
      <div className="budget-share">
        <Button
          id="budget-estimate-run"
          offReason={roleReason ?? (plan ? (running ? t("reason.running") : null) : problem)}
          submits
        >
          {t("budget.estimate.run")}
        </Button>
        <p id="budget-estimate-result" role="status">
          {shown && "estimate" in shown && estimateText(shown.estimate)}
        </p>
      </div>
      {shown && "error" in shown && <Failure id="budget-estimate-error" error={shown.error} />}
    </form>
  );
}

function estimateText({ requests, minutes, bottleneck }: BudgetEstimateResponse): string {
  const cost = t("budget.estimate.cost", {
    requests: t("budget.estimate.requests", { count: requests }),
    time: minutes > 0 ? t("budget.estimate.minutes", { count: minutes }) : t("budget.estimate.atOnce"),
  });
  return bottleneck ? `${cost} ${t("budget.estimate.narrowest", { pool: poolWord(bottleneck) })}` : cost;
}
