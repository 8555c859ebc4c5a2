/** How far something is, with numbers; without a known end a count instead of a bar that would be made up. */
import { formatCount } from "../../text/format";
import { t } from "../../text/message";

interface ProgressBarProps {
  readonly id: string;
  readonly label: string;
  readonly done: number;
  /** Null while nobody knows. */
  readonly total: number | null;
  readonly note?: string;
}

export function ProgressBar({ id, label, done, total, note }: ProgressBarProps) {
  const share = total === null ? null : total === 0 ? 1 : Math.min(1, done / total);
  const numbers =
    total === null
      ? t("progress.soFar", { count: done })
      : t("progress.of", {
          done: formatCount(done),
          total: formatCount(total),
          percent: Math.floor((share ?? 0) * 100),
        });
  return (
    <div className="progress">
      <div
        id={id}
        className="progress-bar"
        role="progressbar"
        aria-label={label}
        aria-valuetext={note ? `${numbers}, ${note}` : numbers}
        {...(total === null
          ? {}
          : { "aria-valuemin": 0, "aria-valuemax": total, "aria-valuenow": Math.min(done, total) })}
        data-known={total !== null}
      >
        {share !== null && <span className="progress-fill" style={{ inlineSize: `${share * 100}%` }} />}
      </div>
      <span className="progress-text" aria-hidden="true">
        {numbers}
      </span>
    </div>
  );
}
