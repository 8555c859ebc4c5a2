import { beforeEach, expect, it } from "vitest";
import { countHidden, dropReading, keepReading, type Reading, readings, readingsOf, secondsHidden } from "./readings";

function reading(readId: string, hiddenUntil: number, queue = "Jobs"): Reading {
  const items = [{ id: `${readId}-1`, priority: 0, text: "1" }];
  return { connection: "c1", queue, readId, items, readAt: 1_000, hiddenUntil };
}

beforeEach(() => readings.set([]));

it("counts whole seconds down to the moment in which items are back", () => {
  const at = (now: number) => secondsHidden({ hiddenUntil: 31_000 }, now);
  expect([1_000, 1_001, 30_001, 31_000, 99_000].map(at)).toEqual([30, 30, 1, 0, 0]);
});

it("keeps the readings of each queue, the last one first, until they are dropped", () => {
  const first = reading("01", 31_000);
  keepReading(first);
  keepReading(reading("02", 31_000));
  keepReading(reading("03", 31_000, "Other"));
  const ids = () => readingsOf(readings.get(), "c1", "Jobs").map(({ readId }) => readId);
  expect(ids()).toEqual(["02", "01"]);
  dropReading(first);
  expect(ids()).toEqual(["02"]);
  expect(readingsOf(readings.get(), "c2", "Jobs")).toEqual([]);
});

it("counts only what is still hidden", () => {
  const list = [reading("01", 31_000), reading("02", 5_000)];
  expect(countHidden(list, 4_000)).toBe(2);
  expect(countHidden(list, 6_000)).toBe(1);
  expect(countHidden(list, 31_000)).toBe(0);
});

it("lets go of a reading whose time is over before one that can still be discarded", () => {
  keepReading(reading("oldest", 31_000));
  keepReading(reading("over", 500));
  for (let index = 0; index < 49; index += 1) {
    keepReading(reading(`r${index}`, 31_000));
  }
  const ids = readings.get().map(({ readId }) => readId);
  expect(ids).toHaveLength(50);
  expect(ids).toContain("oldest");
  expect(ids).not.toContain("over");
});
