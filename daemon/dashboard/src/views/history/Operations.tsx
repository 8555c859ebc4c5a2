/** What was committed in a connection, newest first: who, why, what came of it, and the way back. */
import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useChangeSets } from "../../api/changeQueries";
import { call } from "../../api/client";
import { ReadingStopped } from "../../api/error";
import { onEvent, onResync } from "../../api/socket";
import { openUndo } from "../../changes/committing";
import { stateCounts } from "../../changes/counts";
import { Age } from "../../components/Age";
import { Button } from "../../components/Button";
import { EnvironmentMark } from "../../components/EnvironmentChip";
import { useFixedRows } from "../../components/fixedRows";
import { Icon } from "../../components/Icon";
import { Empty, Failure, Skeleton } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { stateOf, ViewRoot } from "../../components/ViewRoot";
import { useAccess, useLock } from "../../connections/useAccess";
import { compareText, RowWindow } from "../../keys/rowWindow";
import type { ChangeSet, Connection } from "../../protocol";
import { navigate } from "../../routing/navigation";
import { formatCount } from "../../text/format";
import { t } from "../../text/message";
import { OpenSetLine } from "../changes/OpenSetLine";
import { undoReason, undoText } from "../changes/undoText";

const PAGE_SIZE = 100;
const READ_AHEAD = 50;
const ROW_HEIGHT = 52;

/** Sets that are done, of which only the pages near the viewport are held. */
function useOperations(connection: string) {
  const sets = useMemo(
    () =>
      new RowWindow<ChangeSet>(
        async (cursor, signal) => {
          const page = await call(
            "changesets.list",
            { connection, state: "done", limit: PAGE_SIZE, ...(cursor ? { cursor } : {}) },
            signal,
          );
          return { rows: page.sets, nextCursor: page.nextCursor ?? null };
        },
        // Ids grow with time, and the newest set is the first.
        (left, right) => compareText(right.id, left.id),
      ),
    [connection],
  );
  const known = useSyncExternalStore(sets.subscribe, sets.snapshot);
  useEffect(() => {
    void sets.readUpTo(0);
    const stops = [
      onEvent("changesets.changed", (event) => {
        if (event.connection === connection) {
          sets.refresh();
        }
      }),
      onResync(() => sets.refresh()),
    ];
    return () => {
      for (const stop of stops) {
        stop();
      }
      sets.close();
    };
  }, [sets, connection]);
  return { sets, known };
}

export function Operations({ connection }: { readonly connection: Connection }) {
  const client = useQueryClient();
  const { sets, known } = useOperations(connection.id);
  const isLocked = useLock(connection).state === "locked";
  const { reason } = useAccess(connection, "WRITE_DATA", undefined, undefined, true);
  const scroller = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const virtual = useFixedRows(scroller, known.count, ROW_HEIGHT);
  const last = virtual.items[virtual.items.length - 1]?.index ?? 0;
  useEffect(() => {
    if (!known.reading && !known.complete && known.error === null && last + READ_AHEAD >= known.count) {
      void sets.readUpTo(last + READ_AHEAD);
    }
  }, [sets, known, last]);
  const open = (set: ChangeSet) => navigate({ view: "history", connection: connection.name, set: set.id });
  const undo = (set: ChangeSet) => void openUndo(client, connection.name, set.id);
  const keys = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1);
    const target = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: known.count - 1,
    }[event.key];
    const current = sets.at(at);
    if (target !== undefined) {
      event.preventDefault();
      const index = Math.max(0, Math.min(known.count - 1, target));
      setAt(index);
      virtual.scrollToIndex(index);
    } else if (event.key === "Enter" && current) {
      event.preventDefault();
      open(current);
    } else if (event.key === "u" && current && !undoReason(current, reason)) {
      event.preventDefault();
      undo(current);
    }
  };
  const isPending = known.count === 0 && !known.complete && known.error === null;
  return (
    <ViewRoot
      name="history"
      label={t("changes.operations")}
      state={stateOf({ isPending, error: known.count === 0 ? known.error : null }, known.complete && known.count === 0)}
      className="page operations"
      readOnly={isLocked}
      environment={connection.environment}
    >
      <p className="muted changes-target">
        <EnvironmentMark environment={connection.environment} /> {t("operations.explain")}
      </p>
      <Pinned connection={connection} />
      {isPending && (
        <Skeleton
          rows={6}
          label={t("operations.reading")}
          cancel={{ id: "history-list-cancel", run: () => sets.stop(new ReadingStopped()) }}
        />
      )}
      {known.error !== null && known.count === 0 && (
        <Failure id="operations-error" error={known.error} onRetry={() => void sets.readUpTo(0)} />
      )}
      {known.complete && known.count === 0 && (
        <Empty icon="clock" title={t("operations.none")}>
          {t("operations.noneBody")}
        </Empty>
      )}
      <div
        ref={scroller}
        id="operations-grid"
        className="grid operations-grid"
        role="grid"
        aria-label={t("changes.operations")}
        aria-rowcount={known.complete ? known.count : -1}
        aria-activedescendant={known.count > 0 ? `operation-row-${at}` : undefined}
        aria-busy={known.reading}
        tabIndex={0}
        hidden={known.count === 0}
        onKeyDown={keys}
      >
        <div className="grid-space" role="presentation" style={{ height: virtual.height }}>
          {virtual.items.map(({ index, start }) => (
            <OperationRow
              key={index}
              set={sets.at(index)}
              index={index}
              chosen={index === at}
              place={{ height: ROW_HEIGHT, transform: `translateY(${start}px)` }}
              offReason={reason}
              onChoose={() => setAt(index)}
              onOpen={open}
              onUndo={undo}
            />
          ))}
        </div>
      </div>
      <p id="operations-count" className="panel-foot">
        {known.count > 0 &&
          (known.complete ? t("operations.all", { count: known.count }) : t("keys.soFar", { count: known.count }))}
      </p>
    </ViewRoot>
  );
}

interface OperationRowProps {
  readonly set: ChangeSet | null;
  readonly index: number;
  readonly chosen: boolean;
  readonly place: { readonly height: number; readonly transform: string };
  readonly offReason: string | null;
  readonly onChoose: () => void;
  readonly onOpen: (set: ChangeSet) => void;
  readonly onUndo: (set: ChangeSet) => void;
}

function OperationRow({ set, index, chosen, place, offReason, onChoose, onOpen, onUndo }: OperationRowProps) {
  return (
    <div
      id={`operation-row-${index}`}
      className={`grid-row operation-row${chosen ? " grid-row-focused" : ""}`}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={chosen}
      data-set={set?.id}
      style={place}
      onClick={onChoose}
      onDoubleClick={() => set && onOpen(set)}
    >
      {set ? (
        <>
          <span className="operation-when" role="gridcell">
            <Age time={set.committedAt ?? set.createdAt} />
            <span className="muted">
              <SafeText text={set.committedBy ?? set.createdBy} />
            </span>
          </span>
          <span className="operation-what" role="gridcell">
            <button type="button" className="link operation-title" tabIndex={-1} onClick={() => onOpen(set)}>
              <SafeText text={set.title} />
            </button>
            <span className="muted operation-reason">
              {set.undoOf && (
                <span className="operation-undo-mark">
                  <Icon name="undo" size={12} /> {t("undo.isUndoWord")}
                </span>
              )}
              {set.reason && <SafeText text={set.reason} />}
            </span>
          </span>
          <span className="operation-counts" role="gridcell">
            {stateCounts(set.counts).map(({ state, count }) => (
              <span key={state} className={`operation-count state-${state}`}>
                {formatCount(count)} {t(`itemState.${state}`)}
              </span>
            ))}
          </span>
          <span className="operation-undo" role="gridcell">
            <Button
              id={`operation-undo-${set.id}`}
              kind="quiet"
              icon={set.undoOf ? "redo" : "undo"}
              inComposite
              offReason={undoReason(set, offReason)}
              onPress={() => onUndo(set)}
            >
              {undoText(set)}
            </Button>
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

/** Operations that are being sent, and those whose items need somebody, above all others. */
function Pinned({ connection }: { readonly connection: Connection }) {
  const open = useChangeSets(connection.id, "open").data?.pages.flatMap((page) => page.sets) ?? [];
  const committing = useChangeSets(connection.id, "committing").data?.pages.flatMap((page) => page.sets) ?? [];
  const sets = [...open, ...committing.filter(({ id }) => !open.some((other) => other.id === id))];
  if (sets.length === 0) {
    return null;
  }
  return (
    <section className="attention" aria-labelledby="operations-pinned">
      <h2 id="operations-pinned">{t("operations.pinned")}</h2>
      <ul id="operations-open">
        {sets.map((set) => (
          <OpenSetLine key={set.id} set={set} connection={connection.name} />
        ))}
      </ul>
    </section>
  );
}
