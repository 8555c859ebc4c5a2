/** Edits of a JSON text that leave every byte they do not name as it was; the daemon's `entries.edit` does the same. */
import { formatPointer, type Path } from "./pointer";
import { type Child, childNamed, children, kindAt, locate, type Span } from "./scan";

export type Edit =
  | { readonly type: "set"; readonly path: Path; readonly value: string }
  | { readonly type: "remove"; readonly path: Path }
  | { readonly type: "rename"; readonly path: Path; readonly name: string };

export class EditError extends Error {
  constructor(readonly path: Path) {
    super(`nothing at \`${formatPointer(path)}\``);
  }
}

/** Characters that take the place of others. */
export interface Splice extends Span {
  readonly replacement: string;
}

/** Applies edits in order. Throws `EditError` when a path does not exist. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  return edits.reduce((before, edit) => spliced(before, spliceOf(before, edit)), text);
}

export function spliced(text: string, { start, end, replacement }: Splice): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

/** What edits in order replace, each in the text that the ones before it leave. Throws `EditError` as `applyEdits` does. */
export function splicesOf(text: string, edits: readonly Edit[]): Splice[] {
  let before = text;
  return edits.map((edit) => {
    const splice = spliceOf(before, edit);
    before = spliced(before, splice);
    return splice;
  });
}

function spliceOf(text: string, edit: Edit): Splice {
  switch (edit.type) {
    case "set":
      return set(text, edit.path, edit.value);
    case "remove":
      return remove(text, edit.path);
    case "rename":
      return rename(text, edit.path, edit.name);
  }
}

function parentOf(text: string, path: Path): { parent: Span; name: string } {
  const name = path[path.length - 1];
  const parent = name === undefined ? null : locate(text, path.slice(0, -1));
  if (!parent || name === undefined) {
    throw new EditError(path);
  }
  return { parent, name };
}

/** Replaces the value at `path`, or adds it at the end of its container (`-` appends to an array). */
function set(text: string, path: Path, value: string): Splice {
  const present = locate(text, path);
  if (present) {
    return { ...present, replacement: value };
  }
  const { parent, name } = parentOf(text, path);
  const kind = kindAt(text, parent.start);
  let last: Child | null = null;
  let count = 0;
  for (const child of children(text, parent)) {
    last = child;
    count += 1;
  }
  const isNext = name === "-" || name === String(count);
  if (kind !== "object" && !(kind === "array" && isNext)) {
    throw new EditError(path);
  }
  const added = kind === "object" ? `${JSON.stringify(name)}:${value}` : value;
  const at = last ? last.whole.end : parent.start + 1;
  return { start: at, end: at, replacement: last ? `,${added}` : added };
}

function remove(text: string, path: Path): Splice {
  const { parent, name } = parentOf(text, path);
  const target = childNamed(text, parent, name);
  if (!target) {
    throw new EditError(path);
  }
  let before: Child | null = null;
  let after: Child | null = null;
  for (const child of children(text, parent)) {
    if (child.whole.end <= target.whole.start) {
      before = child;
    } else if (child.whole.start >= target.whole.end) {
      after = child;
      break;
    }
  }
  // The comma that goes is the one after the member, or the one before it when it is the last.
  const start = after || !before ? target.whole.start : before.whole.end;
  const end = after ? after.whole.start : target.whole.end;
  return { start, end, replacement: "" };
}

function rename(text: string, path: Path, name: string): Splice {
  const { parent, name: old } = parentOf(text, path);
  const target = childNamed(text, parent, old);
  if (!target?.nameSpan) {
    throw new EditError(path);
  }
  return { ...target.nameSpan, replacement: JSON.stringify(name) };
}
