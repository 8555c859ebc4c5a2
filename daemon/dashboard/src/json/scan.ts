/**
 * Finds the parts of a JSON text without decoding it, so that what is written back is exactly what was read.
 *
 * It does not build values: everything is a span of the text. All walks are iterative, so depth is bounded by memory,
 * not by the call stack.
 *
 * **Invariant:** no function here returns text that differs from a slice of its input.
 */
import type { Path } from "./pointer";

export interface Span {
  readonly start: number;
  readonly end: number;
}

export type ValueKind = "object" | "array" | "string" | "number" | "boolean" | "null";

export interface Child {
  /** The member's name, or the item's index as text. */
  readonly name: string;
  /** From the first character of the name (or of the item) to the end of the value. */
  readonly whole: Span;
  /** The quoted name; null for array items. */
  readonly nameSpan: Span | null;
  readonly value: Span;
}

/** A place where a text stops being JSON. */
export class JsonSyntaxError extends Error {
  constructor(
    readonly offset: number,
    readonly reason: SyntaxReason,
  ) {
    super(`not JSON at offset ${offset}: ${reason}`);
  }
}

export type SyntaxReason =
  | "empty"
  | "value"
  | "string"
  | "escape"
  | "control"
  | "number"
  | "name"
  | "colon"
  | "separator"
  | "end"
  | "after";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;

/** The four characters that JSON takes for white space. */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

export function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpace(text.charCodeAt(at))) {
    at += 1;
  }
  return at;
}

/** Shorter strings, which most are, end sooner by looking at each character than by searching for the quote. */
const SHORT_STRING = 32;

/** The offset just after the string whose opening quote is at `from`. */
export function endOfString(text: string, from: number): number {
  const near = Math.min(text.length, from + SHORT_STRING);
  for (let at = from + 1; at < near; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      return at + 1;
    }
    if (code === BACKSLASH) {
      break;
    }
  }
  let close = text.indexOf('"', from + 1);
  while (close !== -1) {
    let slashes = 0;
    while (text.charCodeAt(close - 1 - slashes) === BACKSLASH) {
      slashes += 1;
    }
    if (slashes % 2 === 0) {
      return close + 1;
    }
    close = text.indexOf('"', close + 1);
  }
  throw new JsonSyntaxError(text.length, "string");
}

/** The offset just after the value that starts at `from`; the text is taken to be valid JSON. */
export function endOfValue(text: string, from: number): number {
  const first = text.charCodeAt(from);
  if (first === QUOTE) {
    return endOfString(text, from);
  }
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) {
    let at = from;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || isSpace(code)) {
        break;
      }
      at += 1;
    }
    return at;
  }
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) {
        return at + 1;
      }
    }
    at += 1;
  }
  throw new JsonSyntaxError(text.length, "end");
}

/** The span of the whole value in `text`, without the white space around it. */
export function rootSpan(text: string): Span {
  const start = skipSpace(text, 0);
  return { start, end: endOfValue(text, start) };
}

export function kindAt(text: string, offset: number): ValueKind {
  switch (text.charCodeAt(offset)) {
    case OPEN_BRACE:
      return "object";
    case OPEN_BRACKET:
      return "array";
    case QUOTE:
      return "string";
    case 0x74:
    case 0x66:
      return "boolean";
    case 0x6e:
      return "null";
    default:
      return "number";
  }
}

/** The text a quoted JSON string stands for. */
export function decodeString(text: string, span: Span): string {
  const inner = text.slice(span.start + 1, span.end - 1);
  return inner.includes("\\") ? (JSON.parse(`"${inner}"`) as string) : inner;
}

/** Walks the direct members or items of the container at `span`, in text order. Scalars have none. */
export function* children(text: string, span: Span): Generator<Child> {
  const kind = kindAt(text, span.start);
  if (kind !== "object" && kind !== "array") {
    return;
  }
  let at = skipSpace(text, span.start + 1);
  let index = 0;
  while (at < span.end - 1) {
    const wholeStart = at;
    let nameSpan: Span | null = null;
    if (kind === "object") {
      nameSpan = { start: at, end: endOfString(text, at) };
      at = skipSpace(text, nameSpan.end);
      at = skipSpace(text, at + 1);
    }
    const value = { start: at, end: endOfValue(text, at) };
    const name = nameSpan ? decodeString(text, nameSpan) : String(index);
    yield { name, nameSpan, value, whole: { start: wholeStart, end: value.end } };
    index += 1;
    at = skipSpace(text, value.end);
    if (text.charCodeAt(at) === COMMA) {
      at = skipSpace(text, at + 1);
    }
  }
}

/** The child called `name`; where an object repeats a name, the last one counts, as for most decoders. */
export function childNamed(text: string, span: Span, name: string): Child | null {
  let found: Child | null = null;
  for (const child of children(text, span)) {
    if (child.name === name) {
      found = child;
      if (child.nameSpan === null) {
        break;
      }
    }
  }
  return found;
}

/** The span of the value at `path`, or null when there is none. */
export function locate(text: string, path: Path): Span | null {
  let span = rootSpan(text);
  for (const part of path) {
    const child = childNamed(text, span, part);
    if (!child) {
      return null;
    }
    span = child.value;
  }
  return span;
}

/**
 * Takes members of the object `text` out as exact text. `rest` is the object without them, small enough to decode.
 */
export function takeRaw(
  text: string,
  names: readonly string[],
): { readonly raw: ReadonlyMap<string, string>; readonly rest: string } {
  const raw = new Map<string, string>();
  const others: string[] = [];
  for (const child of children(text, rootSpan(text))) {
    if (names.includes(child.name)) {
      raw.set(child.name, text.slice(child.value.start, child.value.end));
    } else {
      others.push(text.slice(child.whole.start, child.whole.end));
    }
  }
  return { raw, rest: `{${others.join(",")}}` };
}

/** From this length on, the browser counts faster than we do. */
const COUNTED_HERE_BELOW = 1_024;

/** Size of `text` in UTF-8, in bytes; this is what the limits count. */
export function sizeInBytes(text: string): number {
  if (text.length >= COUNTED_HERE_BELOW) {
    return new TextEncoder().encode(text).length;
  }
  let size = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) {
      size += code > 0x7ff ? 2 : 1;
      if (code >= 0xd800 && code <= 0xdbff) {
        size -= 2;
      }
    }
  }
  return size;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function checkString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      return at + 1;
    }
    if (code < 0x20) {
      throw new JsonSyntaxError(at, "control");
    }
    if (code === BACKSLASH) {
      const letter = text[at + 1] ?? "";
      if (letter === "u") {
        if (!/^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6))) {
          throw new JsonSyntaxError(at, "escape");
        }
        at += 6;
        continue;
      }
      if (!'"\\/bfnrt'.includes(letter) || letter === "") {
        throw new JsonSyntaxError(at, "escape");
      }
      at += 2;
      continue;
    }
    at += 1;
  }
  throw new JsonSyntaxError(text.length, "string");
}

function checkScalar(text: string, at: number): number {
  if (text.charCodeAt(at) === QUOTE) {
    return checkString(text, at);
  }
  for (const word of ["true", "false", "null"]) {
    if (text.startsWith(word, at)) {
      return at + word.length;
    }
  }
  NUMBER.lastIndex = at;
  const found = NUMBER.exec(text);
  if (found) {
    return at + found[0].length;
  }
  const code = text.charCodeAt(at);
  const numeric = code === 0x2d || code === 0x2b || code === 0x2e || (code >= 0x30 && code <= 0x39);
  throw new JsonSyntaxError(at, at >= text.length ? "end" : numeric ? "number" : "value");
}

function checkName(text: string, from: number): number {
  if (text.charCodeAt(from) !== QUOTE) {
    throw new JsonSyntaxError(from, from >= text.length ? "end" : "name");
  }
  const at = skipSpace(text, checkString(text, from));
  if (text.charCodeAt(at) !== COLON) {
    throw new JsonSyntaxError(at, at >= text.length ? "end" : "colon");
  }
  return skipSpace(text, at + 1);
}

/** Strict check of a whole text. Null when it is JSON, else where and why it is not. */
export function checkJson(text: string): JsonSyntaxError | null {
  try {
    checkWhole(text);
    return null;
  } catch (error) {
    if (error instanceof JsonSyntaxError) {
      return error;
    }
    throw error;
  }
}

function checkWhole(text: string): void {
  const open: number[] = [];
  let at = skipSpace(text, 0);
  if (at === text.length) {
    throw new JsonSyntaxError(at, "empty");
  }
  for (;;) {
    const code = text.charCodeAt(at);
    let closed = false;
    if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      const inside = skipSpace(text, at + 1);
      if (text.charCodeAt(inside) === code + 2) {
        at = inside + 1;
        closed = true;
      } else {
        open.push(code);
        at = code === OPEN_BRACE ? checkName(text, inside) : inside;
      }
    } else {
      at = checkScalar(text, at);
      closed = true;
    }
    while (closed) {
      at = skipSpace(text, at);
      const container = open[open.length - 1];
      if (container === undefined) {
        if (at < text.length) {
          throw new JsonSyntaxError(at, "after");
        }
        return;
      }
      const next = text.charCodeAt(at);
      if (next === COMMA) {
        at = skipSpace(text, at + 1);
        at = container === OPEN_BRACE ? checkName(text, at) : at;
        closed = false;
      } else if (next === container + 2) {
        open.pop();
        at += 1;
      } else {
        throw new JsonSyntaxError(at, at >= text.length ? "end" : "separator");
      }
    }
  }
}
