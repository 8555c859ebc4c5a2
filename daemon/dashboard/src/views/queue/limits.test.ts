import { expect, it } from "vitest";
import { countProblem, priorityProblem } from "./limits";

it("1 to 200 items are read at once", () => {
  expect(["", "0", "1", "200", "201", "1.5", "-1", "x"].map(countProblem)).toEqual([
    true,
    true,
    false,
    false,
    true,
    true,
    true,
    true,
  ]);
});

it("a priority is any finite number", () => {
  expect(["", " ", "0", "-1.5", "1e3", "Infinity", "high"].map(priorityProblem)).toEqual([
    true,
    true,
    false,
    false,
    false,
    true,
    true,
  ]);
});
