/** A row of tabs with one tab stop; arrows move and choose. */
import { type KeyboardEvent, type ReactNode, useRef } from "react";

interface TabsProps<Name extends string> {
  readonly id: string;
  readonly label: string;
  readonly tabs: readonly { readonly name: Name; readonly text: ReactNode }[];
  readonly chosen: Name;
  readonly onChoose: (name: Name) => void;
  /** Id of the element the chosen tab shows. */
  readonly panelId: string;
  readonly kind?: "tabs" | "segments";
}

export function Tabs<Name extends string>({
  id,
  label,
  tabs,
  chosen,
  onChoose,
  panelId,
  kind = "tabs",
}: TabsProps<Name>) {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) {
      return;
    }
    event.preventDefault();
    const at = tabs.findIndex((tab) => tab.name === chosen);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (next) {
      onChoose(next.name);
      list.current?.querySelector<HTMLElement>(`#${id}-${next.name}`)?.focus();
    }
  };
  return (
    <div ref={list} className={kind} role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map((tab) => (
        <button
          key={tab.name}
          type="button"
          role="tab"
          id={`${id}-${tab.name}`}
          aria-selected={tab.name === chosen}
          aria-controls={tab.name === chosen ? panelId : undefined}
          tabIndex={tab.name === chosen ? 0 : -1}
          onClick={() => onChoose(tab.name)}
        >
          {tab.text}
        </button>
      ))}
    </div>
  );
}
