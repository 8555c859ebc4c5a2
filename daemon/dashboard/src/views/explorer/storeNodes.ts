/** The rows of the tree of data stores: groups, the stores that are known, and the ways to more. Knows no page. */
import type { Datastore } from "../../protocol";
import type { AddedKind } from "./addedNames";

/** The groups of the tree, in their order. */
export type Group = "standard" | "ordered" | "memory" | "deleted";

export interface StoreRow {
  readonly name: string;
  readonly keyCount: number | null;
  /** The list of names it was added to by hand, so that it can be taken off again; null for what Roblox lists. */
  readonly added: AddedKind | null;
  /** When a deleted store is gone for good; null when that is not known. */
  readonly expiresAt: string | null;
}

export type Node =
  | { readonly id: string; readonly type: "group"; readonly group: Group; readonly expanded: boolean }
  | {
      readonly id: string;
      readonly type: "store";
      readonly group: Group;
      readonly store: StoreRow;
      readonly position: number;
      /** -1 while the listing goes on. */
      readonly setSize: number;
    }
  | { readonly id: string; readonly type: "more"; readonly group: Group; readonly shown: number }
  | { readonly id: string; readonly type: "add"; readonly kind: AddedKind }
  | { readonly id: string; readonly type: "note"; readonly group: Group; readonly note: "reading" | "failed" | "none" };

export interface GroupContent {
  readonly group: Group;
  readonly expanded: boolean;
  readonly stores: readonly StoreRow[];
  /** False while there are more to read. */
  readonly isComplete: boolean;
  /** What is added to this group by hand. */
  readonly addable: readonly AddedKind[];
  /** What an opened group says instead of rows. */
  readonly note: "reading" | "failed" | "none" | null;
}

/** A group without rows is left out, unless something can be done in it. */
export function nodesOf(contents: readonly GroupContent[]): Node[] {
  return contents.flatMap(({ group, expanded, stores, isComplete, addable, note }): Node[] => {
    if (stores.length === 0 && addable.length === 0 && group !== "deleted") {
      return [];
    }
    const head: Node = { id: group, type: "group", group, expanded };
    if (!expanded) {
      return [head];
    }
    return [
      head,
      ...stores.map(
        (store, index): Node => ({
          id: `${rowKind(group, store)}/${store.name}`,
          type: "store",
          group,
          store,
          position: index + 1,
          setSize: isComplete ? stores.length : -1,
        }),
      ),
      ...(note && stores.length === 0 ? [{ id: `${group}-note`, type: "note" as const, group, note }] : []),
      ...(isComplete ? [] : [{ id: `${group}-more`, type: "more" as const, group, shown: stores.length }]),
      ...addable.map((kind): Node => ({ id: `${kind}-add`, type: "add", kind })),
    ];
  });
}

export function storeRow(store: Datastore): StoreRow {
  return {
    name: store.name,
    keyCount: store.keyCount ?? null,
    added: null,
    expiresAt: store.expiresAt ?? null,
  };
}

export function addedRow(name: string, kind: AddedKind): StoreRow {
  return { name, keyCount: null, added: kind, expiresAt: null };
}

/** What a row is called in ids and addresses: its group, save that the memory group holds queues too. */
export function rowKind(group: Group, store: StoreRow): Group | "queue" {
  return store.added === "queue" ? "queue" : group;
}

const DAY_MS = 86_400_000;

/** Whole days that are left, the last one counting; 0 when the moment has passed. */
export function daysLeft(expiresAt: string, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(expiresAt) - now) / DAY_MS));
}
