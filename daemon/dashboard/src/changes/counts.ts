/** How many items of a change set stand where. Knows no texts and no page. */
import type { ChangeSet, ItemCounts, ItemState } from "../protocol";

/** Every state, what needs somebody first. */
export const ITEM_STATES: readonly ItemState[] = [
  "unknown",
  "conflict",
  "refused",
  "sending",
  "queued",
  "staged",
  "saved",
  "superseded",
];

export interface StateCount {
  readonly state: ItemState;
  readonly count: number;
}

/** The states that have items, in the order of `ITEM_STATES`; their counts add up to the total. */
export function stateCounts(counts: ItemCounts): StateCount[] {
  return ITEM_STATES.map((state) => ({ state, count: counts[state] })).filter(({ count }) => count > 0);
}

/** How many items have their outcome: nothing more happens to them by itself. */
export function settledCount({ saved, conflict, refused, unknown, superseded }: ItemCounts): number {
  return saved + conflict + refused + unknown + superseded;
}

/** How many items only a person, or a look at the entry, can bring further. */
export function openCount({ conflict, unknown }: ItemCounts): number {
  return conflict + unknown;
}

/** Requests that a commit costs: each entry is read just before it is written or removed. */
export function commitCost({ counts, removals }: Pick<ChangeSet, "counts" | "removals">): {
  readonly reads: number;
  readonly writes: number;
  readonly removes: number;
} {
  return { reads: counts.staged, writes: Math.max(0, counts.staged - removals), removes: removals };
}
