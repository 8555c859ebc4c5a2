/** Asks for how long, and where it counts why, a read-only connection shall be open for changes (ux.md 5.2). */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../components/Button";
import { Choice } from "../components/Choice";
import { Dialog } from "../components/Dialog";
import { EnvironmentChip, environmentWord } from "../components/EnvironmentChip";
import { TextField } from "../components/Field";
import { Failure } from "../components/Panels";
import { SafeText } from "../components/SafeText";
import type { Connection } from "../protocol";
import { t } from "../text/message";
import { needsReason, REASON_LIMIT, UNLOCK_MINUTES, type UnlockMinutes, usualMinutes } from "./access";
import { unlock } from "./unlocking";

export function UnlockDialog({
  connection,
  onClose,
}: {
  readonly connection: Connection;
  readonly onClose: () => void;
}) {
  const client = useQueryClient();
  const { environment, name } = connection;
  const [reason, setReason] = useState("");
  const [minutes, setMinutes] = useState<UnlockMinutes>(usualMinutes(environment));
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const length = [...reason.trim()].length;
  const problem =
    needsReason(environment) && length === 0
      ? t("unlock.reasonMissing")
      : length > REASON_LIMIT
        ? t("unlock.reasonTooLong", { limit: REASON_LIMIT })
        : null;
  const run = async () => {
    setRunning(true);
    setError(null);
    try {
      await unlock(client, connection, minutes, reason.trim());
      onClose();
    } catch (failure) {
      setError(failure);
      setRunning(false);
    }
  };
  return (
    <Dialog
      id="unlock-dialog"
      title={t("unlock.title", { connection: name })}
      onCancel={onClose}
      buttons={
        <>
          <Button id="unlock-cancel" onPress={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="unlock-confirm"
            kind="primary"
            icon="unlock"
            offReason={problem ?? (running ? t("reason.running") : null)}
            onPress={() => void run()}
          >
            {t("unlock.confirm", { environment: environmentWord(environment), minutes })}
          </Button>
        </>
      }
    >
      <p className="unlock-place">
        <EnvironmentChip environment={environment} />
        <strong>
          <SafeText text={name} />
        </strong>
      </p>
      <p>{t("unlock.body")}</p>
      <TextField
        id="unlock-reason"
        label={t(needsReason(environment) ? "unlock.reason" : "unlock.reasonOptional")}
        value={reason}
        onChange={setReason}
        hint={t("unlock.reasonHint")}
        error={length > 0 ? problem : null}
        autoFocus
      />
      <Choice
        id="unlock-minutes"
        label={t("unlock.minutes")}
        options={UNLOCK_MINUTES.map((value) => ({
          value: String(value),
          text: t("unlock.minuteCount", { count: value }),
        }))}
        chosen={String(minutes)}
        onChoose={(value) => setMinutes(UNLOCK_MINUTES.find((known) => String(known) === value) ?? 15)}
      />
      {error !== null && <Failure id="unlock-error" error={error} />}
    </Dialog>
  );
}
