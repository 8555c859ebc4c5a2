import { expect, it } from "vitest";
import type { DifferenceKind, PlaceDifference } from "../protocol";
import { differenceRows } from "./differenceTree";

function place(path: string, kind: DifferenceKind = "changed"): PlaceDifference {
  return { path, kind, before: kind === "added" ? null : "1", after: kind === "removed" ? null : "2" };
}

function drawn(differences: readonly PlaceDifference[]): string[] {
  const marks = { added: "+", removed: "-", changed: "~" };
  return differenceRows(differences).map(
    ({ level, label, kind }) => `${" ".repeat(level)}${kind ? marks[kind] : ">"} ${label}`,
  );
}

it("draws a way without a fork as one row", () => {
  expect(drawn([place("/Coins"), place("/Inventory/3/count", "added")])).toEqual(["~ Coins", "+ Inventory[3].count"]);
});

it("draws a fork as a branch with its places below", () => {
  expect(drawn([place("/pets/fox/level"), place("/pets/fox/name", "removed"), place("/pets/cat", "added")])).toEqual([
    "> pets",
    " > fox",
    "  ~ level",
    "  - name",
    " + cat",
  ]);
});

it("keeps names as they are: with dots, slashes, digits, and empty", () => {
  expect(drawn([place("/a.b/c~1d"), place("/7"), place("/")])).toEqual(['~ ["a.b"]["c/d"]', "~ [7]", '~ [""]']);
  expect(differenceRows([place("/a.b/c~1d")])[0]?.pointer).toBe("/a.b/c~1d");
});

it("draws a change of the whole value as one row without a name", () => {
  const [only, ...more] = differenceRows([{ path: "", kind: "added", after: "{}" }]);
  expect([only?.label, only?.kind, only?.before, more.length]).toEqual(["", "added", null, 0]);
});

it("draws nothing for no difference", () => {
  expect(differenceRows([])).toEqual([]);
});

it("costs no call stack, however deep a place lies", () => {
  const deep = `/a${"/b".repeat(50_000)}`;
  expect(differenceRows([place(`${deep}/x`), place(`${deep}/y`)])).toHaveLength(3);
});
