/** What one reading of a queue took, how long it stays hidden, and the way to discard it. */
import type { QueuedItem } from "../../api/memoryPage";
import { Age } from "../../components/Age";
import { Button } from "../../components/Button";
import { SafeText } from "../../components/SafeText";
import { formatClock } from "../../text/format";
import { t } from "../../text/message";
import { type Reading, secondsHidden } from "./readings";

const VALUE_SHOWN = 200;
const COLUMNS = ["item", "priority", "value", "expires"] as const;

interface ReadingBlockProps {
  readonly reading: Reading;
  readonly now: number;
  /** Why nothing can be discarded. */
  readonly discardReason: string | null;
  readonly onOpen: (item: QueuedItem) => void;
  readonly onDiscard: () => void;
  readonly onForget: () => void;
}

export function ReadingBlock({ reading, now, discardReason, onOpen, onDiscard, onForget }: ReadingBlockProps) {
  const { readId, items } = reading;
  const seconds = secondsHidden(reading, now);
  const titleId = `queue-reading-${readId}`;
  return (
    <section className="queue-reading" aria-labelledby={titleId} data-read-id={readId} data-over={seconds === 0}>
      <div className="queue-reading-head">
        <h3 id={titleId}>{t("queue.wasRead", { count: items.length, time: formatClock(reading.readAt) })}</h3>
        <span className="muted">
          {t("queue.readId")} <SafeText text={readId} code />
        </span>
        <span className="queue-hidden-for">{seconds > 0 ? t("queue.hiddenFor", { seconds }) : t("queue.isBack")}</span>
        <div className="queue-reading-deeds">
          <Button
            id={`queue-discard-${readId}`}
            kind="danger"
            icon="trash"
            offReason={discardReason ?? (seconds > 0 ? null : t("queue.discardOver"))}
            onPress={onDiscard}
          >
            {t("queue.discard", { count: items.length })}
          </Button>
          {seconds === 0 && (
            <Button
              id={`queue-forget-${readId}`}
              kind="quiet"
              icon="cross"
              label={t("queue.forget")}
              onPress={onForget}
            />
          )}
        </div>
      </div>
      <div className="queue-items">
        <table className="table">
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th key={column} scope="col">
                  {t(`queue.column.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <tr key={item.id} data-item={item.id}>
                <th scope="row">
                  <SafeText text={item.id} code />
                </th>
                <td className="number">{item.priority}</td>
                <td>
                  <button
                    type="button"
                    id={`queue-open-${readId}-${item.id}`}
                    className="link queue-value"
                    title={item.text.slice(0, VALUE_SHOWN)}
                    onClick={() => onOpen(item)}
                  >
                    <SafeText text={item.text.slice(0, VALUE_SHOWN)} code />
                    {item.text.length > VALUE_SHOWN && "…"}
                  </button>
                </td>
                <td>{item.expiresAt && <Age time={item.expiresAt} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
