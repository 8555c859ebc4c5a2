/**
 * White space between the tokens of a JSON text. Games store values without any; people read them indented.
 *
 * **Invariant:** `compact(indent(text)) === text` for a text without white space between its tokens.
 */

import { endOfValue, isSpace, skipSpace } from "./scan";

/** The characters that are tokens by themselves: braces, brackets, colon, comma. */
const STRUCTURE: ReadonlySet<number> = new Set([0x7b, 0x7d, 0x5b, 0x5d, 0x3a, 0x2c]);

/** True when no white space stands between tokens. */
export function isCompact(text: string): boolean {
  let at = 0;
  while (at < text.length) {
    if (isSpace(text.charCodeAt(at))) {
      return false;
    }
    at = endOfToken(text, at);
  }
  return true;
}

/** The text without white space between its tokens; the tokens are untouched. */
export function compact(text: string): string {
  const parts: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (isSpace(text.charCodeAt(at))) {
      at += 1;
      continue;
    }
    const start = at;
    while (at < text.length && !isSpace(text.charCodeAt(at))) {
      at = endOfToken(text, at);
    }
    parts.push(text.slice(start, at));
  }
  return parts.join("");
}

/** The text with one member per line, two spaces per level; the tokens are untouched. */
export function indent(text: string): string {
  const parts: string[] = [];
  let depth = 0;
  let previous = "";
  let at = skipSpace(text, 0);
  while (at < text.length) {
    const end = endOfToken(text, at);
    const token = text.slice(at, end);
    const closes = token === "}" || token === "]";
    const opened = previous === "{" || previous === "[";
    if (closes) {
      depth -= 1;
    }
    if ((closes && !opened) || previous === "," || (opened && !closes)) {
      parts.push("\n", "  ".repeat(depth));
    }
    parts.push(token === ":" ? ": " : token);
    if (token === "{" || token === "[") {
      depth += 1;
    }
    previous = token;
    at = skipSpace(text, end);
  }
  return parts.join("");
}

/** The offset just after the token at `from`; the text is taken to be valid JSON. */
function endOfToken(text: string, from: number): number {
  return STRUCTURE.has(text.charCodeAt(from)) ? from + 1 : endOfValue(text, from);
}

/** Line and column, both from 1, of an offset. */
export function position(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf("\n");
  return { line: before.split("\n").length, column: offset - lastBreak };
}
