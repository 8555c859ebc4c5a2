/** The keys of a data store: a windowed list that reads on as it is scrolled. Only the rows in sight exist. */
import { type KeyboardEvent, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { call } from "../../api/client";
import { ReadingStopped } from "../../api/error";
import { useBudget, useStores } from "../../api/queries";
import { onEvent, onResync } from "../../api/socket";
import { useCell } from "../../cell";
import { Button } from "../../components/Button";
import { useFixedRows } from "../../components/fixedRows";
import { Menu } from "../../components/Menu";
import { Empty, Failure, Skeleton } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { ViewRoot, type ViewState } from "../../components/ViewRoot";
import { useAccess, useLock } from "../../connections/useAccess";
import { useCommands } from "../../frame/commands";
import { focusRequest, takeFocusRequest, requestFocus } from "../../frame/focus";
import { compareKeys, type KeyId, KeyWindow } from "../../keys/keyWindow";
import type { Connection } from "../../protocol";
import { navigate } from "../../routing/navigation";
import type { Route } from "../../routing/route";
import { settings } from "../../settings/settings";
import { t } from "../../text/message";
import { pinTab } from "./openTabs";
import { PlayerChoices } from "./PlayerChoices";
import { ScopeChoice } from "./ScopeChoice";
import { DeleteStoreDialog } from "./StoreDialogs";

const PAGE_SIZE = 256;
/** Reading on begins this many rows before the end of what is known. */
const READ_AHEAD = 200;
const TYPING_PAUSE_MS = 150;
/** As many keys are read at once when the listing is read anew. */
const REREAD_KEYS = 2_048;
const ROW_HEIGHTS = { compact: 24, comfortable: 32 } as const;

type StandardRoute = Extract<Route, { view: "standard" }>;

interface KeysPanelProps {
  readonly route: StandardRoute;
  readonly connection: Connection | null;
  readonly newOffReason: string | null;
  readonly onNew: () => void;
}

function useKeyWindow(route: StandardRoute, connectionId: string | null): KeyWindow {
  const { connection, store, scope, prefix } = route;
  const [generation, setGeneration] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new generation reads the listing anew
  const keyWindow = useMemo(
    () =>
      new KeyWindow(async (cursor, signal) => {
        const page = await call(
          "keys.list",
          {
            connection,
            store,
            limit: PAGE_SIZE,
            allScopes: scope === undefined,
            ...(scope === undefined ? {} : { scope }),
            ...(prefix ? { prefix } : {}),
            ...(cursor ? { cursor } : {}),
          },
          signal,
        );
        return { rows: page.entries, nextCursor: page.nextCursor ?? null };
      }),
    [connection, store, scope, prefix, generation],
  );
  // A listing that is read anew takes the place of the one shown once it reaches as far, so that nothing jumps.
  const [shown, setShown] = useState(keyWindow);
  const latest = useRef({ shown, generation });
  useEffect(() => {
    const again = latest.current.generation !== generation;
    latest.current.generation = generation;
    const reach = again ? Math.min(latest.current.shown.snapshot().count, REREAD_KEYS) - 1 : 0;
    let isWanted = true;
    void keyWindow.readUpTo(Math.max(0, reach)).then(() => {
      if (isWanted) {
        latest.current.shown = keyWindow;
        setShown(keyWindow);
      }
    });
    return () => {
      isWanted = false;
      keyWindow.close();
    };
  }, [keyWindow, generation]);
  useEffect(() => {
    const stops = [
      onEvent("entries.changed", (event) => {
        const mine = event.connection === connectionId && event.store === store && !event.ordered;
        const shown = (scope === undefined || event.scope === scope) && event.key.startsWith(prefix ?? "");
        if (mine && shown && event.change === "created") {
          keyWindow.insert({ scope: event.scope, key: event.key });
        } else if (mine && event.change === "removed") {
          keyWindow.remove({ scope: event.scope, key: event.key });
        }
      }),
      onEvent("datastores.changed", (event) => {
        if (event.connection === connectionId && (!event.store || event.store === store)) {
          setGeneration((before) => before + 1);
        }
      }),
      onResync(() => setGeneration((before) => before + 1)),
    ];
    return () => {
      for (const stop of stops) {
        stop();
      }
    };
  }, [keyWindow, connectionId, store, scope, prefix]);
  return shown;
}

export function KeysPanel({ route, connection, newOffReason, onNew }: KeysPanelProps) {
  const keyWindow = useKeyWindow(route, connection?.id ?? null);
  const known = useSyncExternalStore(keyWindow.subscribe, keyWindow.snapshot);
  const { density } = useCell(settings);
  const rowHeight = ROW_HEIGHTS[density];
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<KeyId | null>(null);
  const datastore = useStores(route.connection, "standard", "")
    .data?.pages.flatMap((page) => page.datastores)
    .find((store) => store.name === route.store);
  const isLocked = useLock(connection).state === "locked";
  const deletion = useAccess(connection, "DELETE_DATA", "deleteDatastores", route.store);
  const [isDeleting, setDeleting] = useState(false);
  const chosen = route.entry ?? null;
  const focused = active ?? chosen;

  const virtual = useFixedRows(scroller, known.count, rowHeight);

  const items = virtual.items;
  const lastShown = items[items.length - 1]?.index ?? 0;
  useEffect(() => {
    if (!known.reading && !known.complete && known.error === null && lastShown + READ_AHEAD >= known.count) {
      void keyWindow.readUpTo(lastShown + READ_AHEAD);
    }
  }, [keyWindow, known, lastShown]);

  // A listing that Stop all broke off reads on once requests pass again.
  const isStopped = useBudget(connection)?.budget.stopped ?? false;
  const wasStopped = useRef(isStopped);
  useEffect(() => {
    const isResumed = wasStopped.current && !isStopped;
    wasStopped.current = isStopped;
    if (isResumed && known.error !== null) {
      void keyWindow.readUpTo(known.count);
    }
  }, [keyWindow, known, isStopped]);

  // The open entry is brought into sight once its page is read, and again when another one is opened.
  const chosenName = chosen && `${chosen.scope}\u0000${chosen.key}`;
  const shownName = useRef<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a longer list may hold the key that a shorter one did not
  useEffect(() => {
    const index = chosen && chosenName !== shownName.current ? keyWindow.indexOf(chosen) : -1;
    if (index !== -1) {
      shownName.current = chosenName;
      virtual.scrollToIndex(index, "center");
    }
  }, [keyWindow, chosen, chosenName, virtual, known.count]);

  const request = useCell(focusRequest);
  useEffect(() => {
    if (request === "keys" && known.count > 0 && takeFocusRequest("keys")) {
      scroller.current?.focus();
    }
  }, [request, known.count]);

  const open = (id: KeyId, options: { readonly replace?: boolean } = {}) => {
    setActive(id);
    navigate(
      {
        ...route,
        entry: { scope: id.scope, key: id.key, tab: chosen?.tab ?? "value", view: chosen?.view ?? "tree" },
      },
      options,
    );
  };
  const moveTo = (index: number) => {
    const target = Math.max(0, Math.min(known.count - 1, index));
    virtual.scrollToIndex(target);
    const id = keyWindow.at(target);
    if (id) {
      setActive(id);
    }
  };
  const keys = (event: KeyboardEvent) => {
    const at = focused ? keyWindow.indexOf(focused) : -1;
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
      moveTo(target);
    } else if (event.key === "Enter" && focused) {
      event.preventDefault();
      if (event.ctrlKey) {
        open(focused);
        pinTab({ connection: route.connection, store: route.store, scope: focused.scope, key: focused.key });
      } else {
        requestFocus("entry");
        open(focused);
      }
    }
  };

  useCommands([
    {
      id: "find-keys",
      title: t("command.findKeys"),
      shortcut: "/",
      run: () => document.getElementById("keys-prefix")?.focus(),
    },
  ]);

  const allScopes = route.scope === undefined;
  const activeIndex = focused ? items.find((item) => isSame(keyWindow.at(item.index), focused))?.index : undefined;
  return (
    <ViewRoot
      name="keys"
      label={t("keys.title", { store: route.store })}
      state={stateOfKeys(known)}
      className="panel panel-keys"
      readOnly={isLocked}
      {...(connection ? { environment: connection.environment } : {})}
    >
      <div className="panel-head">
        <Button
          id="keys-back"
          kind="quiet"
          icon="up"
          label={t("keys.back")}
          onPress={() => navigate({ view: "stores", connection: route.connection })}
        />
        <h2 title={route.store}>
          <SafeText text={route.store} />
        </h2>
        <Button
          id="keys-new"
          kind="quiet"
          icon="plus"
          label={t("entry.new")}
          offReason={newOffReason}
          onPress={onNew}
        />
        <Menu
          id="keys-more"
          label={t("keys.moreDeeds")}
          items={[
            {
              id: "keys-delete-store",
              text: t("stores.delete"),
              icon: "trash",
              danger: true,
              run: () => setDeleting(true),
              offReason: deletion.reason,
            },
          ]}
        >
          <span className="hidden-text">{t("keys.moreDeeds")}</span>
        </Menu>
      </div>
      <KeyFilter route={route} scopes={datastore?.scopes ?? []} moreScopes={datastore?.moreScopes ?? false} />
      <div
        ref={scroller}
        id="keys-grid"
        className="grid"
        role="grid"
        aria-label={t("keys.title", { store: route.store })}
        aria-rowcount={known.complete ? known.count : -1}
        aria-colcount={allScopes ? 2 : 1}
        aria-activedescendant={activeIndex === undefined ? undefined : `keys-row-${activeIndex}`}
        aria-busy={known.reading}
        tabIndex={0}
        data-region-focus=""
        onKeyDown={keys}
      >
        {known.count === 0 && known.reading && (
          <Skeleton
            rows={12}
            label={t("keys.reading")}
            cancel={{ id: "keys-cancel", run: () => keyWindow.stop(new ReadingStopped()) }}
          />
        )}
        {known.error !== null && known.count === 0 && (
          <Failure
            id="keys-error"
            error={known.error}
            context={{ store: route.store, connection: route.connection }}
            onRetry={() => void keyWindow.readUpTo(0)}
          />
        )}
        {known.complete && known.count === 0 && (
          <Empty icon="key" title={route.prefix ? t("keys.noneWithPrefix", { prefix: route.prefix }) : t("keys.none")}>
            {route.prefix && !allScopes ? t("keys.noneInScope", { scope: route.scope ?? "" }) : null}
          </Empty>
        )}
        <div className="grid-space" role="presentation" style={{ height: virtual.height }}>
          {items.map((item) => (
            <KeyRow
              key={item.index}
              id={keyWindow.at(item.index)}
              index={item.index}
              top={item.start}
              height={rowHeight}
              chosen={isSame(keyWindow.at(item.index), chosen)}
              focused={item.index === activeIndex}
              withScope={allScopes}
              onOpen={open}
              onPin={(id) => pinTab({ connection: route.connection, store: route.store, scope: id.scope, key: id.key })}
            />
          ))}
        </div>
      </div>
      <p id="keys-count" className="panel-foot" role="status" data-count={known.count} data-complete={known.complete}>
        {known.complete
          ? t("keys.all", { count: known.count })
          : known.count > 0 && t("keys.soFar", { count: known.count })}
        {known.error !== null && known.count > 0 && (
          <Button id="keys-read-on" kind="quiet" icon="refresh" onPress={() => void keyWindow.readUpTo(known.count)}>
            {t("keys.readOn")}
          </Button>
        )}
      </p>
      {isDeleting && connection && (
        <DeleteStoreDialog
          connection={connection}
          store={route.store}
          onClose={() => setDeleting(false)}
          onDeleted={() => navigate({ view: "stores", connection: route.connection })}
        />
      )}
    </ViewRoot>
  );
}

function stateOfKeys(known: ReturnType<KeyWindow["snapshot"]>): ViewState {
  if (known.error !== null) {
    return known.count === 0 ? "error" : "partial";
  }
  if (known.count === 0) {
    return known.complete ? "empty" : "loading";
  }
  return known.complete ? "ready" : "partial";
}

function isSame(left: KeyId | null, right: KeyId | null): boolean {
  return left !== null && right !== null && compareKeys(left, right) === 0;
}

interface KeyFilterProps {
  readonly route: StandardRoute;
  readonly scopes: readonly string[];
  readonly moreScopes: boolean;
}

function KeyFilter({ route, scopes, moreScopes }: KeyFilterProps) {
  const [typed, setTyped] = useState(route.prefix ?? "");
  const shown = useRef(route.prefix ?? "");
  useEffect(() => {
    if ((route.prefix ?? "") !== shown.current) {
      shown.current = route.prefix ?? "";
      setTyped(route.prefix ?? "");
    }
  }, [route.prefix]);
  useEffect(() => {
    if (typed === shown.current) {
      return;
    }
    if (typed.startsWith("@")) {
      return;
    }
    const timer = window.setTimeout(() => {
      shown.current = typed;
      const { prefix: _prefix, ...rest } = route;
      navigate(typed ? { ...rest, prefix: typed } : rest, { replace: true });
    }, TYPING_PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [typed, route]);
  return (
    <>
      <div className="panel-field panel-field-row">
        <input
          id="keys-prefix"
          className="input code"
          type="search"
          aria-label={t("keys.prefix")}
          placeholder={t("keys.prefixOrPlayer")}
          value={typed}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown" || event.key === "Enter") {
              event.preventDefault();
              const next = typed.startsWith("@") ? document.querySelector<HTMLElement>("#keys-players button") : null;
              (next ?? document.getElementById("keys-grid"))?.focus();
            }
          }}
        />
        <ScopeChoice
          id="keys-scope"
          scope={route.scope}
          scopes={scopes}
          moreScopes={moreScopes}
          onChoose={(scope) => {
            const { scope: _scope, ...rest } = route;
            navigate(scope === undefined ? rest : { ...rest, scope }, { replace: true });
          }}
        />
      </div>
      {typed.startsWith("@") && typed !== route.prefix && (
        <PlayerChoices
          connection={route.connection}
          typed={typed}
          onChoose={(prefix) => {
            setTyped(prefix);
            document.getElementById("keys-prefix")?.focus();
          }}
        />
      )}
    </>
  );
}

interface KeyRowProps {
  readonly id: KeyId | null;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly chosen: boolean;
  readonly focused: boolean;
  readonly withScope: boolean;
  readonly onOpen: (id: KeyId) => void;
  readonly onPin: (id: KeyId) => void;
}

function KeyRow({ id, index, top, height, chosen, focused, withScope, onOpen, onPin }: KeyRowProps) {
  return (
    <div
      id={`keys-row-${index}`}
      className={`grid-row${focused ? " grid-row-focused" : ""}`}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={chosen}
      data-key={id?.key}
      data-scope={id?.scope}
      style={{ height, transform: `translateY(${top}px)` }}
      onClick={() => id && onOpen(id)}
      onDoubleClick={() => id && onPin(id)}
    >
      <span className="grid-cell grid-cell-key" role="gridcell" title={id?.key}>
        {id ? <SafeText text={id.key} /> : <span className="skeleton-row" />}
      </span>
      {withScope && (
        <span className="grid-cell grid-cell-scope" role="gridcell">
          {id && <SafeText text={id.scope} />}
        </span>
      )}
    </div>
  );
}
