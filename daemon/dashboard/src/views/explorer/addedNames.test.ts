import { expect, it } from "vitest";
import { addedNames, addName, namesIn, namesOf, removeName } from "./addedNames";

it("names kept before there were queues are read with none", () => {
  const names = namesOf(namesIn('[["c1",{"ordered":["Top"],"memory":["Lobby"]}]]'), "c1");
  expect(names).toEqual({ ordered: ["Top"], memory: ["Lobby"], queue: [] });
});

it("keeps the names of each kind apart, in the order of their characters", () => {
  addName("c2", "queue", "b");
  addName("c2", "queue", "a");
  addName("c2", "memory", "b");
  removeName("c2", "memory", "b");
  expect(namesOf(addedNames.get(), "c2")).toEqual({ ordered: [], memory: [], queue: ["a", "b"] });
  removeName("c2", "queue", "a");
  removeName("c2", "queue", "b");
  expect(addedNames.get().has("c2")).toBe(false);
});
