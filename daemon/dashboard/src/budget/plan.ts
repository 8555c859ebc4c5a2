/** What people plan to do, as they type it. Knows no page. */
import type { BudgetEstimateRequest } from "../protocol";

/** The numbers that an estimate asks for, in their order. */
export const PLANNED = ["reads", "writes", "lists", "removes"] as const;

export type Planned = (typeof PLANNED)[number];
export type TypedPlan = Readonly<Record<Planned, string>>;

export const EMPTY_PLAN: TypedPlan = { reads: "", writes: "", lists: "", removes: "" };
export const PLAN_LIMIT = 1_000_000_000;

/** Whether a text is neither empty nor a whole number that can be planned. */
export function planProblem(text: string): boolean {
  return text !== "" && (!/^\d{1,10}$/.test(text) || Number(text) > PLAN_LIMIT);
}

/** What is planned, without what is not; null when that is nothing, or not all of it is a number. */
export function planOf(typed: TypedPlan): Pick<BudgetEstimateRequest, Planned> | null {
  if (PLANNED.some((name) => planProblem(typed[name]))) {
    return null;
  }
  const planned = PLANNED.flatMap((name) => (Number(typed[name]) > 0 ? [[name, Number(typed[name])] as const] : []));
  return planned.length > 0 ? Object.fromEntries(planned) : null;
}
