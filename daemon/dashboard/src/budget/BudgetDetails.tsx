/** Every pool of a universe's budget, the share of it that is ours to use, and what planned work would take of it. */
import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { call } from "../api/client";
import { queryNames } from "../api/queries";
import { useNow } from "../components/Age";
import { Button } from "../components/Button";
import { Icon } from "../components/Icon";
import { Failure } from "../components/Panels";
import { SafeText } from "../components/SafeText";
import { showToast } from "../components/Toasts";
import { useRoleReason } from "../connections/useAccess";
import type { Budget, Connection } from "../protocol";
import { formatSize } from "../text/format";
import { t } from "../text/message";
import { Estimate } from "./Estimate";
import { levelOf, secondsLeft } from "./meter";
import { poolWord } from "./poolWord";

const COLUMNS = ["pool", "used", "limit", "bytes", "waiting", "state"] as const;

interface BudgetDetailsProps {
  readonly connection: Connection;
  readonly budget: Budget;
  readonly toldAt: number;
  readonly onClose: () => void;
}

export function BudgetDetails({ connection, budget, toldAt, onClose }: BudgetDetailsProps) {
  const panel = useRef<HTMLDivElement>(null);
  const now = useNow(1_000);
  useEffect(() => panel.current?.querySelector<HTMLElement>("#budget-close")?.focus(), []);
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      onClose();
    }
  };
  return (
    <div
      ref={panel}
      id="budget-details"
      className="budget-details"
      role="dialog"
      aria-labelledby="budget-title"
      data-universe={budget.universeId}
      onKeyDown={keys}
    >
      <div className="budget-head">
        <h2 id="budget-title">
          {t("budget.title")} <SafeText text={connection.name} />
        </h2>
        <Button id="budget-close" kind="quiet" icon="cross" label={t("dialog.close")} onPress={onClose} />
      </div>
      <p className="muted">{t("budget.explain", { host: budget.host, universe: budget.universeId })}</p>
      <div className="budget-scroll">
        <table className="table" id="budget-table">
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th key={column} scope="col">
                  {t(`budget.column.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {budget.pools.map((pool) => {
              const level = levelOf(pool);
              const wait = secondsLeft(pool.throttledForSeconds ?? pool.nextFreeInSeconds, toldAt, now);
              return (
                <tr key={pool.name} data-pool={pool.name}>
                  <th scope="row">{poolWord(pool.name)}</th>
                  <td className="number">
                    {t("budget.usedOf", { used: pool.usedRequests, allowed: pool.allowedRequests })}
                  </td>
                  <td className="number">{pool.reportedLimit ?? pool.limitRequests}</td>
                  <td className="number">
                    {pool.allowedBytes != null
                      ? t("budget.bytesOf", {
                          used: formatSize(pool.usedBytes),
                          allowed: formatSize(pool.allowedBytes),
                        })
                      : ""}
                  </td>
                  <td className="number">{pool.waiting}</td>
                  <td>
                    <span className="budget-bar" data-level={level}>
                      {level !== "low" && <Icon name={level === "high" ? "info" : "triangle"} size={12} />}
                      {t(`budget.level.${level}`)}
                      {wait !== null && wait > 0 && ` ${t("budget.inSeconds", { seconds: wait })}`}
                    </span>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p className="muted">
        {t("budget.counts", { persons: budget.waitingPersons, jobs: budget.waitingJobs, running: budget.underWay })}{" "}
        {t("budget.gameUse")}
      </p>
      <ShareForm connection={connection} budget={budget} />
      <Estimate connection={connection} />
    </div>
  );
}

/** The part of the universe's base that we may use; the rest is left to the game. */
function ShareForm({ connection, budget }: { readonly connection: Connection; readonly budget: Budget }) {
  const client = useQueryClient();
  const roleReason = useRoleReason("SYSTEM_CONFIG");
  const [typed, setTyped] = useState(String(budget.sharePercent));
  const [limits, setLimits] = useState(budget.limits);
  const [error, setError] = useState<unknown>(null);
  const share = /^\d{1,3}$/.test(typed) ? Number(typed) : 0;
  const problem = share < 1 || share > 100 ? t("budget.shareRange") : null;
  const unchanged = share === budget.sharePercent && limits === budget.limits ? t("reason.noChange") : null;
  const save = async () => {
    setError(null);
    try {
      const answer = await call("budget.configure", { connection: connection.id, sharePercent: share, limits });
      await client.invalidateQueries({ queryKey: queryNames.budgets() });
      showToast({ kind: "success", text: t("budget.saved", { count: answer.budgets.length }) });
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <form
      className="budget-share"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label htmlFor="budget-share">{t("budget.share")}</label>
      <input
        id="budget-share"
        className="input"
        inputMode="numeric"
        value={typed}
        autoComplete="off"
        aria-invalid={problem !== null || undefined}
        onChange={(event) => setTyped(event.target.value.trim())}
      />
      <label htmlFor="budget-limits">{t("budget.limits")}</label>
      <select
        id="budget-limits"
        className="input"
        value={limits}
        onChange={(event) => setLimits(event.target.value as Budget["limits"])}
      >
        <option value="limitsPage">{t("budget.limits.limitsPage")}</option>
        <option value="pricingPage">{t("budget.limits.pricingPage")}</option>
      </select>
      <Button id="budget-save" offReason={roleReason ?? problem ?? unchanged} submits>
        {t("budget.save")}
      </Button>
      {error !== null && <Failure id="budget-error" error={error} />}
    </form>
  );
}
