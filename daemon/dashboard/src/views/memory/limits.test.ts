import { expect, it } from "vitest";
import { itemNameProblem, lifetimeProblem, sortKeyProblem } from "./limits";

it("names have 1 to 127 characters", () => {
  expect(["", "a", "😀".repeat(127), "a".repeat(128)].map(itemNameProblem)).toEqual([true, false, false, true]);
});

it("a sort key is a text that is not empty, or a finite number", () => {
  expect(["", "x"].map((text) => sortKeyProblem("text", text))).toEqual([true, false]);
  expect(["", " ", "12.5", "1e3", "x", "Infinity"].map((text) => sortKeyProblem("number", text))).toEqual([
    true,
    true,
    false,
    false,
    true,
    true,
  ]);
});

it("an item lives from a second to 45 days", () => {
  expect(["0", "1", "3888000", "3888001", "1.5", ""].map(lifetimeProblem)).toEqual([
    true,
    false,
    false,
    true,
    true,
    true,
  ]);
});
