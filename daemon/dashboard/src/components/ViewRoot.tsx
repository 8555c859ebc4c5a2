/** The root of a view, with what tests and styles read from it: state, mode and environment. */
import type { ReactNode } from "react";
import { link } from "../api/socket";
import { useCell } from "../cell";
import type { Environment } from "../protocol";

export type ViewState = "loading" | "ready" | "empty" | "partial" | "error" | "disconnected" | "denied" | "stale";

interface ViewRootProps {
  readonly name: string;
  readonly label: string;
  readonly state: ViewState;
  readonly readOnly?: boolean;
  readonly environment?: Environment;
  readonly className?: string;
  readonly children: ReactNode;
}

export function ViewRoot({ name, label, state, readOnly, environment, className, children }: ViewRootProps) {
  const isLost = useCell(link).state === "lost";
  return (
    <section
      id={`view-${name}`}
      className={className ?? "page"}
      aria-label={label}
      data-view={name}
      data-state={isLost ? "disconnected" : state}
      data-mode={readOnly ? "readonly" : "writable"}
      data-environment={environment}
      data-region={name}
    >
      {children}
    </section>
  );
}

/** The state of a view that shows one read. */
export function stateOf(read: { readonly isPending: boolean; readonly error: unknown }, isEmpty: boolean): ViewState {
  if (read.error) {
    return hasCode(read.error, "GEN006") ? "denied" : hasCode(read.error, "GEN002") ? "disconnected" : "error";
  }
  return read.isPending ? "loading" : isEmpty ? "empty" : "ready";
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === code;
}
