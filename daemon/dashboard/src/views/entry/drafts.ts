/**
 * Edits that are not saved yet. They live in this tab until they are saved or discarded, whatever view is open.
 *
 * **Invariant:** a draft's text is the base text with edits applied by span, or what a person typed as JSON.
 */
import { type Address, addressText, type StoredEntry } from "../../api/entries";
import { Cell } from "../../cell";
import { ask, LARGE } from "../../json/background";
import { type Edit, type Splice, spliced, splicesOf } from "../../json/edit";

export interface Content {
  readonly text: string;
  readonly userIds: readonly string[];
  readonly attributesText: string;
}

interface Step {
  readonly content: Content;
  readonly edits: readonly Edit[] | null;
}

export interface StagedDraft {
  readonly set: string;
  readonly item: number;
  /** Whether it was edited on since it was staged. */
  readonly isBehind: boolean;
}

export interface Draft extends Step {
  readonly address: Address;
  readonly baseRevision: string;
  readonly base: Content;
  /** The edits that lead from base to content; null once the text was typed. */
  readonly edits: readonly Edit[] | null;
  /** What stands in the JSON view while it is not JSON. */
  readonly invalidText: string | null;
  /** The staged change it became; it stays here until that is committed, or is a mere draft again. */
  readonly staged: StagedDraft | null;
  readonly past: readonly Step[];
  readonly future: readonly Step[];
}

const STORAGE_KEY = "dsmp.drafts";
const STORED_LENGTH = 2_000_000;
const STORE_AFTER_MS = 250;
const UNDO_STEPS = 100;
/** Undo keeps at most this many characters of earlier texts. */
const UNDO_LENGTH = 16_000_000;

export const drafts = new Cell<ReadonlyMap<string, Draft>>(readStored());

function readStored(): ReadonlyMap<string, Draft> {
  try {
    const stored = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "[]") as Draft[];
    return new Map(
      stored.map((draft) => [
        addressText(draft.address),
        { ...draft, staged: draft.staged ?? null, past: [], future: [] },
      ]),
    );
  } catch {
    return new Map();
  }
}

let storeTimer: number | undefined;

function store(): void {
  let length = 0;
  const kept = [...drafts.get().values()].filter((draft) => {
    length += draft.base.text.length + draft.content.text.length;
    return length <= STORED_LENGTH;
  });
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(kept.map((draft) => ({ ...draft, past: [], future: [] }))));
  } catch {
    // The browser's own limit: the draft still lives in this tab.
  }
}

function put(name: string, draft: Draft | null): void {
  const next = new Map(drafts.get());
  if (draft && (draft.invalidText !== null || !sameContent(draft.content, draft.base))) {
    next.set(name, draft);
  } else {
    next.delete(name);
  }
  drafts.set(next);
  window.clearTimeout(storeTimer);
  storeTimer = window.setTimeout(store, STORE_AFTER_MS);
}

window.addEventListener("pagehide", store);

export function contentOf(entry: StoredEntry): Content {
  return { text: entry.text, userIds: entry.userIds, attributesText: entry.attributesText };
}

export function sameContent(left: Content, right: Content): boolean {
  return (
    left.text === right.text &&
    left.attributesText === right.attributesText &&
    left.userIds.join() === right.userIds.join()
  );
}

function current(address: Address, entry: StoredEntry): Draft {
  const content = contentOf(entry);
  return (
    drafts.get().get(addressText(address)) ?? {
      address,
      baseRevision: entry.revision,
      base: content,
      content,
      edits: [],
      invalidText: null,
      staged: null,
      past: [],
      future: [],
    }
  );
}

function step(draft: Draft, content: Content, edits: readonly Edit[] | null): Draft {
  let length = 0;
  const past = [{ content: draft.content, edits: draft.edits }, ...draft.past].filter((earlier, index) => {
    length += earlier.content.text.length;
    return index < UNDO_STEPS && (index === 0 || length <= UNDO_LENGTH);
  });
  return { ...draft, content, edits, invalidText: null, staged: behind(draft.staged), past, future: [] };
}

function behind(staged: StagedDraft | null): StagedDraft | null {
  return staged && { ...staged, isBehind: true };
}

/** True while something was edited that is not part of its draft yet, because a large text takes a moment. */
export const heldBack = new Cell(false);

/** Edits of large texts that wait for their places to be found, one after the other. */
let editing: Promise<void> | null = null;

/** Applies edits of the tree: at once, or as soon as their places in a large text are found. */
export function editDraft(address: Address, entry: StoredEntry, edits: readonly Edit[]): void | Promise<void> {
  const take = (splices: readonly Splice[]) => {
    const draft = current(address, entry);
    const text = splices.reduce(spliced, draft.content.text);
    put(addressText(address), step(draft, { ...draft.content, text }, draft.edits && [...draft.edits, ...edits]));
  };
  if (!editing && current(address, entry).content.text.length < LARGE) {
    return take(splicesOf(current(address, entry).content.text, edits));
  }
  const edit = async () => {
    // Another edit may have come before, so places are looked for in the text that it leaves.
    await editing?.catch(() => undefined);
    for (;;) {
      const { text } = current(address, entry).content;
      const splices = await ask("splices", [text], edits);
      if (text === current(address, entry).content.text) {
        return take(splices);
      }
    }
  };
  const running = edit().finally(() => {
    if (editing === running) {
      editing = null;
      heldBack.set(false);
    }
  });
  editing = running;
  heldBack.set(true);
  return running;
}

/** Takes over a text typed in the JSON view. */
export function typeDraft(address: Address, entry: StoredEntry, text: string): void {
  const draft = current(address, entry);
  if (draft.invalidText !== null || text !== draft.content.text) {
    put(addressText(address), step(draft, { ...draft.content, text }, null));
  }
}

/** Keeps what stands in the JSON view while it is not JSON. */
export function typeInvalidDraft(address: Address, entry: StoredEntry, invalidText: string): void {
  const draft = current(address, entry);
  put(addressText(address), { ...draft, invalidText, staged: behind(draft.staged) });
}

export function changeMetadata(
  address: Address,
  entry: StoredEntry,
  part: { readonly userIds?: readonly string[]; readonly attributesText?: string },
): void {
  const draft = current(address, entry);
  put(addressText(address), step(draft, { ...draft.content, ...part }, draft.edits));
}

/** Moves one step back or forward; the deed's steps are lost once it is saved. */
export function moveInHistory(address: Address, direction: "undo" | "redo"): void {
  const name = addressText(address);
  const draft = drafts.get().get(name);
  const [target, ...rest] = (direction === "undo" ? draft?.past : draft?.future) ?? [];
  if (!draft || !target) {
    return;
  }
  const here = { content: draft.content, edits: draft.edits };
  const moved = { ...draft, ...target, invalidText: null, staged: behind(draft.staged) };
  put(
    name,
    direction === "undo"
      ? { ...moved, past: rest, future: [here, ...draft.future] }
      : { ...moved, past: [here, ...draft.past], future: rest },
  );
}

/** Notes that a draft, as it is, was staged; null makes it a mere draft again. */
export function markStaged(address: Address, staged: StagedDraft | null): void {
  const draft = drafts.get().get(addressText(address));
  if (draft) {
    put(addressText(address), { ...draft, staged });
  }
}

/** Whether a draft waits for review as it is. */
export function isStaged(draft: Draft | null): boolean {
  return draft?.staged != null && !draft.staged.isBehind;
}

/** Makes a draft of a change that was staged or committed before, on the entry that it began from. */
export function takeBackAsDraft(address: Address, baseRevision: string, base: Content, content: Content): void {
  put(addressText(address), {
    address,
    baseRevision,
    base,
    content,
    edits: null,
    invalidText: null,
    staged: null,
    past: [],
    future: [],
  });
}

export function discardDraft(address: Address): void {
  put(addressText(address), null);
}

/** Lays the draft on a newer base, with the text that the conflict dialog made. */
export function rebaseDraft(draft: Draft, entry: StoredEntry, content: Content): Draft {
  const moved: Draft = {
    ...draft,
    baseRevision: entry.revision,
    base: contentOf(entry),
    content,
    edits: null,
    invalidText: null,
    staged: behind(draft.staged),
    past: [],
    future: [],
  };
  put(addressText(draft.address), moved);
  return moved;
}

let flushEditor: () => Promise<void> = () => Promise.resolve();

/** Lets the JSON view hand over what it still holds back, when it is asked to. */
export function onFlush(flush: () => Promise<void>): () => void {
  flushEditor = flush;
  return () => {
    if (flushEditor === flush) {
      flushEditor = () => Promise.resolve();
    }
  };
}

/** Ends when every edit that was made is part of its draft. */
export async function flushDraft(): Promise<void> {
  await editing?.catch(() => undefined);
  await flushEditor();
}
