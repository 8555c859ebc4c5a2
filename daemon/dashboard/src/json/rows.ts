/** The tree's rows computed from a text held here (a draft); the daemon computes the same from a stored value. */
import type { ValueRow } from "../protocol";
import { formatPointer, type Path } from "./pointer";
import { children, decodeString, kindAt, locate, rootSpan, type Span, sizeInBytes } from "./scan";

export interface TreePage {
  readonly node: ValueRow;
  readonly rows: readonly ValueRow[];
  readonly total: number;
}

export const PREVIEW_LENGTH = 120;

/** One page of the children of `path`; null when the path does not exist. */
export function pageOfRows(text: string, path: Path, offset: number, limit: number): TreePage | null {
  const span = locate(text, path);
  if (!span) {
    return null;
  }
  const rows: ValueRow[] = [];
  let total = 0;
  for (const child of children(text, span)) {
    if (total >= offset && total < offset + limit) {
      rows.push(rowOf(text, [...path, child.name], child.name, child.value));
    }
    total += 1;
  }
  return { node: rowOf(text, path, path[path.length - 1] ?? "", span), rows, total };
}

function rowOf(text: string, path: Path, name: string, span: Span): ValueRow {
  const kind = kindAt(text, span.start);
  const container = kind === "object" || kind === "array";
  const childCount = container ? count(text, span) : 0;
  const shown = container ? String(childCount) : text.slice(span.start, span.end);
  // Twice as many code units hold every character that the preview may show.
  const characters = [...shown.slice(0, 2 * PREVIEW_LENGTH + 2)];
  const cut = characters.length > PREVIEW_LENGTH;
  return {
    path: formatPointer(path),
    name,
    kind,
    preview: cut ? characters.slice(0, PREVIEW_LENGTH).join("") : shown,
    cut,
    childCount,
    sizeBytes: sizeInBytes(text.slice(span.start, span.end)),
  };
}

function count(text: string, span: Span): number {
  let total = 0;
  for (const _child of children(text, span)) {
    total += 1;
  }
  return total;
}

/** What a scalar shows: a string without its quotes and escapes, anything else as it is written. */
export function scalarText(text: string, span: Span): string {
  return kindAt(text, span.start) === "string" ? decodeString(text, span) : text.slice(span.start, span.end);
}

/** Pointers whose name or scalar text contains `query` (ignoring case), in text order, at most `limit`. */
export function findInText(text: string, query: string, limit: number): Path[] {
  const wanted = query.toLowerCase();
  const found: Path[] = [];
  const waiting: { path: Path; span: Span }[] = [{ path: [], span: rootSpan(text) }];
  for (let node = waiting.pop(); node && found.length < limit; node = waiting.pop()) {
    const name = node.path[node.path.length - 1] ?? "";
    const kind = kindAt(text, node.span.start);
    const container = kind === "object" || kind === "array";
    const inName = node.path.length > 0 && !/^\d+$/.test(name) && name.toLowerCase().includes(wanted);
    const inValue = !container && text.slice(node.span.start, node.span.end).toLowerCase().includes(wanted);
    if (inName || inValue) {
      found.push(node.path);
    }
    if (container) {
      const below = [...children(text, node.span)].map((child) => ({
        path: [...(node?.path ?? []), child.name],
        span: child.value,
      }));
      waiting.push(...below.reverse());
    }
  }
  return found;
}
