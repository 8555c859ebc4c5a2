/** The form that adds an item to a queue. */
import { useState } from "react";
import { ApiError } from "../../api/error";
import { enqueue } from "../../api/memory";
import { Button } from "../../components/Button";
import { environmentWord } from "../../components/EnvironmentChip";
import { Field, TextField } from "../../components/Field";
import { Failure } from "../../components/Panels";
import { showToast } from "../../components/Toasts";
import { sizeInBytes } from "../../json/scan";
import type { Connection } from "../../protocol";
import { formatSize } from "../../text/format";
import { t } from "../../text/message";
import { lifetimeProblem, LONGEST_LIFE_SECONDS } from "../memory/limits";
import { valueProblem } from "../memory/valueProblem";
import { priorityProblem } from "./limits";

interface AddItemProps {
  readonly connection: Connection;
  readonly queue: string;
  /** Why nothing can be added. */
  readonly offReason: string | null;
}

export function AddItem({ connection, queue, offReason }: AddItemProps) {
  const [text, setText] = useState("{}");
  const [priority, setPriority] = useState("0");
  const [lifetime, setLifetime] = useState(String(LONGEST_LIFE_SECONDS));
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const textWrong = valueProblem(text);
  const priorityWrong = priorityProblem(priority) ? t("queue.priorityRule") : null;
  const lifeWrong = lifetimeProblem(lifetime) ? t("memory.lifetimeRule", { limit: LONGEST_LIFE_SECONDS }) : null;
  const isUnknown = error instanceof ApiError && error.code === "DS007";
  const add = async () => {
    setRunning(true);
    setError(null);
    try {
      await enqueue(
        { connection: connection.id, queue, priority: Number(priority), ttlSeconds: Number(lifetime) },
        text,
      );
      showToast({ kind: "success", text: t("queue.added", { queue }) });
    } catch (failure) {
      setError(failure);
    }
    setRunning(false);
  };
  return (
    <section className="queue-form" aria-labelledby="queue-add-title">
      <h3 id="queue-add-title">{t("queue.addTitle")}</h3>
      <Field id="queue-value" label={t("new.value")} hint={formatSize(sizeInBytes(text))} error={textWrong}>
        {(attributes) => (
          <textarea
            {...attributes}
            className="input code"
            rows={4}
            value={text}
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <div className="queue-pair">
        <TextField
          id="queue-priority"
          label={t("queue.priority")}
          value={priority}
          onChange={(value) => setPriority(value.trim())}
          hint={t("queue.priorityHint")}
          error={priorityWrong}
          code
        />
        <TextField
          id="queue-lifetime"
          label={t("memory.lifetime")}
          value={lifetime}
          onChange={(value) => setLifetime(value.trim())}
          hint={t("queue.lifetimeHint")}
          error={lifeWrong}
          code
        />
      </div>
      <Button
        id="queue-add"
        icon="plus"
        offReason={offReason ?? textWrong ?? priorityWrong ?? lifeWrong ?? (running ? t("reason.running") : null)}
        onPress={() => void add()}
      >
        {t("queue.addOne", { environment: environmentWord(connection.environment) })}
      </Button>
      {error !== null && (
        <Failure
          id="queue-add-error"
          error={error}
          context={{ connection: connection.name }}
          text={isUnknown ? { title: t("queue.addUnknown"), body: t("queue.addUnknownBody") } : null}
        />
      )}
    </section>
  );
}
