/** How much waits for review and how many jobs run, for the rail and the status bar. */
import { useActiveJobs, useChangeSets } from "../api/changeQueries";
import type { Connection } from "../protocol";
import { formatCount, formatShortCount } from "../text/format";
import { t } from "../text/message";

export interface Counted {
  readonly count: number;
  /** There are more than were looked at. */
  readonly isMore: boolean;
  /** What is counted, for those who do not see the icon. */
  readonly word: string;
}

const LISTED_JOBS = 100;

/** Staged entries of a connection, over all its staged sets. */
export function useStagedCount(connection: Connection | null): Counted {
  const read = useChangeSets(connection?.id ?? null, "staged", connection !== null);
  const sets = connection ? (read.data?.pages.flatMap((page) => page.sets) ?? []) : [];
  const count = sets.reduce((sum, set) => sum + set.counts.staged, 0);
  return { count, isMore: read.hasNextPage, word: t("status.stagedWord") };
}

export function useJobCount(): Counted {
  const count = useActiveJobs().data?.length ?? 0;
  return { count, isMore: count >= LISTED_JOBS, word: t("status.jobsWord") };
}

export function countText({ count, isMore }: Counted): string {
  return isMore ? `${formatCount(count)}+` : formatCount(count);
}

/** The same where there is little room: `1.2K` instead of `1,204`. */
export function shortCountText({ count, isMore }: Counted): string {
  return `${formatShortCount(count)}${isMore ? "+" : ""}`;
}
