/** Removing an item of a sorted map: nothing brings it back, so its name is typed to confirm. */
import { useState } from "react";
import { call } from "../../api/client";
import type { StoredItem } from "../../api/memoryPage";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { environmentWord } from "../../components/EnvironmentChip";
import { Failure } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { showToast } from "../../components/Toasts";
import { isKeyTyped, TypedKey } from "../../components/TypedKey";
import type { Connection } from "../../protocol";
import { t } from "../../text/message";

interface RemoveItemProps {
  readonly connection: Connection;
  readonly map: string;
  readonly item: StoredItem;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function RemoveItemDialog({ connection, map, item, onClose, onDone }: RemoveItemProps) {
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<unknown>(null);
  const remove = async () => {
    try {
      await call("memory.removeItem", { connection: connection.id, map, item: item.item });
      showToast({ kind: "success", text: t("memory.removed", { item: item.item }) });
      onDone();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Dialog
      id="memory-remove-dialog"
      title={t("remove.title", { key: item.item })}
      alert
      onCancel={onClose}
      buttons={
        <>
          <Button id="memory-remove-cancel" onPress={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="memory-remove-confirm"
            kind="danger"
            icon="trash"
            offReason={isKeyTyped(typed, item.item) ? null : t("remove.typeKey")}
            onPress={() => void remove()}
          >
            {t("memory.removeOne", { environment: environmentWord(connection.environment) })}
          </Button>
        </>
      }
    >
      <p>
        <SafeText text={`${connection.name} › ${map} › ${item.item}`} code />
      </p>
      <p>{t("memory.removeBody")}</p>
      <TypedKey id="memory-remove-name" typed={typed} entryKey={item.item} onChange={setTyped} />
      {error !== null && <Failure id="memory-remove-error" error={error} />}
    </Dialog>
  );
}
