/**
 * White space between the tokens of a JSON text. Games store values without any; people read them indented.
 *
 * **Invariant:** `compact(indent(text)) === text` for a text without white space between its tokens.
 */

import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  endOfValue,
  isSpace,
  OPEN_BRACE,
  OPEN_BRACKET,
  skipSpace,
} from "./scan";

/** The characters that are tokens by themselves. */
const STRUCTURE: ReadonlySet<number> = new Set([OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET, COLON, COMMA]);

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
  let shown = "";
  let depth = 0;
  // Everything from here to `at` is to be taken over as it is, with one call instead of one for every token.
  let taken = skipSpace(text, 0);
  let at = taken;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const opens = code === OPEN_BRACE || code === OPEN_BRACKET;
    if (!opens && !STRUCTURE.has(code)) {
      const end = endOfValue(text, at);
      at = skipSpace(text, end);
      if (at !== end) {
        shown += text.slice(taken, end);
        taken = at;
      }
      continue;
    }
    const next = skipSpace(text, at + 1);
    if (opens) {
      const after = text.charCodeAt(next);
      if (after === CLOSE_BRACE || after === CLOSE_BRACKET) {
        shown += `${text.slice(taken, at + 1)}${text[next]}`;
        at = skipSpace(text, next + 1);
        taken = at;
        continue;
      }
      depth += 1;
      shown += text.slice(taken, at + 1) + lineStart(depth);
    } else if (code === COMMA) {
      shown += text.slice(taken, at + 1) + lineStart(depth);
    } else if (code === COLON) {
      shown += `${text.slice(taken, at)}: `;
    } else {
      depth -= 1;
      shown += text.slice(taken, at) + lineStart(depth) + text[at];
    }
    at = next;
    taken = next;
  }
  return shown + text.slice(taken);
}

const lineStarts: string[] = [];

function lineStart(depth: number): string {
  lineStarts[depth] ??= `\n${"  ".repeat(depth)}`;
  return lineStarts[depth];
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
