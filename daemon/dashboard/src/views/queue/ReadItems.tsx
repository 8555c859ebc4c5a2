/** The form that reads a queue. Reading takes items away from live servers for a while, so it counts as a change. */
import { useState } from "react";
import { ApiError } from "../../api/error";
import { dequeue } from "../../api/memory";
import { Button } from "../../components/Button";
import { environmentWord } from "../../components/EnvironmentChip";
import { TextField } from "../../components/Field";
import { Failure } from "../../components/Panels";
import type { Connection } from "../../protocol";
import type { ErrorText } from "../../text/errors";
import { t } from "../../text/message";
import { lifetimeProblem, LONGEST_LIFE_SECONDS } from "../memory/limits";
import { countProblem, READ_LIMIT } from "./limits";
import { keepReading, type Reading } from "./readings";

/** As Roblox has them when nothing is said, save the count, which would be one. */
const FIRST_COUNT = "10";
const FIRST_SECONDS = "30";

interface ReadItemsProps {
  readonly connection: Connection;
  readonly queue: string;
  /** Why nothing can be read. */
  readonly offReason: string | null;
  /** Told of every reading, also of one that found nothing. */
  readonly onRead: (reading: Reading) => void;
}

export function ReadItems({ connection, queue, offReason, onRead }: ReadItemsProps) {
  const [count, setCount] = useState(FIRST_COUNT);
  const [seconds, setSeconds] = useState(FIRST_SECONDS);
  const [allOrNothing, setAllOrNothing] = useState(false);
  const [failed, setFailed] = useState<{ readonly error: unknown; readonly count: number } | null>(null);
  const [running, setRunning] = useState(false);
  const countWrong = countProblem(count) ? t("queue.countRule", { limit: READ_LIMIT }) : null;
  const secondsWrong = lifetimeProblem(seconds) ? t("memory.lifetimeRule", { limit: LONGEST_LIFE_SECONDS }) : null;
  const read = async () => {
    setRunning(true);
    setFailed(null);
    const askedAt = Date.now();
    try {
      const batch = await dequeue({
        connection: connection.id,
        queue,
        count: Number(count),
        allOrNothing,
        invisibleSeconds: Number(seconds),
      });
      const reading: Reading = {
        ...batch,
        connection: connection.id,
        queue,
        readAt: Date.now(),
        hiddenUntil: askedAt + Number(seconds) * 1000,
      };
      if (batch.items.length > 0) {
        keepReading(reading);
      }
      onRead(reading);
    } catch (error) {
      setFailed({ error, count: Number(count) });
    }
    setRunning(false);
  };
  return (
    <section className="queue-form" aria-labelledby="queue-read-title">
      <h3 id="queue-read-title">{t("queue.readTitle")}</h3>
      <p className="muted">{t("queue.readExplain")}</p>
      <div className="queue-pair">
        <TextField
          id="queue-count"
          label={t("queue.count")}
          value={count}
          onChange={(value) => setCount(value.trim())}
          error={countWrong}
          code
        />
        <TextField
          id="queue-hidden"
          label={t("queue.hidden")}
          value={seconds}
          onChange={(value) => setSeconds(value.trim())}
          error={secondsWrong}
          code
        />
      </div>
      <div className="field">
        <label className="check" htmlFor="queue-all-or-nothing">
          <input
            id="queue-all-or-nothing"
            type="checkbox"
            checked={allOrNothing}
            aria-describedby="queue-all-or-nothing-note"
            onChange={(event) => setAllOrNothing(event.target.checked)}
          />
          {t("queue.allOrNothing")}
        </label>
        <p id="queue-all-or-nothing-note" className="field-note">
          {t("queue.allOrNothingHint")}
        </p>
      </div>
      <Button
        id="queue-read"
        offReason={offReason ?? countWrong ?? secondsWrong ?? (running ? t("reason.running") : null)}
        onPress={() => void read()}
      >
        {countWrong || secondsWrong
          ? t("queue.readSome")
          : t(allOrNothing ? "queue.readAll" : "queue.readUpTo", {
              count: Number(count),
              environment: environmentWord(connection.environment),
              seconds: Number(seconds),
            })}
      </Button>
      {failed && (
        <Failure
          id="queue-read-error"
          error={failed.error}
          context={{ connection: connection.name }}
          text={readFailure(failed.error, failed.count)}
        />
      )}
    </section>
  );
}

/** What a code means for a reading, where that is not what it means elsewhere. */
function readFailure(error: unknown, count: number): ErrorText | null {
  const code = error instanceof ApiError ? error.code : null;
  switch (code) {
    case "DS005":
      return { title: t("queue.tooShort", { count }), body: t("queue.tooShortBody") };
    case "DS007":
      return { title: t("queue.readUnknown"), body: t("queue.readUnknownBody") };
    default:
      return null;
  }
}
