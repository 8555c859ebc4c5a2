/** How many items of a set stand where. The numbers add up to all of them; each one filters the list. */
import { settledCount, stateCounts } from "../../changes/counts";
import type { ChangeSet, ItemState } from "../../protocol";
import { formatCount } from "../../text/format";
import { t } from "../../text/message";
import { ProgressBar } from "../jobs/ProgressBar";

interface OutcomesProps {
  readonly set: ChangeSet;
  readonly chosen: ItemState | undefined;
  readonly onChoose: (state: ItemState | undefined) => void;
}

export function Outcomes({ set, chosen, onChoose }: OutcomesProps) {
  const { counts } = set;
  const settled = settledCount(counts);
  const choices = [{ state: undefined, count: counts.total }, ...stateCounts(counts)];
  return (
    <div className="outcomes">
      {set.state === "committing" && (
        <ProgressBar id="review-progress" label={t("review.progress")} done={settled} total={counts.total} />
      )}
      <fieldset id="review-states" className="state-filters">
        <legend className="hidden-text">{t("review.filter")}</legend>
        {choices.map(({ state, count }) => (
          <button
            key={state ?? "all"}
            type="button"
            id={`review-state-${state ?? "all"}`}
            className={`state-filter state-${state ?? "all"}`}
            aria-pressed={chosen === state}
            data-count={count}
            onClick={() => onChoose(state)}
          >
            {state ? t(`itemState.${state}`) : t("review.all")} <strong>{formatCount(count)}</strong>
          </button>
        ))}
      </fieldset>
      <span className="hidden-text" role="status">
        {set.state === "committing" && t("review.spoken", { percent: tenths(settled, counts.total) })}
        {set.state === "done" && t("review.spokenDone", { saved: counts.saved, count: counts.total })}
      </span>
    </div>
  );
}

/** Percent in steps of ten, so that not every outcome is spoken. */
function tenths(done: number, total: number): number {
  return total === 0 ? 100 : Math.floor((done / total) * 10) * 10;
}
