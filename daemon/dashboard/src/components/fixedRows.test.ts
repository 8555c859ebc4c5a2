import { expect, it } from "vitest";
import { scaleOf } from "./fixedRows";

it("scrolls pixel by pixel until browsers cannot lay the list out", () => {
  expect(scaleOf(600_000, 24, 700)).toBe(1);
  expect(scaleOf(0, 24, 0)).toBe(1);
});

it("reaches the last row of a list of any length", () => {
  const [count, rowHeight, viewHeight] = [1_000_000, 32, 700];
  const lastScrollTop = 16_000_000 - viewHeight;
  expect(lastScrollTop * scaleOf(count, rowHeight, viewHeight)).toBeCloseTo(count * rowHeight - viewHeight, 3);
});
