/** The whole value of an item that was read from a queue. */
import type { QueuedItem } from "../../api/memoryPage";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { t } from "../../text/message";

interface ValueDialogProps {
  readonly item: QueuedItem;
  readonly onClose: () => void;
}

export function ValueDialog({ item, onClose }: ValueDialogProps) {
  const title = t("memory.itemTitle", { item: item.id });
  return (
    <Dialog
      id="queue-value-dialog"
      title={title}
      onCancel={onClose}
      wide
      buttons={
        <>
          <Button id="queue-value-copy" icon="copy" onPress={() => void navigator.clipboard.writeText(item.text)}>
            {t("action.copy")}
          </Button>
          <Button id="queue-value-close" onPress={onClose}>
            {t("dialog.close")}
          </Button>
        </>
      }
    >
      <textarea
        id="queue-value-text"
        className="input code long-text"
        aria-label={title}
        value={item.text}
        readOnly
        spellCheck={false}
        data-autofocus=""
      />
    </Dialog>
  );
}
