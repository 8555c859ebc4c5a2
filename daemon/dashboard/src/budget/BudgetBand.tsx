/** Above the content: that requests are stopped, held back by Roblox, or over our own share, and what to do about it. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { call } from "../api/client";
import { queryNames, useBudget, useBudgets, useConnections } from "../api/queries";
import { useCell } from "../cell";
import { useNow } from "../components/Age";
import { Band } from "../components/Band";
import { Button } from "../components/Button";
import { Dialog } from "../components/Dialog";
import { Failure } from "../components/Panels";
import { useRoleReason } from "../connections/useAccess";
import type { Budget, Connection } from "../protocol";
import { formatClock } from "../text/format";
import { t } from "../text/message";
import { isUsedUp, troubleOf } from "./meter";
import { poolWord } from "./poolWord";
import { resumeAsked } from "./resuming";

const LASTING_MS = 1_000;

export function BudgetBand({ connection }: { readonly connection: Connection | null }) {
  const { data: budgets = [] } = useBudgets();
  const stopped = budgets.filter((budget) => budget.stopped);
  const isAsking = useCell(resumeAsked);
  return (
    <>
      {stopped.length > 0 && <StoppedBand stopped={stopped} />}
      {connection && <HeldBand connection={connection} />}
      {isAsking && stopped.length > 0 && <ResumeDialog stopped={stopped} onClose={() => resumeAsked.set(false)} />}
    </>
  );
}

/** The names of the connections whose requests are stopped. */
function useNames(budgets: readonly Budget[]): string {
  const { data: connections = [] } = useConnections();
  const ids = new Set(budgets.flatMap((budget) => budget.connections));
  const names = connections.filter((connection) => ids.has(connection.id)).map((connection) => connection.name);
  return names.length > 0 ? names.join(", ") : budgets.map((budget) => budget.universeId).join(", ");
}

function StoppedBand({ stopped }: { readonly stopped: readonly Budget[] }) {
  const names = useNames(stopped);
  const roleReason = useRoleReason("SYSTEM_CONFIG");
  const [first] = stopped;
  return (
    <Band
      id="budget-stopped"
      kind="danger"
      actions={
        <Button id="budget-resume" icon="resume" offReason={roleReason} onPress={() => resumeAsked.set(true)}>
          {t("budget.resume")}
        </Button>
      }
    >
      <strong>
        {first?.stoppedAt
          ? t("budget.stoppedSince", {
              connections: names,
              time: formatClock(first.stoppedAt),
              person: first.stoppedBy ?? t("budget.somebody"),
            })
          : t("budget.stoppedNow", { connections: names })}
      </strong>{" "}
      {t("budget.stoppedBody")}
    </Band>
  );
}

function HeldBand({ connection }: { readonly connection: Connection }) {
  const known = useBudget(connection);
  const now = useNow(1_000);
  const trouble = known && troubleOf(known.budget, known.toldAt, now);
  const isLasting = useLasting(trouble?.kind === "held");
  if (!trouble || trouble.kind === "stopped") {
    return null;
  }
  const { name } = connection;
  switch (trouble.kind) {
    case "unreachable":
      return (
        <Band id="budget-unreachable" kind="warning">
          <strong>{t("budget.unreachable", { connection: name })}</strong>{" "}
          {trouble.seconds === null ? t("budget.trying") : t("budget.nextTry", { seconds: trouble.seconds })}
        </Band>
      );
    case "throttled":
      return (
        <Band id="budget-throttled" kind="warning">
          <strong>{t("budget.throttled", { connection: name, pool: poolWord(trouble.pool.name) })}</strong>{" "}
          {t("budget.nextTry", { seconds: trouble.seconds })}
        </Band>
      );
    case "held":
      return isLasting ? (
        <Band id="budget-held" kind="warning">
          <strong>
            {isUsedUp(trouble.pool)
              ? t("budget.full", {
                  connection: name,
                  pool: poolWord(trouble.pool.name),
                  used: trouble.pool.usedRequests,
                  allowed: trouble.pool.allowedRequests,
                })
              : t("budget.held", { connection: name, pool: poolWord(trouble.pool.name) })}
          </strong>{" "}
          {t("budget.waiting", { count: trouble.pool.waiting })}{" "}
          {trouble.seconds ? `${t("budget.nextFree", { seconds: trouble.seconds })} ` : ""}
          {t("budget.largerShare")}
        </Band>
      ) : null;
  }
}

/** Whether something has been so for longer than a request usually waits, so that no band flashes. */
function useLasting(isSo: boolean): boolean {
  const [isLasting, setLasting] = useState(false);
  useEffect(() => {
    setLasting(false);
    if (!isSo) {
      return;
    }
    const timer = window.setTimeout(() => setLasting(true), LASTING_MS);
    return () => window.clearTimeout(timer);
  }, [isSo]);
  return isSo && isLasting;
}

interface ResumeDialogProps {
  readonly stopped: readonly Budget[];
  readonly onClose: () => void;
}

/** Says what goes on before it does. */
function ResumeDialog({ stopped, onClose }: ResumeDialogProps) {
  const client = useQueryClient();
  const names = useNames(stopped);
  const roleReason = useRoleReason("SYSTEM_CONFIG");
  const [error, setError] = useState<unknown>(null);
  const sum = (count: (budget: Budget) => number) => stopped.reduce((total, budget) => total + count(budget), 0);
  const resume = async () => {
    try {
      const answer = await call("budget.resume", {});
      client.setQueryData(queryNames.budgets(), answer.budgets);
      onClose();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Dialog
      id="resume-dialog"
      title={t("budget.resumeTitle", { connections: names })}
      onCancel={onClose}
      buttons={
        <>
          <Button id="resume-cancel" onPress={onClose} autoFocus>
            {t("budget.stayStopped")}
          </Button>
          <Button id="resume-confirm" kind="primary" icon="resume" offReason={roleReason} onPress={() => void resume()}>
            {t("budget.resumeNow", { connections: names })}
          </Button>
        </>
      }
    >
      <p>
        {t("budget.resumeBody", {
          persons: sum((budget) => budget.waitingPersons),
          jobs: sum((budget) => budget.waitingJobs),
        })}
      </p>
      {error !== null && <Failure id="resume-error" error={error} />}
    </Dialog>
  );
}
