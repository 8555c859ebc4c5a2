/** The items of a change set: only the rows in sight exist, however many there are. Small sets are grouped by data store. */
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { ReadingStopped } from "../../api/error";
import { useCell } from "../../cell";
import { type ItemRow, groupByStore } from "../../changes/grouping";
import { useFixedRows } from "../../components/fixedRows";
import { Icon } from "../../components/Icon";
import { Empty, Failure, Skeleton } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import type { ChangeItem, ChangeSet } from "../../protocol";
import { settings } from "../../settings/settings";
import { formatSize } from "../../text/format";
import { t } from "../../text/message";
import { effectKind, KindMark, StateChip } from "./marks";
import type { ItemWindow } from "./useItemWindow";

const ROW_HEIGHTS = { compact: 28, comfortable: 36 } as const;
/** Reading on begins this many rows before the end of what is known. */
const READ_AHEAD = 200;
/** Sets up to this size are read whole, so that they can be grouped by data store. */
const GROUPED_BELOW = 2_000;

interface ItemListProps {
  readonly set: ChangeSet;
  readonly window: ItemWindow;
  readonly isFiltered: boolean;
  /** Number of the item whose difference is shown. */
  readonly chosen: number | null;
  readonly onChoose: (item: number) => void;
  /** Numbers of the items that are ticked. */
  readonly ticked: ReadonlySet<number>;
  /** Null where items cannot be taken out. */
  readonly onTick: ((item: number) => void) | null;
  readonly onDrop: () => void;
  readonly onOpen: () => void;
}

export function ItemList(props: ItemListProps) {
  const { set, window, chosen, onChoose, ticked, onTick } = props;
  const { items, known } = window;
  const rowHeight = ROW_HEIGHTS[useCell(settings).density];
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<number | null>(null);
  const wantsGroups = set.stores > 1 && set.counts.total <= GROUPED_BELOW;
  const isGrouped = wantsGroups && known.complete;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new generation holds other rows
  const grouped = useMemo(
    (): readonly ItemRow[] | null => (isGrouped ? groupByStore(items.held()) : null),
    [isGrouped, items, known.generation],
  );
  const count = grouped ? grouped.length : known.count;
  const rowAt = (index: number): ItemRow | null => {
    if (grouped) {
      return grouped[index] ?? null;
    }
    const item = items.at(index);
    return item ? { kind: "item", item } : null;
  };
  const virtual = useFixedRows(scroller, count, rowHeight);
  const last = virtual.items[virtual.items.length - 1]?.index ?? 0;
  useEffect(() => {
    const wanted = wantsGroups ? GROUPED_BELOW : last + READ_AHEAD;
    if (!known.reading && !known.complete && known.error === null && wanted >= known.count) {
      void items.readUpTo(wanted);
    }
    // Grouping looks at rows of pages that a refresh made stale.
    if (wantsGroups && known.complete) {
      for (let index = 0; index < known.count; index += 1) {
        items.at(index);
      }
    }
  }, [items, known, last, wantsGroups]);

  const isChosen = (row: ItemRow | null) => row?.kind === "item" && row.item.item === chosen;
  const shown = virtual.items.find(({ index }) => isChosen(rowAt(index)))?.index;
  const at = shown ?? active ?? 0;
  const moveTo = (target: number, step: 1 | -1) => {
    let index = Math.max(0, Math.min(count - 1, target));
    let row = rowAt(index);
    // A data store's name is passed over.
    while (row?.kind === "store" && index + step >= 0 && index + step < count) {
      index += step;
      row = rowAt(index);
    }
    if (row?.kind === "store") {
      return;
    }
    virtual.scrollToIndex(index);
    setActive(index);
    if (row) {
      onChoose(row.item.item);
    }
  };
  const keys = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
    const targets: Readonly<Record<string, readonly [number, 1 | -1]>> = {
      ArrowDown: [at + 1, 1],
      ArrowUp: [at - 1, -1],
      PageDown: [at + page, 1],
      PageUp: [at - page, -1],
      Home: [0, 1],
      End: [count - 1, -1],
    };
    const target = targets[event.key];
    if (target) {
      event.preventDefault();
      moveTo(...target);
    } else if (event.key === " " && onTick && chosen !== null) {
      event.preventDefault();
      onTick(chosen);
    } else if (event.key === "Delete" && onTick) {
      event.preventDefault();
      props.onDrop();
    } else if (event.key === "Enter") {
      event.preventDefault();
      props.onOpen();
    }
  };

  return (
    <div
      ref={scroller}
      id="review-items"
      className="grid review-items"
      role="grid"
      aria-label={t("review.items", { title: set.title })}
      aria-rowcount={known.complete ? count : -1}
      aria-multiselectable={onTick ? true : undefined}
      aria-activedescendant={shown === undefined ? undefined : `review-row-${shown}`}
      aria-busy={known.reading}
      tabIndex={0}
      onKeyDown={keys}
    >
      {known.count === 0 && known.reading && (
        <Skeleton
          rows={8}
          label={t("review.reading")}
          cancel={{ id: "review-items-cancel", run: () => items.stop(new ReadingStopped()) }}
        />
      )}
      {known.error !== null && known.count === 0 && (
        <Failure id="review-items-error" error={known.error} onRetry={() => void items.readUpTo(0)} />
      )}
      {known.complete && known.count === 0 && (
        <Empty icon="changes" title={t(props.isFiltered ? "review.noneOfState" : "review.empty")} />
      )}
      <div className="grid-space" role="presentation" style={{ height: virtual.height }}>
        {virtual.items.map(({ index, start }) => {
          const row = rowAt(index);
          const place = { height: rowHeight, transform: `translateY(${start}px)` };
          if (row?.kind === "store") {
            return <StoreRow key={index} row={row} index={index} place={place} />;
          }
          return (
            <Row
              key={index}
              item={row?.item ?? null}
              index={index}
              place={place}
              withStore={!grouped && set.stores > 1}
              chosen={isChosen(row)}
              ticked={row !== null && ticked.has(row.item.item)}
              onTick={onTick}
              onChoose={(item) => {
                setActive(index);
                onChoose(item);
                scroller.current?.focus();
              }}
            />
          );
        })}
      </div>
    </div>
  );
}

interface Place {
  readonly height: number;
  readonly transform: string;
}

function StoreRow({
  row,
  index,
  place,
}: {
  readonly row: Extract<ItemRow, { kind: "store" }>;
  readonly index: number;
  readonly place: Place;
}) {
  return (
    <div
      id={`review-row-${index}`}
      className="grid-row review-store"
      role="row"
      aria-rowindex={index + 1}
      data-store={row.store}
      style={place}
    >
      <span className="review-store-name" role="rowheader">
        <Icon name={row.ordered ? "sorted" : "table"} size={12} /> <SafeText text={row.store} />
      </span>
      <span className="muted" role="gridcell">
        {t("review.entries", { count: row.count })}
      </span>
    </div>
  );
}

interface RowProps {
  readonly item: ChangeItem | null;
  readonly index: number;
  readonly place: Place;
  readonly withStore: boolean;
  readonly chosen: boolean;
  readonly ticked: boolean;
  readonly onTick: ((item: number) => void) | null;
  readonly onChoose: (item: number) => void;
}

function Row({ item, index, place, withStore, chosen, ticked, onTick, onChoose }: RowProps) {
  return (
    <div
      id={`review-row-${index}`}
      className="grid-row review-row"
      role="row"
      aria-rowindex={index + 1}
      aria-selected={chosen}
      data-item={item?.item}
      data-key={item?.key}
      data-state={item?.state}
      style={place}
      onClick={() => item && onChoose(item.item)}
    >
      {item ? (
        <>
          <span className="review-mark" role="gridcell">
            {onTick ? (
              <input
                type="checkbox"
                tabIndex={-1}
                checked={ticked}
                aria-label={t("review.tick", { key: item.key })}
                onClick={(event) => event.stopPropagation()}
                onChange={() => onTick(item.item)}
              />
            ) : null}
            <KindMark kind={effectKind(item.effect)} />
          </span>
          <span
            className="grid-cell grid-cell-key"
            role="gridcell"
            title={`${item.store} › ${item.scope} › ${item.key}`}
          >
            {withStore && (
              <span className="muted">
                <SafeText text={`${item.store} › `} />
              </span>
            )}
            <SafeText text={item.key} />
            {item.scope !== "global" && (
              <span className="muted">
                {" "}
                <SafeText text={item.scope} />
              </span>
            )}
          </span>
          <span className="review-what muted" role="gridcell">
            {whatChanges(item)}
          </span>
          <span role="gridcell">
            <StateChip state={item.state} />
          </span>
        </>
      ) : (
        <span className="grid-cell" role="gridcell">
          <span className="skeleton-row" />
        </span>
      )}
    </div>
  );
}

/** What differs, in a few words. */
export function whatChanges(item: ChangeItem): string {
  if (item.effect === "remove") {
    return item.sizeBefore == null ? t("effect.remove") : t("review.removes", { size: formatSize(item.sizeBefore) });
  }
  if (item.effect === "create") {
    return item.sizeAfter == null ? t("effect.create") : t("review.creates", { size: formatSize(item.sizeAfter) });
  }
  return [
    // What is absent was not counted.
    item.differences == null ? t("difference.word.changed") : null,
    item.differences ? t("review.places", { count: item.differences }) : null,
    item.userIdsChanged ? t("review.tags") : null,
    item.attributesChanged ? t("review.metadata") : null,
  ]
    .filter(Boolean)
    .join(", ");
}
