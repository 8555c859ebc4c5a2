/** The budget in the status line: four counts of the sliding minute against our share, with all the rest on request. */
import { lazy, Suspense, useRef, useState } from "react";
import { useBudget } from "../api/queries";
import { Icon } from "../components/Icon";
import type { Budget, Connection } from "../protocol";
import { t } from "../text/message";
import { BARS, type Level, levelOf, poolOf } from "./meter";

const BudgetDetails = lazy(() => import("./BudgetDetails").then((module) => ({ default: module.BudgetDetails })));

export function BudgetMeter({ connection }: { readonly connection: Connection | null }) {
  const known = useBudget(connection);
  return connection && known ? <Meter connection={connection} budget={known.budget} toldAt={known.toldAt} /> : null;
}

interface MeterProps {
  readonly connection: Connection;
  readonly budget: Budget;
  readonly toldAt: number;
}

function Meter({ connection, budget, toldAt }: MeterProps) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const bars = BARS.flatMap(({ name, word }) => {
    const pool = poolOf(budget, name);
    return pool ? [{ word, pool, level: levelOf(pool) }] : [];
  });
  return (
    <span className="status-budget">
      <button
        ref={button}
        type="button"
        id="status-budget"
        className="status-button"
        aria-haspopup="dialog"
        aria-expanded={open}
        title={t("budget.meterHint", { share: budget.sharePercent })}
        data-stopped={budget.stopped}
        onClick={() => setOpen(!open)}
      >
        {budget.stopped && (
          <span className="budget-bar" data-level="throttled">
            <Icon name="stop" size={12} /> {t("budget.stoppedWord")}
          </span>
        )}
        {bars.map(({ word, pool, level }) => (
          <span key={word} id={`status-budget-${word}`} className="budget-bar" data-level={level}>
            {level !== "low" && <Icon name={level === "high" ? "info" : "triangle"} size={12} />}
            {t(`budget.bar.${word}`, { used: pool.usedRequests, allowed: pool.allowedRequests })}
            {level !== "low" && <span className="hidden-text"> {levelWord(level)}</span>}
          </span>
        ))}
      </button>
      {open && (
        <Suspense fallback={null}>
          <BudgetDetails
            connection={connection}
            budget={budget}
            toldAt={toldAt}
            onClose={() => {
              setOpen(false);
              button.current?.focus();
            }}
          />
        </Suspense>
      )}
    </span>
  );
}

export function levelWord(level: Level): string {
  return t(`budget.level.${level}`);
}
