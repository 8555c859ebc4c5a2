import { expect, it } from "vitest";
import { EMPTY_PLAN, planOf, planProblem } from "./plan";

it("a planned number is a whole one, or left out", () => {
  expect(["", "0", "1000000000", "1000000001", "1.5", "-1", "x"].map(planProblem)).toEqual([
    false,
    false,
    false,
    true,
    true,
    true,
    true,
  ]);
});

it("asks only for what is planned", () => {
  expect(planOf(EMPTY_PLAN)).toBeNull();
  expect(planOf({ ...EMPTY_PLAN, reads: "0" })).toBeNull();
  expect(planOf({ ...EMPTY_PLAN, reads: "1000", lists: "4", writes: "0" })).toEqual({ reads: 1000, lists: 4 });
  expect(planOf({ ...EMPTY_PLAN, reads: "1000", removes: "many" })).toBeNull();
});
