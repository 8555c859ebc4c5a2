/** Everything that can be done by name or by key. The palette lists it, the keyboard runs it. */
import { useEffect, useRef } from "react";
import { Cell } from "../cell";

export interface Command {
  readonly id: string;
  readonly title: string;
  /** Keys as written in the palette: `Ctrl+S`, `g e`, `?`. */
  readonly shortcut?: string;
  readonly run: () => void;
  /** Why it is off right now. */
  readonly offReason?: string | null;
}

export const commands = new Cell<readonly Command[]>([]);

/** Runs a command by its id once the page has taken in what was just changed, unless it is off. */
export function runCommandSoon(id: string): void {
  window.setTimeout(() => {
    const command = commands.get().findLast((candidate) => candidate.id === id);
    if (command && !command.offReason) {
      command.run();
    }
  });
}

/** Offers commands while the component is on screen. Later ones win over earlier ones of the same id. */
export function useCommands(offered: readonly Command[]): void {
  const latest = useRef(offered);
  latest.current = offered;
  const signature = offered
    .map((command) => [command.id, command.title, command.shortcut, command.offReason].join("\u0000"))
    .join("\u0001");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature stands for the commands' contents
  useEffect(() => {
    const mine = latest.current.map((command, index) => ({ ...command, run: () => latest.current[index]?.run() }));
    const ids = new Set(mine.map((command) => command.id));
    commands.set([...commands.get().filter((command) => !ids.has(command.id)), ...mine]);
    return () => commands.set(commands.get().filter((command) => !mine.includes(command)));
  }, [signature]);
}
