/** Short notes at the bottom end: at most three, held while pointed at or focused; errors stay. */
import { type ReactNode, useEffect, useState } from "react";
import { Cell, useCell } from "../cell";
import { t } from "../text/message";
import { Button } from "./Button";
import { Icon } from "./Icon";

const SHOWN_MS = 6_000;
const SHOWN_WITH_ACTION_MS = 10_000;
const MOST = 3;

export interface Toast {
  readonly kind: "success" | "error";
  readonly text: ReactNode;
  readonly action?: { readonly label: string; readonly run: () => void };
}

interface ShownToast extends Toast {
  readonly number: number;
}

const toasts = new Cell<readonly ShownToast[]>([]);
let nextNumber = 1;

export function showToast(toast: Toast): void {
  toasts.set([...toasts.get(), { ...toast, number: nextNumber }].slice(-MOST));
  nextNumber += 1;
}

function dismiss(number: number): void {
  toasts.set(toasts.get().filter((toast) => toast.number !== number));
}

export function Toasts() {
  const shown = useCell(toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((toast) => (
        <ToastCard key={toast.number} toast={toast} />
      ))}
    </div>
  );
}

function ToastCard({ toast }: { readonly toast: ShownToast }) {
  const [held, setHeld] = useState(false);
  const { action, kind, number } = toast;
  useEffect(() => {
    if (held || kind === "error") {
      return;
    }
    const timer = window.setTimeout(() => dismiss(number), action ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [held, kind, number, action]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointing at a toast only keeps it from going away
    <div
      className={`toast toast-${kind}`}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon name={kind === "success" ? "check" : "triangle"} />
      <div className="toast-text">{toast.text}</div>
      {action && (
        <Button
          id={`toast-action-${number}`}
          kind="quiet"
          onPress={() => {
            dismiss(number);
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <Button
        id={`toast-dismiss-${number}`}
        kind="quiet"
        icon="cross"
        label={t("toast.dismiss")}
        onPress={() => dismiss(number)}
      />
    </div>
  );
}
