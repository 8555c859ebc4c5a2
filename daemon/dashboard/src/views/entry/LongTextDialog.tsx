/** A long or many-line string in full, to read or to change. */
import { useState } from "react";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { parsePointer, readablePath } from "../../json/pointer";
import { scalarText } from "../../json/rows";
import { locate } from "../../json/scan";
import { t } from "../../text/message";

interface LongTextDialogProps {
  /** The whole value's text. */
  readonly text: string;
  readonly pointer: string;
  readonly readOnly: boolean;
  readonly onClose: () => void;
  readonly onUse: (value: string) => void;
}

export function LongTextDialog({ text, pointer, readOnly, onClose, onUse }: LongTextDialogProps) {
  const path = parsePointer(pointer);
  const [typed, setTyped] = useState(() => {
    const span = locate(text, path);
    return span ? scalarText(text, span) : "";
  });
  return (
    <Dialog
      id="long-text-dialog"
      title={readablePath(path) || t("tree.root")}
      onCancel={onClose}
      wide
      buttons={
        <>
          <Button id="long-text-copy" icon="copy" onPress={() => void navigator.clipboard.writeText(typed)}>
            {t("action.copy")}
          </Button>
          <Button id="long-text-close" onPress={onClose}>
            {readOnly ? t("dialog.close") : t("dialog.cancel")}
          </Button>
          {!readOnly && (
            <Button id="long-text-use" kind="primary" onPress={() => onUse(typed)}>
              {t("tree.useText")}
            </Button>
          )}
        </>
      }
    >
      <textarea
        id="long-text"
        className="input code long-text"
        aria-label={readablePath(path) || t("tree.root")}
        value={typed}
        readOnly={readOnly}
        spellCheck={false}
        data-autofocus=""
        onChange={(event) => setTyped(event.target.value)}
      />
    </Dialog>
  );
}
