/**
 * Names of ordered data stores, memory maps and queues that people added by hand, because Roblox lists none of them
 * (`roblox-apis.md` §2 and §3). They are kept in this browser, per connection.
 *
 * **Invariant:** only names are kept, never keys or values.
 */
import { Cell } from "../../cell";

export type AddedKind = "ordered" | "memory" | "queue";

type Names = Readonly<Record<AddedKind, readonly string[]>>;

const STORAGE_KEY = "dsmp.addedNames";
const MOST_NAMES = 200;
const NONE: Names = { ordered: [], memory: [], queue: [] };

export const addedNames = new Cell<ReadonlyMap<string, Names>>(readStored());

function readStored(): ReadonlyMap<string, Names> {
  try {
    return namesIn(localStorage.getItem(STORAGE_KEY) ?? "[]");
  } catch {
    return new Map();
  }
}

/** What was kept, also by a page that did not know all kinds yet. */
export function namesIn(kept: string): ReadonlyMap<string, Names> {
  const entries = JSON.parse(kept) as [string, Partial<Names>][];
  return new Map(entries.map(([connectionId, names]) => [connectionId, { ...NONE, ...names }]));
}

function put(connectionId: string, names: Names): void {
  const next = new Map(addedNames.get());
  if (Object.values(names).some((list) => list.length > 0)) {
    next.set(connectionId, names);
  } else {
    next.delete(connectionId);
  }
  addedNames.set(next);
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify([...next]));
  } catch {
    // The browser's own limit: the names still live in this tab.
  }
}

/** The names added to a connection, in the order of their characters. */
export function namesOf(all: ReadonlyMap<string, Names>, connectionId: string | null): Names {
  return (connectionId !== null && all.get(connectionId)) || NONE;
}

export function addName(connectionId: string, kind: AddedKind, name: string): void {
  const names = namesOf(addedNames.get(), connectionId);
  const others = names[kind].filter((known) => known !== name);
  put(connectionId, { ...names, [kind]: [...others, name].slice(-MOST_NAMES).toSorted() });
}

/** Takes a name off the list; what it names stays at Roblox. */
export function removeName(connectionId: string, kind: AddedKind, name: string): void {
  const names = namesOf(addedNames.get(), connectionId);
  put(connectionId, { ...names, [kind]: names[kind].filter((known) => known !== name) });
}
