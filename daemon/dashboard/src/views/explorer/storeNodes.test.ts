import { expect, it } from "vitest";
import { addedRow, daysLeft, type GroupContent, nodesOf } from "./storeNodes";

const GROUP: GroupContent = {
  group: "standard",
  expanded: true,
  stores: [addedRow("a", "ordered"), addedRow("b", "ordered")],
  isComplete: true,
  addable: [],
  note: null,
};

it("lists groups, their stores, and the way to more; a set size only when all are known", () => {
  const nodes = nodesOf([
    { ...GROUP, isComplete: false },
    { ...GROUP, group: "ordered", stores: [], addable: ["ordered"] },
    { ...GROUP, group: "memory", stores: [] },
    { ...GROUP, group: "deleted", expanded: false, stores: [] },
  ]);
  expect(nodes.map((node) => node.id)).toEqual([
    "standard",
    "standard/a",
    "standard/b",
    "standard-more",
    "ordered",
    "ordered-add",
    "deleted",
  ]);
  expect(nodes[1]).toMatchObject({ position: 1, setSize: -1 });
});

it("keeps a sorted map and a queue of one name apart", () => {
  const nodes = nodesOf([
    {
      ...GROUP,
      group: "memory",
      stores: [addedRow("Lobby", "memory"), addedRow("Lobby", "queue")],
      addable: ["memory", "queue"],
    },
  ]);
  expect(nodes.map((node) => node.id)).toEqual(["memory", "memory/Lobby", "queue/Lobby", "memory-add", "queue-add"]);
});

it("says why an opened group has no rows", () => {
  const nodes = nodesOf([{ ...GROUP, group: "deleted", stores: [], note: "none" }]);
  expect(nodes.map((node) => node.id)).toEqual(["deleted", "deleted-note"]);
});

it("counts the days that are left, the last one too", () => {
  const now = Date.parse("2026-11-21T10:00:00Z");
  expect(daysLeft("2026-12-21T10:00:00Z", now)).toBe(30);
  expect(daysLeft("2026-11-21T10:00:01Z", now)).toBe(1);
  expect(daysLeft("2026-11-20T10:00:00Z", now)).toBe(0);
});
