/** Which rows of the tree a draft changed, and which branches hold such a row. */
import { useMemo } from "react";
import { diff } from "../../json/diff";
import type { Edit } from "../../json/edit";
import { formatPointer, type Path } from "../../json/pointer";
import { locate } from "../../json/scan";
import type { Draft } from "./drafts";

export type ChangeMark = "changed" | "added" | "inside";

/** Above this, marks come from the edits that were made, because comparing the texts would be felt. */
const COMPARED_LENGTH = 262_144;

interface Marked {
  readonly path: Path;
  readonly mark: ChangeMark;
}

export function useChangeMarks(draft: Draft | null): ReadonlyMap<string, ChangeMark> {
  const base = draft?.base.text ?? "null";
  const text = draft?.content.text ?? base;
  const edits = draft?.edits ?? null;
  return useMemo(() => {
    const isLarge = text.length > COMPARED_LENGTH && edits !== null;
    return withBranches(isLarge ? edits.map((edit) => markedByEdit(base, edit)) : markedByComparison(base, text));
  }, [base, text, edits]);
}

function markedByComparison(base: string, text: string): Marked[] {
  return diff(base, text).map(({ path, before, after }) =>
    after === null
      ? { path: path.slice(0, -1), mark: "inside" }
      : { path, mark: before === null ? "added" : "changed" },
  );
}

function markedByEdit(base: string, edit: Edit): Marked {
  switch (edit.type) {
    case "set":
      return { path: edit.path, mark: locate(base, edit.path) ? "changed" : "added" };
    case "remove":
      return { path: edit.path.slice(0, -1), mark: "inside" };
    case "rename":
      return { path: [...edit.path.slice(0, -1), edit.name], mark: "changed" };
  }
}

function withBranches(marked: readonly Marked[]): ReadonlyMap<string, ChangeMark> {
  const marks = new Map<string, ChangeMark>();
  for (const { path } of marked) {
    for (let length = 0; length < path.length; length += 1) {
      marks.set(formatPointer(path.slice(0, length)), "inside");
    }
  }
  for (const { path, mark } of marked) {
    const pointer = formatPointer(path);
    if (mark !== "inside" || !marks.has(pointer)) {
      marks.set(pointer, mark);
    }
  }
  return marks;
}
