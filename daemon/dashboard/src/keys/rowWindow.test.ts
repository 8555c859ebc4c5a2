import { expect, it } from "vitest";
import { RowWindow } from "./rowWindow";

interface Numbered {
  readonly number: number;
  readonly state: string;
}

/** A listing by number, of which only rows of one state are listed, as a filter of change items is. */
function listing(rows: Map<number, string>, wanted: string | null) {
  const reads: (string | null)[] = [];
  const window = new RowWindow<Numbered>(
    async (cursor) => {
      reads.push(cursor);
      const fitting = [...rows]
        .filter(([number, state]) => number > Number(cursor ?? 0) && (wanted === null || state === wanted))
        .map(([number, state]) => ({ number, state }));
      const page = fitting.slice(0, 3);
      return { rows: page, nextCursor: fitting.length > 3 ? String(page[2]?.number) : null };
    },
    (left, right) => left.number - right.number,
  );
  return { window, reads, shown: () => shown(window) };
}

/** Looks at every row, as a viewport over all of them does, until nothing is read any more. */
async function shown(window: RowWindow<Numbered>): Promise<string> {
  for (let turn = 0; turn < 20; turn += 1) {
    for (let index = 0; index < window.snapshot().count; index += 1) {
      window.at(index);
    }
    await Promise.resolve();
    await Promise.resolve();
  }
  return Array.from({ length: window.snapshot().count }, (_, index) => {
    const row = window.at(index);
    return row ? `${row.number}${row.state}` : "?";
  }).join(" ");
}

function numbered(count: number, state: string): Map<number, string> {
  return new Map(Array.from({ length: count }, (_, index) => [index + 1, state]));
}

it("shows new outcomes after a refresh, and keeps rows in sight meanwhile", async () => {
  const rows = numbered(7, "q");
  const { window, shown } = listing(rows, null);
  await window.readUpTo(99);
  rows.set(2, "s");
  rows.set(7, "u");
  window.refresh();
  expect(window.at(1)).toEqual({ number: 2, state: "q" });
  expect(await shown()).toBe("1q 2s 3q 4q 5q 6q 7u");
});

it("shows no row twice when rows before it were dropped", async () => {
  const rows = numbered(9, "q");
  const { window, shown } = listing(rows, null);
  await window.readUpTo(99);
  rows.delete(2);
  window.refresh();
  expect(await shown()).toBe("1q 3q 4q 5q 6q 7q 8q 9q");
  rows.delete(1);
  rows.delete(3);
  window.refresh();
  expect(await shown()).toBe("4q 5q 6q 7q 8q 9q");
});

it("takes in rows that come to fit a filter between the pages that were read", async () => {
  const rows = numbered(12, "q");
  for (const number of [1, 2, 11, 12]) {
    rows.set(number, "s");
  }
  const { window, shown } = listing(rows, "s");
  await window.readUpTo(99);
  expect(await shown()).toBe("1s 2s 11s 12s");
  for (let number = 3; number < 10; number += 1) {
    rows.set(number, "s");
  }
  window.refresh();
  expect(await shown()).toBe("1s 2s 3s 4s 5s 6s 7s 8s 9s 11s 12s");
});

it("reads on when rows were added behind the end", async () => {
  const rows = numbered(3, "q");
  const { window, shown } = listing(rows, null);
  await window.readUpTo(99);
  expect(window.snapshot().complete).toBe(true);
  for (let number = 4; number < 9; number += 1) {
    rows.set(number, "q");
  }
  window.refresh();
  await shown();
  await window.readUpTo(99);
  expect(await shown()).toBe("1q 2q 3q 4q 5q 6q 7q 8q");
});
