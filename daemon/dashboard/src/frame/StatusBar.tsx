/** The bottom line: the link, Studios, drafts, staged changes, jobs, the request budget, how fast the daemon answers, its version, and who is signed in. */
import { useStatus } from "../api/queries";
import { latency } from "../api/client";
import { link } from "../api/socket";
import { BudgetMeter } from "../budget/BudgetMeter";
import { useCell } from "../cell";
import { Icon } from "../components/Icon";
import type { Connection } from "../protocol";
import { formatRoute } from "../routing/route";
import { t } from "../text/message";
import { drafts, isStaged } from "../views/entry/drafts";
import { countText, useJobCount, useStagedCount } from "./workCounts";

export function StatusBar({ connection }: { readonly connection: Connection | null }) {
  const state = useCell(link).state;
  const { data: status } = useStatus();
  const draftCount = [...useCell(drafts).values()].filter((draft) => !isStaged(draft)).length;
  const staged = useStagedCount(connection);
  const jobs = useJobCount();
  const slowest = useCell(latency);
  const words = { connecting: t("status.connecting"), open: t("status.ready"), lost: t("status.lost") };
  return (
    <footer className="status" data-region="status" tabIndex={-1}>
      <span id="status-link" className={`status-item status-${state}`} data-state={state} role="status">
        <Icon name={state === "open" ? "check" : state === "lost" ? "triangle" : "clock"} size={12} />
        {words[state]}
      </span>
      <span id="status-drafts" className="status-item" data-count={draftCount}>
        {draftCount === 0 ? t("status.noDrafts") : t("status.drafts", { count: draftCount })}
      </span>
      {connection && (
        <a
          id="status-changes"
          className="status-item status-link"
          data-count={staged.count}
          href={formatRoute({ view: "changes", connection: connection.name })}
        >
          {t("status.changes", { count: countText(staged) })}
        </a>
      )}
      {jobs.count > 0 && (
        <a
          id="status-jobs"
          className="status-item status-link"
          data-count={jobs.count}
          href={formatRoute({ view: "jobs" })}
        >
          {t("status.jobs", { count: countText(jobs) })}
        </a>
      )}
      {status && (
        <span id="status-studios" className="status-item">
          {status.studioCount === 0 ? t("status.noStudio") : t("status.studios", { count: status.studioCount })}
        </span>
      )}
      <BudgetMeter connection={connection} />
      {slowest !== null && (
        <span id="status-latency" className="status-item" title={t("status.latencyHint")}>
          {t("status.latency", { milliseconds: slowest })}
        </span>
      )}
      <span className="status-space" />
      {connection?.source === "local" && <span className="status-item">{t("status.localSource")}</span>}
      {status && (
        <>
          <span id="status-version" className="status-item">
            {t("status.version", { version: status.version })}
          </span>
          <span id="status-person" className="status-item">
            {status.principal.name} {status.principal.role}
          </span>
        </>
      )}
    </footer>
  );
}
