/** Where a job stands and what can be done with it. Knows no texts and no page. */
import type { Job, JobItemState, JobProgress, JobState } from "../protocol";

const ENDED: ReadonlySet<JobState> = new Set(["stopped", "done", "doneWithProblems", "failed"]);

export function isEnded(state: JobState): boolean {
  return ENDED.has(state);
}

export function mayPause(state: JobState): boolean {
  return state === "queued" || state === "running";
}

export function mayResume(state: JobState): boolean {
  return state === "paused" || state === "pausing";
}

export function mayStop(state: JobState): boolean {
  return !isEnded(state) && state !== "stopping";
}

/** The outcomes an item of a job can have, what needs somebody first; their counts add up to `done`. */
export const OUTCOMES = ["unknown", "conflict", "refused", "saved", "skipped"] as const;

/** How much is done, from 0 to 1; null while nobody knows of how much. */
export function shareDone({ done, total }: JobProgress): number | null {
  return total == null ? null : total === 0 ? 1 : Math.min(1, done / total);
}

/** How many items of a job have no outcome yet; null while nobody knows. */
export function waitingCount({ done, total }: JobProgress): number | null {
  return total == null ? null : Math.max(0, total - done);
}

/** The states by which a job's items can be filtered, with how many there are where that is known. */
export function itemFilters(progress: JobProgress): { readonly state: JobItemState; readonly count: number | null }[] {
  return [
    ...OUTCOMES.map((state) => ({ state, count: progress[state] })),
    { state: "waiting" as const, count: waitingCount(progress) },
  ].filter(({ count }) => count !== 0);
}

/** Whether there is a time to tell, and which; a job tells none in its first 30 seconds. */
export function remaining(job: Job): { readonly low: number; readonly high: number } | null {
  const { remainingSecondsLow: low, remainingSecondsHigh: high } = job;
  return low == null || high == null ? null : { low, high };
}
