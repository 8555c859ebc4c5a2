/** What the way back from a set is called, and whether there is one. Taking an undo back is a redo, and says so. */
import type { ChangeSet } from "../../protocol";
import { t } from "../../text/message";

export function undoText(set: Pick<ChangeSet, "undoOf" | "undoneBy">): string {
  if (set.undoneBy) {
    return t("undo.exists");
  }
  return t(set.undoOf == null ? "undo.open" : "redo.open");
}

/** Why there is no way back; null where there is one, or where it was gone already and can be looked at. */
export function undoReason(
  set: Pick<ChangeSet, "undoneBy" | "undoProblem" | "counts">,
  accessReason: string | null,
): string | null {
  if (set.undoneBy) {
    return null;
  }
  return accessReason ?? (set.counts.saved === 0 ? t("undo.nothingSaved") : (set.undoProblem ?? null));
}
