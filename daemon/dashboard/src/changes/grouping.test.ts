import { expect, it } from "vitest";
import type { ChangeItem } from "../protocol";
import { groupByStore } from "./grouping";

function item(number: number, store: string, ordered = false): ChangeItem {
  return {
    item: number,
    store,
    ordered,
    scope: "global",
    key: `k${number}`,
    effect: "update",
    state: "staged",
    conditional: true,
    differences: 1,
    userIdsChanged: false,
    attributesChanged: false,
    changedAt: "2026-11-21T10:00:00Z",
  };
}

it("puts items under their data store, in the order of the set", () => {
  const rows = groupByStore([item(1, "Guilds"), item(2, "Coins"), item(3, "Guilds")]);
  expect(rows.map((row) => (row.kind === "store" ? `${row.store} ${row.count}` : row.item.item))).toEqual([
    "Coins 1",
    2,
    "Guilds 2",
    1,
    3,
  ]);
});

it("keeps an ordered data store apart from a standard one of its name", () => {
  const rows = groupByStore([item(1, "Coins", true), item(2, "Coins")]);
  expect(rows.filter((row) => row.kind === "store")).toHaveLength(2);
});
