/** The tree's rows, computed from a value's text; the daemon computes the same for clients that do not hold the text. */
import type { ValueRow } from "../protocol";
import { formatPointer, type Path } from "./pointer";
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  children,
  decodeString,
  endOfString,
  endOfValue,
  kindAt,
  locate,
  OPEN_BRACE,
  OPEN_BRACKET,
  rootSpan,
  type Span,
  sizeInBytes,
  skipSpace,
} from "./scan";

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

/** How many children stand before the one that `path` ends with; -1 when there is none of that name. */
export function indexOfChild(text: string, path: Path): number {
  const parent = locate(text, path.slice(0, -1));
  const name = path[path.length - 1];
  let index = 0;
  let found = -1;
  if (parent && name !== undefined) {
    for (const child of children(text, parent)) {
      found = child.name === name ? index : found;
      index += 1;
    }
  }
  return found;
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

/** A container that is being walked through. */
interface Level {
  readonly isObject: boolean;
  index: number;
  /** The name of the member that is being read; empty in arrays. */
  name: string;
}

/** Pointers whose name or scalar text contains `query` (ignoring case), in text order, at most `limit`. */
export function findInText(text: string, query: string, limit: number): Path[] {
  const wanted = query.toLowerCase();
  // Only a name that is written with escapes can match without the text itself doing so.
  if (!text.includes("\\") && !text.toLowerCase().includes(wanted)) {
    return [];
  }
  const found: Path[] = [];
  const levels: Level[] = [];
  let nameFits = false;
  const end = rootSpan(text).end;
  let at = skipSpace(text, 0);
  while (at < end && found.length < limit) {
    const code = text.charCodeAt(at);
    const level = levels[levels.length - 1];
    if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      levels.pop();
      at += 1;
    } else if (code === COMMA) {
      if (level) {
        level.index += 1;
        level.name = "";
      }
      at += 1;
    } else if (code === COLON) {
      at += 1;
    } else if (level?.isObject && level.name === "") {
      const nameEnd = endOfString(text, at);
      level.name = text.slice(at, nameEnd);
      const name = decodeString(text, { start: at, end: nameEnd });
      nameFits = !/^\d+$/.test(name) && name.toLowerCase().includes(wanted);
      at = nameEnd;
    } else {
      const isContainer = code === OPEN_BRACE || code === OPEN_BRACKET;
      const valueEnd = isContainer ? at + 1 : endOfValue(text, at);
      if (nameFits || (!isContainer && text.slice(at, valueEnd).toLowerCase().includes(wanted))) {
        found.push(levels.map(partOf));
      }
      nameFits = false;
      if (isContainer) {
        levels.push({ isObject: code === OPEN_BRACE, index: 0, name: "" });
      }
      at = valueEnd;
    }
    at = skipSpace(text, at);
  }
  return found;
}

function partOf({ isObject, index, name }: Level): string {
  return isObject ? decodeString(name, { start: 0, end: name.length }) : String(index);
}
