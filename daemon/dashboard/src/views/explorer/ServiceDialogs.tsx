/** Deeds on what live servers share: a message to all of them, and emptying the memory stores. */
import { useState } from "react";
import { call } from "../../api/client";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { EnvironmentChip, environmentWord } from "../../components/EnvironmentChip";
import { Field, TextField } from "../../components/Field";
import { Failure } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { showToast } from "../../components/Toasts";
import type { Connection } from "../../protocol";
import { t } from "../../text/message";

/** The limits of a message (`roblox-apis.md` §3.3). */
const TOPIC_LIMIT = 80;
const MESSAGE_LIMIT = 1_024;

interface DialogProps {
  readonly connection: Connection;
  readonly onClose: () => void;
}

function Place({ connection }: { readonly connection: Connection }) {
  return (
    <p className="unlock-place">
      <EnvironmentChip environment={connection.environment} />
      <strong>
        <SafeText text={connection.name} />
      </strong>
    </p>
  );
}

export function PublishDialog({ connection, onClose }: DialogProps) {
  const [topic, setTopic] = useState("");
  const [message, setMessage] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const length = [...message].length;
  const topicProblem = [...topic].length > TOPIC_LIMIT ? t("publish.topicLong", { limit: TOPIC_LIMIT }) : null;
  const messageProblem = length > MESSAGE_LIMIT ? t("publish.messageLong", { limit: MESSAGE_LIMIT }) : null;
  const publish = async () => {
    setRunning(true);
    setError(null);
    try {
      await call("messages.publish", { connection: connection.id, topic, message });
      showToast({ kind: "success", text: t("publish.done", { topic }) });
      onClose();
    } catch (failure) {
      setError(failure);
      setRunning(false);
    }
  };
  return (
    <Dialog
      id="publish-dialog"
      title={t("publish.title", { connection: connection.name })}
      onCancel={onClose}
      buttons={
        <>
          <Button id="publish-cancel" onPress={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="publish-confirm"
            kind="primary"
            offReason={
              topic === ""
                ? t("publish.topicMissing")
                : (topicProblem ?? messageProblem ?? (running ? t("reason.running") : null))
            }
            onPress={() => void publish()}
          >
            {t("publish.one", { environment: environmentWord(connection.environment) })}
          </Button>
        </>
      }
    >
      <Place connection={connection} />
      <p>{t("publish.body")}</p>
      <TextField
        id="publish-topic"
        label={t("publish.topic")}
        value={topic}
        onChange={setTopic}
        error={topicProblem}
        code
        autoFocus
      />
      <Field
        id="publish-message"
        label={t("publish.message")}
        hint={t("publish.length", { length, limit: MESSAGE_LIMIT })}
        error={messageProblem}
      >
        {(attributes) => (
          <textarea
            {...attributes}
            className="input code"
            rows={4}
            value={message}
            spellCheck={false}
            onChange={(event) => setMessage(event.target.value)}
          />
        )}
      </Field>
      {error !== null && <Failure id="publish-error" error={error} context={{ connection: connection.name }} />}
    </Dialog>
  );
}

/** Emptying all memory stores cannot be taken back, so the connection's name is typed to confirm (effect E4). */
export function FlushDialog({ connection, onClose }: DialogProps) {
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const matches = typed === connection.name;
  const environment = environmentWord(connection.environment);
  const flush = async () => {
    setRunning(true);
    setError(null);
    try {
      const { done } = await call("memory.flush", { connection: connection.id, confirmName: typed });
      showToast({ kind: "success", text: t(done ? "flush.done" : "flush.begun", { connection: connection.name }) });
      onClose();
    } catch (failure) {
      setError(failure);
      setRunning(false);
    }
  };
  return (
    <Dialog
      id="flush-dialog"
      title={t("flush.title", { connection: connection.name })}
      alert
      onCancel={onClose}
      buttons={
        <>
          <Button id="flush-cancel" onPress={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="flush-confirm"
            kind="danger"
            icon="trash"
            offReason={matches ? (running ? t("reason.running") : null) : t("flush.typeName")}
            onPress={() => void flush()}
          >
            {t("flush.all", { environment })}
          </Button>
        </>
      }
    >
      <Place connection={connection} />
      <p>{t("flush.body")}</p>
      <TextField
        id="flush-name"
        label={t("flush.field")}
        value={typed}
        onChange={setTyped}
        hint={matches ? null : t("flush.typeName")}
        code
        autoFocus
      />
      {error !== null && <Failure id="flush-error" error={error} context={{ connection: connection.name }} />}
    </Dialog>
  );
}
