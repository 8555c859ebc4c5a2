/**
 * Which rows of a long list are in sight, when all rows are equally high. Its cost does not grow with the list.
 *
 * Browsers cap how high an element can be; a longer list is scrolled in proportion instead of pixel by pixel.
 */
import { type RefObject, useCallback, useEffect, useState } from "react";

/** Below what every browser can lay out; Firefox ends at about 17.8 million pixels. */
const HIGHEST_PIXELS = 16_000_000;
const OVERSCAN = 12;

export interface RowPlace {
  readonly index: number;
  /** Offset of the row inside the list, in pixels. */
  readonly start: number;
}

export interface FixedRows {
  readonly items: readonly RowPlace[];
  /** Height of the list, in pixels. */
  readonly height: number;
  readonly scrollToIndex: (index: number, align?: "nearest" | "center") => void;
}

export function useFixedRows(scroller: RefObject<HTMLElement | null>, count: number, rowHeight: number): FixedRows {
  const [view, setView] = useState({ top: 0, height: 0 });
  useEffect(() => {
    const element = scroller.current;
    if (!element) {
      return;
    }
    const look = () => setView({ top: element.scrollTop, height: element.clientHeight });
    const resized = new ResizeObserver(look);
    resized.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    look();
    return () => {
      resized.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [scroller]);

  const scrollToIndex = useCallback(
    (index: number, align: "nearest" | "center" = "nearest") => {
      const element = scroller.current;
      if (!element) {
        return;
      }
      const scale = scaleOf(count, rowHeight, element.clientHeight);
      const top = element.scrollTop * scale;
      const start = index * rowHeight;
      const end = start + rowHeight - element.clientHeight;
      if (start < top || end > top) {
        const nearest = start < top ? start : end;
        element.scrollTop = (align === "center" ? (start + end) / 2 : nearest) / scale;
      }
    },
    [scroller, count, rowHeight],
  );

  const scale = scaleOf(count, rowHeight, view.height);
  const top = view.top * scale;
  const first = Math.max(0, Math.floor(top / rowHeight) - OVERSCAN);
  const last = Math.min(count, Math.ceil((top + view.height) / rowHeight) + OVERSCAN);
  const items = Array.from({ length: Math.max(0, last - first) }, (_, offset) => {
    const index = first + offset;
    return { index, start: index * rowHeight - top + view.top };
  });
  return { items, height: Math.min(count * rowHeight, HIGHEST_PIXELS), scrollToIndex };
}

/** How many pixels of the whole list one pixel of scrolling stands for. */
export function scaleOf(count: number, rowHeight: number, viewHeight: number): number {
  const whole = count * rowHeight;
  return whole <= HIGHEST_PIXELS ? 1 : (whole - viewHeight) / (HIGHEST_PIXELS - viewHeight);
}
