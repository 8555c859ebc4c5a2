/** What changed between two JSON texts, by path; and the three-way merge that the conflict dialog shows. */
import { applyEdits, type Edit } from "./edit";
import { isWithin, type Path } from "./pointer";
import { children, kindAt, rootSpan, type Span } from "./scan";

export interface Change {
  readonly path: Path;
  /** Exact text before; null when the path is new. */
  readonly before: string | null;
  /** Exact text after; null when the path is gone. */
  readonly after: string | null;
}

interface Pair {
  readonly path: Path;
  readonly before: Span;
  readonly after: Span;
}

/**
 * The smallest set of changed paths. White space and member order do not count; number spelling does (`1` against
 * `1.0`). Arrays of different length are one change, because their items have no identity.
 */
export function diff(before: string, after: string): Change[] {
  const found: Change[] = [];
  const waiting: Pair[] = [{ path: [], before: rootSpan(before), after: rootSpan(after) }];
  for (let pair = waiting.pop(); pair; pair = waiting.pop()) {
    comparePair(before, after, pair, waiting, found);
  }
  return found.reverse();
}

function comparePair(before: string, after: string, pair: Pair, waiting: Pair[], found: Change[]): void {
  const beforeText = before.slice(pair.before.start, pair.before.end);
  const afterText = after.slice(pair.after.start, pair.after.end);
  if (beforeText === afterText) {
    return;
  }
  const kind = kindAt(before, pair.before.start);
  const old = spans(before, pair.before);
  const fresh = spans(after, pair.after);
  const sameContainer = (kind === "object" || kind === "array") && kind === kindAt(after, pair.after.start);
  if (!sameContainer || !old || !fresh || (kind === "array" && old.size !== fresh.size)) {
    found.push({ path: pair.path, before: beforeText, after: afterText });
    return;
  }
  for (const [name, span] of fresh) {
    const path = [...pair.path, name];
    const present = old.get(name);
    if (present) {
      waiting.push({ path, before: present, after: span });
    } else {
      found.push({ path, before: null, after: after.slice(span.start, span.end) });
    }
  }
  for (const [name, span] of old) {
    if (!fresh.has(name)) {
      found.push({ path: [...pair.path, name], before: before.slice(span.start, span.end), after: null });
    }
  }
}

/** Children by name; null when a name occurs twice, so that such an object is compared as a whole. */
function spans(text: string, span: Span): Map<string, Span> | null {
  const byName = new Map<string, Span>();
  for (const child of children(text, span)) {
    if (byName.has(child.name)) {
      return null;
    }
    byName.set(child.name, child.value);
  }
  return byName;
}

export interface MergeRow {
  readonly path: Path;
  readonly base: string | null;
  readonly theirs: string | null;
  readonly mine: string | null;
  /** True when both sides changed the path, to different texts; a person must choose. */
  readonly contested: boolean;
  /** The edit that carries my side over theirs; null when my side did not touch the path. */
  readonly edit: Edit | null;
}

/** Rows for every path that either side changed, in path order. */
export function mergeRows(base: string, theirs: string, mine: string): MergeRow[] {
  const theirChanges = diff(base, theirs);
  const myChanges = diff(base, mine);
  const rows: MergeRow[] = myChanges.map((change) => {
    const overlapping = theirChanges.find(
      (other) => isWithin(other.path, change.path) || isWithin(change.path, other.path),
    );
    const sameOutcome = overlapping !== undefined && overlapping.after === change.after;
    return {
      path: change.path,
      base: change.before,
      theirs: overlapping ? overlapping.after : change.before,
      mine: change.after,
      contested: overlapping !== undefined && !sameOutcome,
      edit: sameOutcome ? null : editOf(change),
    };
  });
  for (const change of theirChanges) {
    const covered = myChanges.some(
      (mineChange) => isWithin(mineChange.path, change.path) || isWithin(change.path, mineChange.path),
    );
    if (!covered) {
      rows.push({
        path: change.path,
        base: change.before,
        theirs: change.after,
        mine: change.before,
        contested: false,
        edit: null,
      });
    }
  }
  return rows;
}

function editOf(change: Change): Edit {
  return change.after === null
    ? { type: "remove", path: change.path }
    : { type: "set", path: change.path, value: change.after };
}

/** Their text with my side of the given rows laid over it. A row whose place is gone from their text is left out. */
export function mergedText(theirs: string, rows: readonly MergeRow[], takesMine: (row: MergeRow) => boolean): string {
  return rows.reduce((text, row) => {
    if (!row.edit || !takesMine(row)) {
      return text;
    }
    try {
      return row.path.length === 0 && row.mine !== null ? row.mine : applyEdits(text, [row.edit]);
    } catch {
      return text;
    }
  }, theirs);
}
