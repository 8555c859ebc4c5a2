import { expect, it } from "vitest";
import { keyPrefixes, playerTyped } from "./playerNames";

it.each([
  ["@ann", "ann"],
  ["@ ann ", "ann"],
  ["@81", "81"],
  ["@an", null],
  ["@", null],
  ["ann", null],
  ["Player_@ann", null],
])("%s asks for %s", (typed, asked) => {
  expect(playerTyped(typed)).toBe(asked);
});

it("offers the usual key first", () => {
  expect(keyPrefixes({ id: "4812345" })).toEqual(["Player_4812345", "4812345"]);
});
