/** The edge between two panels: dragged, or moved with the arrow keys. */
import type { KeyboardEvent, PointerEvent } from "react";

const STEP = 16;

interface SplitterProps {
  readonly id: string;
  readonly label: string;
  readonly width: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly onChange: (width: number) => void;
}

export function Splitter({ id, label, width, minimum, maximum, onChange }: SplitterProps) {
  const set = (wanted: number) => onChange(Math.round(Math.min(maximum, Math.max(minimum, wanted))));
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const start = event.clientX - width;
    const target = event.currentTarget;
    target.setPointerCapture(event.pointerId);
    const follow = (moved: globalThis.PointerEvent) => set(moved.clientX - start);
    target.addEventListener("pointermove", follow);
    target.addEventListener("pointerup", () => target.removeEventListener("pointermove", follow), { once: true });
  };
  const keys = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? STEP : event.key === "ArrowLeft" ? -STEP : 0;
    if (step !== 0) {
      event.preventDefault();
      set(width + step);
    }
  };
  return (
    <div
      id={id}
      className="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={minimum}
      aria-valuemax={maximum}
      tabIndex={0}
      onPointerDown={drag}
      onKeyDown={keys}
    />
  );
}
