/** What both sides made of an entry, place by place, for a person to decide. Knows no page. */
import { diff, mergeRows } from "../json/diff";
import { formatPointer, parsePointer, readablePath } from "../json/pointer";
import { locate } from "../json/scan";
import type { PlaceOverlap } from "../protocol";

export type Side = "theirs" | "mine";

export interface ConflictRow {
  /** JSON Pointer of the place; `userIds`, `attributes` or `entry` for what lies beside the value. */
  readonly id: string;
  readonly base: string | null;
  readonly theirs: string | null;
  readonly mine: string | null;
  /** Whether both sides changed it, each in its own way: a person must choose. */
  readonly contested: boolean;
  /** Whose text stands there when nobody chooses. */
  readonly taken: Side;
}

/** An entry's parts as exact texts. */
export interface Sides {
  readonly text: string;
  readonly userIds: readonly string[];
  readonly attributesText: string;
}

/** How a person reads where a row is; null for what has a name of its own. */
export function rowPath({ id }: Pick<ConflictRow, "id">): string | null {
  return id === "" || id.startsWith("/") ? readablePath(parsePointer(id)) : null;
}

/** Rows for every place that either side changed, beginning with those to decide. */
export function conflictRows(base: Sides, theirs: Sides, mine: Sides): ConflictRow[] {
  const rows = mergeRows(base.text, theirs.text, mine.text).map((row) => ({
    id: formatPointer(row.path),
    base: row.base,
    theirs: row.theirs,
    mine: row.mine,
    contested: row.contested,
    taken: (row.edit ? "mine" : "theirs") as Side,
  }));
  const beside = [
    ...besideRow("userIds", base.userIds.join(", "), theirs.userIds.join(", "), mine.userIds.join(", ")),
    ...besideRow("attributes", base.attributesText, theirs.attributesText, mine.attributesText),
  ];
  return decidedLast([...rows, ...beside]);
}

function besideRow(id: "userIds" | "attributes", base: string, theirs: string, mine: string): ConflictRow[] {
  if (base === theirs && base === mine) {
    return [];
  }
  const contested = base !== theirs && base !== mine && theirs !== mine;
  return [{ id, base, theirs, mine, contested, taken: mine === base ? "theirs" : "mine" }];
}

/** Rows of a conflict that the daemon merged: its overlaps to decide, and what it took of either side. */
export function mergedRows(
  overlaps: readonly PlaceOverlap[],
  base: string | null,
  theirs: string | null,
  merged: string | null,
): ConflictRow[] {
  const toDecide = overlaps.map((overlap) => ({
    id: overlap.path,
    base: overlap.base ?? null,
    theirs: overlap.theirs ?? null,
    mine: overlap.mine ?? null,
    contested: true,
    taken: "theirs" as const,
  }));
  if (theirs === null) {
    return toDecide;
  }
  const mine = merged === null ? [] : diff(theirs, merged);
  const others = base === null ? [] : diff(base, theirs);
  const isNamed = new Set(overlaps.map(({ path }) => path));
  const before = (path: readonly string[]) => {
    const span = base === null ? null : locate(base, path);
    return span && base !== null ? base.slice(span.start, span.end) : null;
  };
  return [
    ...toDecide,
    ...mine.map((change) => ({
      id: formatPointer(change.path),
      base: before(change.path),
      theirs: change.before,
      mine: change.after,
      contested: false,
      taken: "mine" as const,
    })),
    ...others
      .map((change) => ({
        id: formatPointer(change.path),
        base: change.before,
        theirs: change.after,
        mine: change.before,
        contested: false,
        taken: "theirs" as const,
      }))
      .filter(({ id }) => !isNamed.has(id)),
  ];
}

function decidedLast(rows: readonly ConflictRow[]): ConflictRow[] {
  return [...rows.filter(({ contested }) => contested), ...rows.filter(({ contested }) => !contested)];
}

export type Choices = ReadonlyMap<string, Side>;

/** Whose text a row gives to the result; null while that is to be decided. */
export function sideOf(row: ConflictRow, choices: Choices): Side | null {
  return row.contested ? (choices.get(row.id) ?? null) : row.taken;
}

/** How many rows are still to be decided. */
export function undecided(rows: readonly ConflictRow[], choices: Choices): number {
  return rows.filter((row) => sideOf(row, choices) === null).length;
}
