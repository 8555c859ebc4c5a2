/** The report of a job, item by item: only the rows in sight exist. It can be kept as a file. */
import { type KeyboardEvent, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { call } from "../../api/client";
import { ApiError, ReadingStopped } from "../../api/error";
import { onEvent, onResync } from "../../api/socket";
import { useCell } from "../../cell";
import { useFixedRows } from "../../components/fixedRows";
import { Empty, Failure, Skeleton } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { itemFilters } from "../../jobs/progress";
import { RowWindow } from "../../keys/rowWindow";
import type { Job, JobItem, JobItemState } from "../../protocol";
import { navigate } from "../../routing/navigation";
import { settings } from "../../settings/settings";
import { errorText } from "../../text/errors";
import { formatCount } from "../../text/format";
import { t } from "../../text/message";
import { StateChip } from "../changes/marks";
import { ReportButtons } from "./ReportButtons";

const PAGE_SIZE = 256;
const READ_AHEAD = 200;
const ROW_HEIGHTS = { compact: 28, comfortable: 36 } as const;

function useJobItems(job: string, state: JobItemState | undefined) {
  const items = useMemo(
    () =>
      new RowWindow<JobItem>(
        async (cursor, signal) => {
          const page = await call(
            "jobs.items",
            { job, limit: PAGE_SIZE, ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) },
            signal,
          );
          return { rows: page.items, nextCursor: page.nextCursor ?? null };
        },
        (left, right) => left.item - right.item,
      ),
    [job, state],
  );
  const known = useSyncExternalStore(items.subscribe, items.snapshot);
  useEffect(() => {
    void items.readUpTo(0);
    const stops = [
      onEvent("jobs.changed", (event) => {
        if (event.job === job) {
          items.refresh();
        }
      }),
      onResync(() => items.refresh()),
    ];
    return () => {
      for (const stop of stops) {
        stop();
      }
      items.close();
    };
  }, [items, job]);
  return { items, known };
}

export function JobItems({ job, filter }: { readonly job: Job; readonly filter: JobItemState | undefined }) {
  const { items, known } = useJobItems(job.id, filter);
  const rowHeight = ROW_HEIGHTS[useCell(settings).density];
  const scroller = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const virtual = useFixedRows(scroller, known.count, rowHeight);
  const last = virtual.items[virtual.items.length - 1]?.index ?? 0;
  useEffect(() => {
    if (!known.reading && !known.complete && known.error === null && last + READ_AHEAD >= known.count) {
      void items.readUpTo(last + READ_AHEAD);
    }
  }, [items, known, last]);
  const choose = (state: JobItemState | undefined) =>
    navigate({ view: "jobs", job: job.id, ...(state ? { items: state } : {}) }, { replace: true });
  const keys = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
    const target = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: known.count - 1,
    }[event.key];
    if (target !== undefined) {
      event.preventDefault();
      const index = Math.max(0, Math.min(known.count - 1, target));
      setAt(index);
      virtual.scrollToIndex(index);
    }
  };
  const total = job.progress.total ?? null;
  return (
    <section className="job-items" aria-labelledby="job-items-title">
      <div className="job-items-head">
        <h2 id="job-items-title">{t("jobs.items")}</h2>
        <fieldset id="job-states" className="state-filters">
          <legend className="hidden-text">{t("review.filter")}</legend>
          <FilterButton state={undefined} count={total} chosen={filter} onChoose={choose} />
          {itemFilters(job.progress).map(({ state, count }) => (
            <FilterButton key={state} state={state} count={count} chosen={filter} onChoose={choose} />
          ))}
        </fieldset>
        <ReportButtons job={job} filter={filter} />
      </div>
      <div className="job-columns" aria-hidden="true">
        <span className="number">#</span>
        <span>{t("new.key")}</span>
        <span>{t("jobs.outcome")}</span>
        <span>{t("jobs.why")}</span>
      </div>
      <div
        ref={scroller}
        id="job-items-grid"
        className="grid job-items-grid"
        role="grid"
        aria-label={t("jobs.itemsOf", { title: job.title })}
        aria-rowcount={known.complete ? known.count : -1}
        aria-colcount={4}
        aria-activedescendant={known.count > 0 ? `job-row-${at}` : undefined}
        aria-busy={known.reading}
        tabIndex={0}
        onKeyDown={keys}
      >
        {known.count === 0 && known.reading && (
          <Skeleton
            rows={8}
            label={t("jobs.readingItems")}
            cancel={{ id: "job-items-cancel", run: () => items.stop(new ReadingStopped()) }}
          />
        )}
        {known.error !== null && known.count === 0 && (
          <Failure id="job-items-error" error={known.error} onRetry={() => void items.readUpTo(0)} />
        )}
        {known.complete && known.count === 0 && (
          <Empty icon="jobs" title={t(filter ? "review.noneOfState" : "jobs.noItems")} />
        )}
        <div className="grid-space" role="presentation" style={{ height: virtual.height }}>
          {virtual.items.map(({ index, start }) => (
            <ItemRow
              key={index}
              item={items.at(index)}
              index={index}
              chosen={index === at}
              place={{ height: rowHeight, transform: `translateY(${start}px)` }}
              onChoose={() => setAt(index)}
            />
          ))}
        </div>
      </div>
      <p className="panel-foot">
        {known.complete
          ? t("review.entries", { count: known.count })
          : known.count > 0 && t("keys.soFar", { count: known.count })}
      </p>
    </section>
  );
}

interface FilterButtonProps {
  readonly state: JobItemState | undefined;
  readonly count: number | null;
  readonly chosen: JobItemState | undefined;
  readonly onChoose: (state: JobItemState | undefined) => void;
}

function FilterButton({ state, count, chosen, onChoose }: FilterButtonProps) {
  return (
    <button
      type="button"
      id={`job-state-${state ?? "all"}`}
      className={`state-filter state-${state ?? "all"}`}
      aria-pressed={chosen === state}
      data-count={count ?? undefined}
      onClick={() => onChoose(state)}
    >
      {state ? t(`itemState.${state}`) : t("review.all")} {count !== null && <strong>{formatCount(count)}</strong>}
    </button>
  );
}

interface ItemRowProps {
  readonly item: JobItem | null;
  readonly index: number;
  readonly chosen: boolean;
  readonly place: { readonly height: number; readonly transform: string };
  readonly onChoose: () => void;
}

function ItemRow({ item, index, chosen, place, onChoose }: ItemRowProps) {
  return (
    <div
      id={`job-row-${index}`}
      className={`grid-row job-row${chosen ? " grid-row-focused" : ""}`}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={chosen}
      data-item={item?.item}
      data-state={item?.state}
      style={place}
      onClick={onChoose}
    >
      <span className="number muted" role="gridcell">
        {item ? formatCount(item.item) : ""}
      </span>
      <span
        className="grid-cell grid-cell-key"
        role="gridcell"
        title={item ? `${item.store} › ${item.scope} › ${item.key}` : undefined}
      >
        {item ? <SafeText text={`${item.store} › ${item.scope} › ${item.key}`} /> : <span className="skeleton-row" />}
      </span>
      <span role="gridcell">{item && <StateChip state={item.state} />}</span>
      <span className="grid-cell muted" role="gridcell" title={item?.message ?? undefined}>
        {item?.code && errorText(new ApiError(item.code, item.message ?? "", null)).title}
      </span>
    </div>
  );
}
