/** Discarding what a reading took: nothing brings it back, so the number of items is typed to confirm (effect E2). */
import { useState } from "react";
import { call } from "../../api/client";
import { ApiError } from "../../api/error";
import { useNow } from "../../components/Age";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { environmentWord } from "../../components/EnvironmentChip";
import { TextField } from "../../components/Field";
import { Failure } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { showToast } from "../../components/Toasts";
import type { Connection } from "../../protocol";
import { t } from "../../text/message";
import { type Reading, secondsHidden } from "./readings";

interface DiscardProps {
  readonly connection: Connection;
  readonly reading: Reading;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function DiscardDialog({ connection, reading, onClose, onDone }: DiscardProps) {
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const seconds = secondsHidden(reading, useNow(1_000));
  const { queue, readId } = reading;
  const count = reading.items.length;
  const matches = typed.trim() === String(count);
  const isGone = error instanceof ApiError && error.code === "GEN007";
  const discard = async () => {
    setRunning(true);
    setError(null);
    try {
      await call("memory.discard", { connection: connection.id, queue, readId });
      showToast({ kind: "success", text: t("queue.discarded", { count, queue }) });
      onDone();
    } catch (failure) {
      setError(failure);
      setRunning(false);
    }
  };
  return (
    <Dialog
      id="queue-discard-dialog"
      title={t("queue.discardTitle", { count, queue })}
      alert
      onCancel={onClose}
      buttons={
        <>
          <Button id="queue-discard-cancel" onPress={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="queue-discard-confirm"
            kind="danger"
            icon="trash"
            offReason={
              seconds === 0
                ? t("queue.discardOver")
                : !matches
                  ? t("queue.discardType", { number: count })
                  : running
                    ? t("reason.running")
                    : null
            }
            onPress={() => void discard()}
          >
            {t("queue.discardAll", { count, environment: environmentWord(connection.environment) })}
          </Button>
        </>
      }
    >
      <p>
        <SafeText text={`${connection.name} › ${queue} › ${readId}`} code />
      </p>
      <p>{t("queue.discardBody")}</p>
      <p className="muted">{seconds > 0 ? t("queue.hiddenFor", { seconds }) : t("queue.isBack")}</p>
      <TextField
        id="queue-discard-count"
        label={t("queue.discardField")}
        value={typed}
        onChange={setTyped}
        hint={matches ? null : t("queue.discardType", { number: count })}
        code
        autoFocus
      />
      {error !== null && (
        <Failure
          id="queue-discard-error"
          error={error}
          context={{ connection: connection.name }}
          text={isGone ? { title: t("queue.discardGone"), body: t("queue.discardGoneBody") } : null}
        />
      )}
    </Dialog>
  );
}
