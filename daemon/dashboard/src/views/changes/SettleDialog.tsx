/** A person says what became of a change whose outcome nobody knows. It is put on record with the reason. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeNames, keepSet } from "../../api/changeQueries";
import { call } from "../../api/client";
import { Button } from "../../components/Button";
import { Choice } from "../../components/Choice";
import { Dialog } from "../../components/Dialog";
import { TextField } from "../../components/Field";
import { Failure } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import type { ChangeItem } from "../../protocol";
import { t } from "../../text/message";
import { REASON_LIMIT } from "./reasons";

type Answer = "settleSaved" | "settleNotSaved";

interface SettleDialogProps {
  readonly set: string;
  readonly item: ChangeItem;
  readonly onClose: () => void;
}

export function SettleDialog({ set, item, onClose }: SettleDialogProps) {
  const client = useQueryClient();
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [reason, setReason] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const length = [...reason.trim()].length;
  const problem =
    length === 0
      ? t("unlock.reasonMissing")
      : length > REASON_LIMIT
        ? t("unlock.reasonTooLong", { limit: REASON_LIMIT })
        : null;
  const settle = async (resolution: Answer) => {
    setRunning(true);
    setError(null);
    try {
      const done = await call("changesets.resolve", { set, item: item.item, resolution, reason: reason.trim() });
      keepSet(client, done.set);
      await client.invalidateQueries({ queryKey: changeNames.items(set) });
      onClose();
    } catch (failure) {
      setError(failure);
      setRunning(false);
    }
  };
  return (
    <Dialog
      id="settle-dialog"
      title={t("settle.title", { key: item.key })}
      alert
      onCancel={onClose}
      buttons={
        <>
          <Button id="settle-cancel" onPress={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="settle-confirm"
            kind="primary"
            offReason={(answer === null ? t("settle.choose") : problem) ?? (running ? t("reason.running") : null)}
            onPress={() => answer && void settle(answer)}
          >
            {t(answer === null ? "unknown.settle" : `settle.as.${answer}`)}
          </Button>
        </>
      }
    >
      <p>
        <SafeText text={`${item.store} › ${item.scope} › ${item.key}`} code />
      </p>
      <p>{t("settle.body")}</p>
      <Choice
        id="settle-answer"
        label={t("settle.question")}
        options={(["settleSaved", "settleNotSaved"] as const).map((value) => ({ value, text: t(`settle.${value}`) }))}
        chosen={answer}
        onChoose={setAnswer}
      />
      <TextField
        id="settle-reason"
        label={t("unlock.reason")}
        value={reason}
        onChange={setReason}
        hint={t("settle.reasonHint")}
        error={length > 0 ? problem : null}
      />
      {error !== null && <Failure id="settle-error" error={error} />}
    </Dialog>
  );
}
