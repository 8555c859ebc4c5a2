/** Discarding a staged set: says how many changes go. Nothing was sent, and drafts they came from stay. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeNames } from "../../api/changeQueries";
import { call } from "../../api/client";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Failure } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { showToast } from "../../components/Toasts";
import type { ChangeSet } from "../../protocol";
import { t } from "../../text/message";

interface DiscardDialogProps {
  readonly set: ChangeSet;
  readonly onClose: () => void;
  readonly onDiscarded: () => void;
}

export function DiscardDialog({ set, onClose, onDiscarded }: DiscardDialogProps) {
  const client = useQueryClient();
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const count = set.counts.total;
  const discard = async () => {
    setRunning(true);
    setError(null);
    try {
      const { items } = await call("changesets.discard", { set: set.id });
      showToast({ kind: "success", text: t("discard.done", { count: items }) });
      await client.invalidateQueries({ queryKey: changeNames.lists() });
      onDiscarded();
      client.removeQueries({ queryKey: changeNames.set(set.id) });
    } catch (failure) {
      setError(failure);
      setRunning(false);
    }
  };
  return (
    <Dialog
      id="discard-dialog"
      title={t("discard.title", { count })}
      alert
      onCancel={onClose}
      buttons={
        <>
          <Button id="discard-cancel" onPress={onClose} autoFocus>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="discard-confirm"
            kind="danger"
            icon="trash"
            offReason={running ? t("reason.running") : null}
            onPress={() => void discard()}
          >
            {t("discard.confirm", { count })}
          </Button>
        </>
      }
    >
      <p>
        <SafeText text={set.title} />
      </p>
      <p>{t("discard.body")}</p>
      {error !== null && <Failure id="discard-error" error={error} />}
    </Dialog>
  );
}
