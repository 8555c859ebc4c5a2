/** A draft laid over what others saved meanwhile. */
import { type Choices, conflictRows, sideOf, undecided } from "../../changes/conflictRows";
import { mergedText, mergeRows } from "../../json/diff";
import { formatPointer } from "../../json/pointer";
import type { Content, Draft } from "./drafts";

const NO_CHOICES: Choices = new Map();

/** Theirs with the draft's changes in it; at places that both changed, whatever was chosen. */
export function mergedContent(draft: Pick<Draft, "base" | "content">, theirs: Content, choices: Choices): Content {
  const { base, content } = draft;
  const sides = new Map(conflictRows(base, theirs, content).map((row) => [row.id, sideOf(row, choices)]));
  const takesMine = (id: string) => sides.get(id) === "mine";
  return {
    text: mergedText(theirs.text, mergeRows(base.text, theirs.text, content.text), (row) =>
      takesMine(formatPointer(row.path)),
    ),
    userIds: takesMine("userIds") ? content.userIds : theirs.userIds,
    attributesText: takesMine("attributes") ? content.attributesText : theirs.attributesText,
  };
}

/** The same when nothing has to be chosen; null when a person must. */
export function cleanMerge(draft: Pick<Draft, "base" | "content">, theirs: Content): Content | null {
  const rows = conflictRows(draft.base, theirs, draft.content);
  return undecided(rows, NO_CHOICES) === 0 ? mergedContent(draft, theirs, NO_CHOICES) : null;
}
