/** Places that differ, as the rows of a tree: branches that only lead to one place are drawn as one row with it. */
import { formatPointer, parsePointer, readablePath } from "../json/pointer";
import type { DifferenceKind, PlaceDifference } from "../protocol";

export interface DifferenceRow {
  /** JSON Pointer of the place, or of the branch. */
  readonly pointer: string;
  readonly level: number;
  /** The part of the path that the row adds to the one it lies in; empty for the whole value. */
  readonly label: string;
  /** Null for a branch, in which other rows lie. */
  readonly kind: DifferenceKind | null;
  readonly before: string | null;
  readonly after: string | null;
}

interface Node {
  readonly children: Map<string, Node>;
  difference: PlaceDifference | null;
}

export function differenceRows(differences: readonly PlaceDifference[]): DifferenceRow[] {
  const root: Node = { children: new Map(), difference: null };
  for (const difference of differences) {
    let node = root;
    for (const part of parsePointer(difference.path)) {
      const child = node.children.get(part) ?? { children: new Map(), difference: null };
      node.children.set(part, child);
      node = child;
    }
    node.difference = difference;
  }
  const rows: DifferenceRow[] = [];
  const waiting: {
    readonly node: Node;
    readonly path: readonly string[];
    readonly from: number;
    readonly level: number;
  }[] = [{ node: root, path: [], from: 0, level: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    let { node } = next;
    const { from, level } = next;
    const path = [...next.path];
    for (let only = onlyChild(node); only; only = onlyChild(node)) {
      path.push(only.name);
      node = only.child;
    }
    const isShown = path.length > 0 || node.difference !== null;
    if (isShown) {
      rows.push({
        pointer: formatPointer(path),
        level,
        label: readablePath(path.slice(from)),
        kind: node.difference?.kind ?? null,
        before: node.difference?.before ?? null,
        after: node.difference?.after ?? null,
      });
    }
    for (const [name, child] of [...node.children].reverse()) {
      waiting.push({ node: child, path: [...path, name], from: path.length, level: isShown ? level + 1 : level });
    }
  }
  return rows;
}

/** The one way on from a branch that is no difference itself. */
function onlyChild(node: Node): { readonly name: string; readonly child: Node } | null {
  const [entry, another] = node.children;
  return entry && !another && !node.difference ? { name: entry[0], child: entry[1] } : null;
}
