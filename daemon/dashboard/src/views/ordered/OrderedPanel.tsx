/** An ordered data store: keys with 64-bit integers, by value. Values are text here, so that none is rounded. */
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { call } from "../../api/client";
import { ApiError } from "../../api/error";
import { queryNames, stopReading, useStores } from "../../api/queries";
import { useCell } from "../../cell";
import { tellSaved, tellUnknown } from "../../changes/committing";
import { openReview, stageAndReview } from "../../changes/staging";
import { Button } from "../../components/Button";
import { EnvironmentMark } from "../../components/EnvironmentChip";
import { useFixedRows } from "../../components/fixedRows";
import { Empty, Failure, Skeleton } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { showToast } from "../../components/Toasts";
import { stateOf, ViewRoot } from "../../components/ViewRoot";
import { useChanging, useLock } from "../../connections/useAccess";
import { focusRequest, takeFocusRequest } from "../../frame/focus";
import type { Connection, OrderedEntry } from "../../protocol";
import { navigate } from "../../routing/navigation";
import type { Route } from "../../routing/route";
import { settings } from "../../settings/settings";
import { errorText } from "../../text/errors";
import { t } from "../../text/message";
import { addedNames, namesOf } from "../explorer/addedNames";
import { ScopeChoice } from "../explorer/ScopeChoice";
import { integerProblem } from "./integer";
import { IncrementDialog, NewOrderedDialog, RemoveOrderedDialog } from "./OrderedDialogs";

const PAGE_SIZE = 256;
const READ_AHEAD = 100;
const ROW_HEIGHTS = { compact: 24, comfortable: 32 } as const;

type OrderedRoute = Extract<Route, { view: "ordered" }>;

interface OrderedPanelProps {
  readonly route: OrderedRoute;
  readonly connection: Connection | null;
}

export function OrderedPanel({ route, connection }: OrderedPanelProps) {
  const { store } = route;
  const scope = route.scope ?? "global";
  const descending = route.sort !== "ascending";
  const client = useQueryClient();
  const read = useInfiniteQuery({
    queryKey: [...queryNames.ordered(route.connection, store), scope, descending],
    queryFn: ({ pageParam, signal }) =>
      call(
        "ordered.list",
        {
          connection: route.connection,
          store,
          scope,
          descending,
          limit: PAGE_SIZE,
          ...(pageParam ? { cursor: pageParam } : {}),
        },
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? null,
  });
  const entries = read.data?.pages.flatMap((page) => page.entries) ?? [];
  const datastore = useStores(route.connection, "ordered", "")
    .data?.pages.flatMap((page) => page.datastores)
    .find((candidate) => candidate.name === store);
  // A name that was added by hand may have no entry yet, and to Roblox nothing is there before the first one.
  const added = namesOf(useCell(addedNames), connection?.id ?? null).ordered;
  const isNew = read.error instanceof ApiError && read.error.code === "DS001" && added.includes(store);
  const failure = isNew ? null : read.error;
  const [selected, setSelected] = useState<string | null>(null);
  const [editing, setEditing] = useState<string | null>(null);
  const [asked, setAsked] = useState<"new" | "increment" | "remove" | null>(null);
  const { reviewed, reason: offReason } = useChanging(connection, "WRITE_DATA", "writeOrdered", store);
  const removal = useChanging(connection, "DELETE_DATA", "writeOrdered", store);
  const isLocked = useLock(connection).state === "locked";
  const at = entries.findIndex((entry) => entry.key === selected);
  const current = entries[at] ?? null;
  const rowReason = offReason ?? (current ? null : t("reason.noRow"));
  const removeReason = removal.reason ?? (current ? null : t("reason.noRow"));

  const { density } = useCell(settings);
  const rowHeight = ROW_HEIGHTS[density];
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useFixedRows(scroller, entries.length, rowHeight);
  const items = virtual.items;
  const last = items[items.length - 1]?.index ?? 0;
  useEffect(() => {
    if (read.hasNextPage && !read.isFetchingNextPage && !read.error && last + READ_AHEAD >= entries.length) {
      void read.fetchNextPage();
    }
  }, [read, last, entries.length]);
  const request = useCell(focusRequest);
  useEffect(() => {
    if (request === "keys" && entries.length > 0 && takeFocusRequest("keys")) {
      scroller.current?.focus();
    }
  }, [request, entries.length]);

  const refresh = () => client.invalidateQueries({ queryKey: queryNames.ordered(route.connection, store) });
  const set = async (key: string, value: string) => {
    setEditing(null);
    scroller.current?.focus();
    if (value === current?.value) {
      return;
    }
    if (reviewed && connection) {
      await stageAndReview(connection, { kind: "set", ordered: true, store, scope, key, text: value });
      return;
    }
    try {
      const written = await call("ordered.set", { connection: route.connection, store, scope, key, value });
      if (written.outcome === "staged") {
        openReview(route.connection, written.changeSet, 1);
        return;
      }
      tellSaved(client, t("toast.saved", { key }), route.connection, written.changeSet);
      await refresh();
    } catch (error) {
      if (error instanceof ApiError && error.code === "DS007" && connection) {
        await tellUnknown(error, connection);
      } else {
        showToast({ kind: "error", text: errorText(error).title });
      }
    }
  };
  const keys = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) {
      return;
    }
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
    const target = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: entries.length - 1,
    }[event.key];
    if (target !== undefined) {
      event.preventDefault();
      const index = Math.max(0, Math.min(entries.length - 1, target));
      setSelected(entries[index]?.key ?? null);
      virtual.scrollToIndex(index);
    } else if ((event.key === "Enter" || event.key === "F2") && current && !offReason) {
      event.preventDefault();
      setEditing(current.key);
    } else if (event.key === "Delete" && current && !removeReason) {
      event.preventDefault();
      remove();
    }
  };
  const remove = () => {
    if (!reviewed || !connection || !current) {
      setAsked("remove");
      return;
    }
    void stageAndReview(connection, { kind: "remove", ordered: true, store, scope, key: current.key });
  };
  const done = () => {
    setAsked(null);
    void refresh();
  };
  const place = { connection: route.connection, store, scope };
  const target = reviewed ? connection : null;
  return (
    <ViewRoot
      name="ordered"
      label={t("ordered.title", { store })}
      state={stateOf({ isPending: read.isPending, error: failure }, entries.length === 0)}
      className="panel panel-ordered"
      readOnly={isLocked}
      {...(connection ? { environment: connection.environment } : {})}
    >
      <div className="panel-head">
        <Button
          id="ordered-back"
          kind="quiet"
          icon="up"
          label={t("keys.back")}
          onPress={() => navigate({ view: "stores", connection: route.connection })}
        />
        <h2>
          <SafeText text={store} />
        </h2>
        {connection && <EnvironmentMark environment={connection.environment} />}
        <span className="muted">{t("ordered.kind")}</span>
      </div>
      <div className="value-bar">
        <ScopeChoice
          id="ordered-scope"
          scope={scope}
          scopes={datastore?.scopes ?? []}
          moreScopes={datastore?.moreScopes ?? false}
          withoutAll
          onChoose={(chosen) => navigate({ ...route, scope: chosen ?? "global" }, { replace: true })}
        />
        <Button
          id="ordered-sort"
          icon="sorted"
          onPress={() => {
            const { sort: _sort, ...rest } = route;
            navigate(descending ? { ...rest, sort: "ascending" } : rest, { replace: true });
          }}
        >
          {t(descending ? "ordered.descending" : "ordered.ascending")}
        </Button>
        <div className="value-deeds">
          <Button id="ordered-new" kind="quiet" icon="plus" offReason={offReason} onPress={() => setAsked("new")}>
            {t("ordered.new")}
          </Button>
          <Button
            id="ordered-edit"
            kind="quiet"
            icon="edit"
            shortcut="Enter"
            offReason={rowReason}
            onPress={() => setEditing(selected)}
          >
            {t("ordered.edit")}
          </Button>
          <Button
            id="ordered-increment"
            kind="quiet"
            icon="up"
            offReason={rowReason}
            onPress={() => setAsked("increment")}
          >
            {t("ordered.increment")}
          </Button>
          <Button id="ordered-remove" kind="quiet" icon="trash" offReason={removeReason} onPress={remove}>
            {t("ordered.remove")}
          </Button>
        </div>
      </div>
      <div className="ordered-columns" aria-hidden="true">
        <span className="number">#</span>
        <span>{t("new.key")}</span>
        <span className="number">{t("tree.value")}</span>
      </div>
      <div
        ref={scroller}
        id="ordered-grid"
        className="grid"
        role="grid"
        aria-label={t("ordered.title", { store })}
        aria-rowcount={read.hasNextPage ? -1 : entries.length}
        aria-colcount={3}
        aria-activedescendant={current ? `ordered-row-${at}` : undefined}
        tabIndex={0}
        data-region-focus=""
        onKeyDown={keys}
      >
        {read.isPending && (
          <Skeleton
            rows={12}
            label={t("keys.reading")}
            cancel={{
              id: "ordered-cancel",
              run: () => stopReading(client, queryNames.ordered(route.connection, store)),
            }}
          />
        )}
        {failure && entries.length === 0 && (
          <Failure
            id="ordered-error"
            error={failure}
            context={{ store, connection: route.connection }}
            onRetry={() => void read.refetch()}
          />
        )}
        {!read.isPending && !failure && entries.length === 0 && (
          <Empty icon="sorted" title={t("ordered.none", { scope })} />
        )}
        <div className="grid-space" role="presentation" style={{ height: virtual.height }}>
          {items.map((item) => {
            const entry = entries[item.index];
            return entry ? (
              <OrderedRow
                key={entry.key}
                entry={entry}
                index={item.index}
                place={{ height: rowHeight, transform: `translateY(${item.start}px)` }}
                selected={entry.key === selected}
                editing={entry.key === editing}
                onSelect={() => {
                  setSelected(entry.key);
                  scroller.current?.focus();
                }}
                onEdit={() => !offReason && setEditing(entry.key)}
                onSet={(value) => void set(entry.key, value)}
                onCancel={() => {
                  setEditing(null);
                  scroller.current?.focus();
                }}
              />
            ) : null;
          })}
        </div>
      </div>
      <p id="ordered-count" className="panel-foot" role="status">
        {read.hasNextPage ? t("keys.soFar", { count: entries.length }) : t("ordered.all", { count: entries.length })}
      </p>
      {asked === "new" && (
        <NewOrderedDialog place={place} reviewIn={target} onClose={() => setAsked(null)} onDone={done} />
      )}
      {asked === "increment" && current && (
        <IncrementDialog place={place} reviewIn={target} entry={current} onClose={() => setAsked(null)} onDone={done} />
      )}
      {asked === "remove" && current && (
        <RemoveOrderedDialog
          place={place}
          reviewIn={target}
          entry={current}
          environment={connection?.environment ?? "unclassified"}
          onClose={() => setAsked(null)}
          onDone={done}
        />
      )}
    </ViewRoot>
  );
}

interface OrderedRowProps {
  readonly entry: OrderedEntry;
  readonly index: number;
  readonly place: { readonly height: number; readonly transform: string };
  readonly selected: boolean;
  readonly editing: boolean;
  readonly onSelect: () => void;
  readonly onEdit: () => void;
  readonly onSet: (value: string) => void;
  readonly onCancel: () => void;
}

function OrderedRow({ entry, index, place, selected, editing, onSelect, onEdit, onSet, onCancel }: OrderedRowProps) {
  return (
    <div
      id={`ordered-row-${index}`}
      className="grid-row ordered-row"
      role="row"
      aria-rowindex={index + 1}
      aria-selected={selected}
      data-key={entry.key}
      style={place}
      onClick={() => !editing && onSelect()}
      onDoubleClick={onEdit}
    >
      <span className="number muted" role="gridcell">
        {index + 1}
      </span>
      <span className="grid-cell grid-cell-key" role="gridcell">
        <SafeText text={entry.key} />
      </span>
      <span className="number" role="gridcell">
        {editing ? <ValueInput value={entry.value} onSet={onSet} onCancel={onCancel} /> : <code>{entry.value}</code>}
      </span>
    </div>
  );
}

interface ValueInputProps {
  readonly value: string;
  readonly onSet: (value: string) => void;
  readonly onCancel: () => void;
}

function ValueInput({ value, onSet, onCancel }: ValueInputProps) {
  const [typed, setTyped] = useState(value);
  const problem = integerProblem(typed);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  return (
    <input
      ref={input}
      id="ordered-value"
      className="inline-input code number"
      aria-label={t("tree.value")}
      aria-invalid={problem !== null || undefined}
      title={problem ?? undefined}
      value={typed}
      autoComplete="off"
      onChange={(event) => setTyped(event.target.value.trim())}
      onBlur={onCancel}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter" && problem === null) {
          event.preventDefault();
          onSet(BigInt(typed).toString());
        } else if (event.key === "Escape") {
          event.preventDefault();
          onCancel();
        }
      }}
    />
  );
}
