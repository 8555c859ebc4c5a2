/** Which rows of the tree a draft changed, and which branches hold such a row. */
import { useEffect, useMemo, useState } from "react";
import { ask } from "../../json/background";
import type { ChangedPath } from "../../json/deeds";
import type { Edit } from "../../json/edit";
import { formatPointer, type Path } from "../../json/pointer";
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
  const [changes, setChanges] = useState<readonly ChangedPath[]>([]);
  useEffect(() => {
    let isWanted = true;
    const answer =
      edits !== null && text.length > COMPARED_LENGTH ? changesByEdits(base, edits) : ask("changes", [base, text]);
    if (answer instanceof Promise) {
      // Marks are left as they were when nobody answers; the rows themselves say what is wrong.
      answer.then(
        (known) => isWanted && setChanges(known),
        () => undefined,
      );
    } else {
      setChanges(answer);
    }
    return () => {
      isWanted = false;
    };
  }, [base, text, edits]);
  return useMemo(() => withBranches(changes.map(marked)), [changes]);
}

/** What was found out about an edit stays true: it is always seen from the same base. */
const knownChanges = new WeakMap<Edit, ChangedPath>();

async function changesByEdits(base: string, edits: readonly Edit[]): Promise<ChangedPath[]> {
  const fresh = edits.filter((edit) => !knownChanges.has(edit));
  const changes = fresh.length > 0 ? await ask("marks", [base], fresh) : [];
  for (const [index, edit] of fresh.entries()) {
    knownChanges.set(edit, changes[index] as ChangedPath);
  }
  return edits.flatMap((edit) => knownChanges.get(edit) ?? []);
}

function marked({ path, mark }: ChangedPath): Marked {
  return mark === "removed" ? { path: path.slice(0, -1), mark: "inside" } : { path, mark };
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
