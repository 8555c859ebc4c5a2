/** A question in front of the page. Focus starts at the first field or the quiet button, never on the deed. */
import { type ReactNode, useEffect, useId, useRef } from "react";

interface DialogProps {
  readonly id: string;
  readonly title: string;
  readonly children: ReactNode;
  readonly buttons: ReactNode;
  readonly onCancel: () => void;
  /** True for questions whose answer destroys or overwrites. */
  readonly alert?: boolean;
  readonly wide?: boolean;
}

export function Dialog({ id, title, children, buttons, onCancel, alert, wide }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus();
      }
    };
  }, []);
  return (
    <dialog
      ref={element}
      id={id}
      className={wide ? "dialog dialog-wide" : "dialog"}
      role={alert ? "alertdialog" : "dialog"}
      aria-labelledby={titleId}
      aria-modal="true"
      onCancel={(event) => {
        event.preventDefault();
        onCancel();
      }}
      onKeyDown={(event) => {
        // Shortcuts of the page behind do nothing here, and the browser does not save the page instead.
        event.stopPropagation();
        if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
          event.preventDefault();
        }
      }}
    >
      <h2 id={titleId}>{title}</h2>
      <div className="dialog-body">{children}</div>
      <div className="dialog-buttons">{buttons}</div>
    </dialog>
  );
}
