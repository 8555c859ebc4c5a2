import { expect, it } from "vitest";
import type { ItemCounts } from "../protocol";
import { commitCost, ITEM_STATES, openCount, settledCount, stateCounts } from "./counts";

const COUNTS: ItemCounts = {
  total: 36,
  staged: 1,
  queued: 2,
  sending: 3,
  saved: 4,
  conflict: 5,
  refused: 6,
  unknown: 7,
  superseded: 8,
};

it("U-16: the counts of all states add up to the total, and what needs somebody comes first", () => {
  const shown = stateCounts(COUNTS);
  expect(shown.reduce((sum, { count }) => sum + count, 0)).toBe(COUNTS.total);
  expect(shown.map(({ state }) => state).slice(0, 2)).toEqual(["unknown", "conflict"]);
  expect(new Set(ITEM_STATES).size).toBe(Object.keys(COUNTS).length - 1);
});

it("leaves out states without items", () => {
  expect(stateCounts({ ...COUNTS, unknown: 0, sending: 0 }).map(({ state }) => state)).not.toContain("unknown");
});

it("counts unknown apart from refused, and as not waiting for anything", () => {
  expect(settledCount(COUNTS)).toBe(COUNTS.total - COUNTS.staged - COUNTS.queued - COUNTS.sending);
  expect(openCount(COUNTS)).toBe(12);
});

it("tells the requests of a commit: each entry is read before it is written or removed", () => {
  expect(commitCost({ counts: { ...COUNTS, staged: 10 }, removals: 4 })).toEqual({ reads: 10, writes: 6, removes: 4 });
});
