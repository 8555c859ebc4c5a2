/** What the way back from a set is called: taking an undo back is a redo, and says so. */
import type { ChangeSet } from "../../protocol";
import { t } from "../../text/message";

export function undoText(set: Pick<ChangeSet, "undoOf">): string {
  return t(set.undoOf == null ? "undo.open" : "redo.open");
}
