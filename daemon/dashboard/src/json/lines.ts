/** Which lines of two texts differ, paired so that they can stand side by side. */
export type LineKind = "same" | "added" | "removed" | "changed";

export interface LineRow {
  readonly kind: LineKind;
  /** The line before, and its number from 1; null where only the other side has one. */
  readonly before: string | null;
  readonly beforeNumber: number | null;
  readonly after: string | null;
  readonly afterNumber: number | null;
}

/** More different lines than this in one stretch are shown as replaced as a whole: finding the least costs their square. */
const MOST_STEPS = 1_000;

export function lineRows(before: string, after: string): LineRow[] {
  const old = before === "" ? [] : before.split("\n");
  const fresh = after === "" ? [] : after.split("\n");
  let start = 0;
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) {
    start += 1;
  }
  let oldEnd = old.length;
  let freshEnd = fresh.length;
  while (oldEnd > start && freshEnd > start && old[oldEnd - 1] === fresh[freshEnd - 1]) {
    oldEnd -= 1;
    freshEnd -= 1;
  }
  const middle = commonLines(old.slice(start, oldEnd), fresh.slice(start, freshEnd));
  const common: (readonly [number, number])[] = [
    ...Array.from({ length: start }, (_, at) => [at, at] as const),
    ...middle.map(([left, right]) => [left + start, right + start] as const),
    ...Array.from({ length: old.length - oldEnd }, (_, at) => [oldEnd + at, freshEnd + at] as const),
  ];
  return paired(old, fresh, common);
}

/** Pairs of equal lines, as many as there can be (Myers 1986); none where that would take too long. */
function commonLines(old: readonly string[], fresh: readonly string[]): [number, number][] {
  const most = Math.min(old.length + fresh.length, MOST_STEPS);
  const furthest = new Map<number, number>([[1, 0]]);
  const trace: Map<number, number>[] = [];
  for (let steps = 0; steps <= most; steps += 1) {
    trace.push(new Map(furthest));
    for (let diagonal = -steps; diagonal <= steps; diagonal += 2) {
      const down = isDown(furthest, diagonal, steps);
      let x = down ? (furthest.get(diagonal + 1) ?? 0) : (furthest.get(diagonal - 1) ?? 0) + 1;
      let y = x - diagonal;
      while (x < old.length && y < fresh.length && old[x] === fresh[y]) {
        x += 1;
        y += 1;
      }
      furthest.set(diagonal, x);
      if (x >= old.length && y >= fresh.length) {
        return backtrack(trace, old.length, fresh.length);
      }
    }
  }
  return [];
}

function isDown(furthest: ReadonlyMap<number, number>, diagonal: number, steps: number): boolean {
  return (
    diagonal === -steps ||
    (diagonal !== steps && (furthest.get(diagonal - 1) ?? -1) < (furthest.get(diagonal + 1) ?? -1))
  );
}

function backtrack(trace: readonly ReadonlyMap<number, number>[], oldLength: number, freshLength: number) {
  const pairs: [number, number][] = [];
  let x = oldLength;
  let y = freshLength;
  for (let steps = trace.length - 1; steps >= 0; steps -= 1) {
    const furthest = trace[steps] as ReadonlyMap<number, number>;
    const diagonal = x - y;
    const before = isDown(furthest, diagonal, steps) ? diagonal + 1 : diagonal - 1;
    const fromX = steps === 0 ? 0 : (furthest.get(before) ?? 0);
    const fromY = steps === 0 ? 0 : fromX - before;
    while (x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      pairs.push([x, y]);
    }
    x = fromX;
    y = fromY;
  }
  return pairs.reverse();
}

/** All lines of both sides in order; lines that were replaced stand beside what replaced them. */
function paired(
  old: readonly string[],
  fresh: readonly string[],
  common: readonly (readonly [number, number])[],
): LineRow[] {
  const rows: LineRow[] = [];
  let left = 0;
  let right = 0;
  for (const [oldAt, freshAt] of [...common, [old.length, fresh.length] as const]) {
    const both = Math.min(oldAt - left, freshAt - right);
    for (let step = 0; step < both; step += 1) {
      rows.push(row("changed", old, left + step, fresh, right + step));
    }
    for (let at = left + both; at < oldAt; at += 1) {
      rows.push(row("removed", old, at, fresh, null));
    }
    for (let at = right + both; at < freshAt; at += 1) {
      rows.push(row("added", old, null, fresh, at));
    }
    if (oldAt < old.length) {
      rows.push(row("same", old, oldAt, fresh, freshAt));
    }
    left = oldAt + 1;
    right = freshAt + 1;
  }
  return rows;
}

function row(
  kind: LineKind,
  old: readonly string[],
  oldAt: number | null,
  fresh: readonly string[],
  freshAt: number | null,
): LineRow {
  return {
    kind,
    before: oldAt === null ? null : (old[oldAt] ?? null),
    beforeNumber: oldAt === null ? null : oldAt + 1,
    after: freshAt === null ? null : (fresh[freshAt] ?? null),
    afterNumber: freshAt === null ? null : freshAt + 1,
  };
}

/** A stretch of lines that are alike on both sides and left out. */
export interface LineGap {
  readonly kind: "gap";
  readonly count: number;
}

/** The rows that differ with `context` lines around them; what lies between is told as a number. */
export function foldedRows(rows: readonly LineRow[], context: number): (LineRow | LineGap)[] {
  const isNear = new Uint8Array(rows.length);
  for (const [at, { kind }] of rows.entries()) {
    if (kind !== "same") {
      isNear.fill(1, Math.max(0, at - context), Math.min(rows.length, at + context + 1));
    }
  }
  const folded: (LineRow | LineGap)[] = [];
  let skipped = 0;
  for (const [at, line] of rows.entries()) {
    if (isNear[at]) {
      if (skipped > 0) {
        folded.push({ kind: "gap", count: skipped });
        skipped = 0;
      }
      folded.push(line);
    } else {
      skipped += 1;
    }
  }
  return skipped > 0 ? [...folded, { kind: "gap", count: skipped }] : folded;
}
