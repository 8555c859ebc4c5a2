/** Removing an entry: its key is typed to confirm (effect E2). Its last value stays readable for 30 days. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client";
import type { Address } from "../../api/entries";
import { queryNames } from "../../api/queries";
import { tellSaved } from "../../changes/committing";
import { openReview } from "../../changes/staging";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { environmentWord } from "../../components/EnvironmentChip";
import { Failure } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { isKeyTyped, TypedKey } from "../../components/TypedKey";
import type { Environment } from "../../protocol";
import { t } from "../../text/message";
import { discardDraft } from "./drafts";
import { closeTab } from "../explorer/openTabs";

interface RemoveEntryDialogProps {
  readonly address: Address;
  readonly revision: string;
  readonly environment: Environment;
  readonly onClose: () => void;
  readonly onRemoved: () => void;
}

export function RemoveEntryDialog({ address, revision, environment, onClose, onRemoved }: RemoveEntryDialogProps) {
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<unknown>(null);
  const remove = async () => {
    try {
      const removed = await call("entries.remove", { ...address, expectedRevision: revision });
      if (removed.outcome === "staged") {
        onClose();
        openReview(address.connection, removed.changeSet, 1);
        return;
      }
      discardDraft(address);
      closeTab(address);
      tellSaved(client, t("remove.done", { key: address.key }), address.connection, removed.changeSet);
      onRemoved();
      client.removeQueries({ queryKey: queryNames.entry(address) });
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Dialog
      id="remove-dialog"
      title={t("remove.title", { key: address.key })}
      alert
      onCancel={onClose}
      buttons={
        <>
          <Button id="remove-cancel" onPress={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="remove-confirm"
            kind="danger"
            icon="trash"
            offReason={isKeyTyped(typed, address.key) ? null : t("remove.typeKey")}
            onPress={() => void remove()}
          >
            {t("remove.one", { environment: environmentWord(environment) })}
          </Button>
        </>
      }
    >
      <p>
        <SafeText text={`${address.store} › ${address.scope} › ${address.key}`} code />
      </p>
      <p>{t("remove.body")}</p>
      <TypedKey id="remove-key" typed={typed} entryKey={address.key} onChange={setTyped} />
      {error !== null && <Failure id="remove-error" error={error} />}
    </Dialog>
  );
}
