/**
 * White space between the tokens of a JSON text. Games store values without any; people read them indented.
 *
 * **Invariant:** `compact(indent(text)) === text` for a text without white space between its tokens.
 */

/** True when no white space stands between tokens. */
export function isCompact(text: string): boolean {
  return compact(text).length === text.length;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/** The text without white space between its tokens; the tokens are untouched. */
export function compact(text: string): string {
  if (!/\s/.test(text)) {
    return text;
  }
  return (text.match(TOKEN) ?? []).join("");
}

/** The text with one member per line, two spaces per level; the tokens are untouched. */
export function indent(text: string): string {
  const parts: string[] = [];
  let depth = 0;
  let previous = "";
  for (const [token] of text.matchAll(TOKEN)) {
    const closes = token === "}" || token === "]";
    const opened = previous === "{" || previous === "[";
    if (closes) {
      depth -= 1;
    }
    if ((closes && !opened) || previous === "," || (opened && !closes)) {
      parts.push("\n", "  ".repeat(depth));
    }
    parts.push(token);
    if (token === ":") {
      parts.push(" ");
    }
    if (token === "{" || token === "[") {
      depth += 1;
    }
    previous = token;
  }
  return parts.join("");
}

/** Line and column, both from 1, of an offset. */
export function position(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf("\n");
  return { line: before.split("\n").length, column: offset - lastBreak };
}
