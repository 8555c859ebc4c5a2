/** A button that opens a list of deeds or choices. */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Icon, type IconName } from "./Icon";

export interface MenuItem {
  readonly id: string;
  readonly text: ReactNode;
  readonly run: () => void;
  readonly icon?: IconName;
  readonly checked?: boolean;
  readonly danger?: boolean;
  /** Why the item is off; it stays in the menu and says so. */
  readonly offReason?: string | null;
}

interface MenuProps {
  readonly id: string;
  readonly label: string;
  readonly children: ReactNode;
  readonly items: readonly MenuItem[];
  readonly align?: "start" | "end";
}

export function Menu({ id, label, children, items, align = "start" }: MenuProps) {
  const [open, setOpen] = useState(false);
  const listId = useId();
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (open) {
      root.current?.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
    }
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const keys = (event: KeyboardEvent) => {
    const entries = [...(root.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
    const at = entries.indexOf(document.activeElement as HTMLElement);
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      entries[(at + step + entries.length) % entries.length]?.focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") {
      setOpen(false);
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only notices that the focus left
    <div
      ref={root}
      className="menu"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) {
          setOpen(false);
        }
      }}
    >
      <button
        ref={button}
        type="button"
        id={id}
        className="button button-quiet"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? listId : undefined}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!open)}
      >
        {children}
        <Icon name="chevronDown" size={12} />
      </button>
      {open && (
        <div id={listId} className={`menu-list menu-${align}`} role="menu" aria-label={label} onKeyDown={keys}>
          {items.map((item) => (
            <button
              key={item.id}
              type="button"
              id={item.id}
              className={item.danger ? "menu-item menu-danger" : "menu-item"}
              role={item.checked === undefined ? "menuitem" : "menuitemradio"}
              aria-checked={item.checked}
              aria-disabled={item.offReason ? true : undefined}
              title={item.offReason ?? undefined}
              tabIndex={-1}
              onClick={() => {
                if (!item.offReason) {
                  close();
                  item.run();
                }
              }}
            >
              <span className="menu-mark">
                {item.checked ? <Icon name="check" /> : item.icon ? <Icon name={item.icon} /> : null}
              </span>
              <span className="menu-text">
                {item.text}
                {item.offReason && <span className="menu-reason">{item.offReason}</span>}
              </span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
