/**
 * What this page read from queues. It is kept while other views are shown, because only its read id discards it.
 *
 * **Invariant:** nothing of it is written to the browser's storage.
 */
import type { QueueBatch } from "../../api/memoryPage";
import { Cell } from "../../cell";

export interface Reading extends QueueBatch {
  /** The connection's id. */
  readonly connection: string;
  readonly queue: string;
  /** As `Date.now` has it. */
  readonly readAt: number;
  /** Until when live servers do not see the items; counted from asking, so never later than it truly is. */
  readonly hiddenUntil: number;
}

const MOST_READINGS = 50;

/** The last one first. */
export const readings = new Cell<readonly Reading[]>([]);

/** Keeps a reading. When there are too many, the oldest goes whose time is over, or else the oldest. */
export function keepReading(reading: Reading): void {
  const all = [reading, ...readings.get()];
  if (all.length > MOST_READINGS) {
    const over = all.findLastIndex((candidate) => secondsHidden(candidate, reading.readAt) === 0);
    all.splice(over > 0 ? over : all.length - 1, 1);
  }
  readings.set(all);
}

export function dropReading(reading: Reading): void {
  readings.set(readings.get().filter((candidate) => candidate !== reading));
}

export function readingsOf(all: readonly Reading[], connection: string | null, queue: string): readonly Reading[] {
  return all.filter((reading) => reading.connection === connection && reading.queue === queue);
}

/** Whole seconds for which live servers do not see the items, the last one counting; 0 when they are back. */
export function secondsHidden(reading: Pick<Reading, "hiddenUntil">, now: number): number {
  return Math.max(0, Math.ceil((reading.hiddenUntil - now) / 1000));
}

/** How many items of these readings live servers do not see. */
export function countHidden(list: readonly Reading[], now: number): number {
  return list.reduce((sum, reading) => sum + (secondsHidden(reading, now) > 0 ? reading.items.length : 0), 0);
}
