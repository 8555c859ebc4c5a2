import { expect, it } from "vitest";
import type { Job, JobState } from "../protocol";
import { isEnded, itemFilters, mayPause, mayResume, mayStop, remaining, shareDone } from "./progress";

const PROGRESS = { total: 100, done: 40, saved: 30, refused: 4, conflict: 3, unknown: 2, skipped: 1 };

it("U-16: the outcomes and what waits add up to the total", () => {
  expect(itemFilters(PROGRESS).reduce((sum, { count }) => sum + (count ?? 0), 0)).toBe(PROGRESS.total);
});

it("tells no share and no waiting items while the total is not known", () => {
  const { total: _total, ...unknown } = PROGRESS;
  expect(shareDone(unknown)).toBeNull();
  expect(itemFilters(unknown).find(({ state }) => state === "waiting")?.count).toBeNull();
  expect(shareDone({ ...PROGRESS, total: 0, done: 0 })).toBe(1);
});

it("U-63: tells a time only as the range it was given", () => {
  expect(remaining({} as Job)).toBeNull();
  expect(remaining({ remainingSecondsLow: 10, remainingSecondsHigh: 20 } as Job)).toEqual({ low: 10, high: 20 });
});

it("offers to hold what runs, to go on with what is held, and to stop what has not ended", () => {
  const offered = (state: JobState) =>
    [isEnded(state) && "ended", mayPause(state) && "pause", mayResume(state) && "resume", mayStop(state) && "stop"]
      .filter(Boolean)
      .join(" ");
  expect(
    (
      ["queued", "running", "pausing", "paused", "stopping", "stopped", "done", "doneWithProblems", "failed"] as const
    ).map((state) => `${state}: ${offered(state)}`),
  ).toEqual([
    "queued: pause stop",
    "running: pause stop",
    "pausing: resume stop",
    "paused: resume stop",
    "stopping: ",
    "stopped: ended",
    "done: ended",
    "doneWithProblems: ended",
    "failed: ended",
  ]);
});
