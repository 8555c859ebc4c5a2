/**
 * One change set: under review while it is staged, with its outcomes from its commit on. The same rows show both, so that
 * what was reviewed is seen to become true.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { changeNames, keepSet, useChangeSet } from "../../api/changeQueries";
import { call } from "../../api/client";
import { ApiError } from "../../api/error";
import { stopReading } from "../../api/queries";
import { openUndo, report } from "../../changes/committing";
import { openCount } from "../../changes/counts";
import { Age } from "../../components/Age";
import { Button } from "../../components/Button";
import { EnvironmentChip } from "../../components/EnvironmentChip";
import { Icon } from "../../components/Icon";
import { Empty, Failure, Skeleton } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { stateOf, ViewRoot } from "../../components/ViewRoot";
import { useAccess, useLock } from "../../connections/useAccess";
import { useCommands } from "../../frame/commands";
import type { ChangeItem, ChangeSet, Connection, ItemState } from "../../protocol";
import { navigate } from "../../routing/navigation";
import { formatRoute, type Route } from "../../routing/route";
import { t } from "../../text/message";
import { Attention } from "./Attention";
import { CommitBar } from "./CommitBar";
import { DiscardDialog } from "./DiscardDialog";
import { type DifferenceView, ItemDifference } from "./ItemDifference";
import { ItemList } from "./ItemList";
import { Outcomes } from "./Outcomes";
import { TitleDialog } from "./TitleDialog";
import { undoReason, undoText } from "./undoText";
import { useItemWindow } from "./useItemWindow";

export type SetRoute = Extract<Route, { view: "changes" | "history" }> & { readonly set: string };

/** How many items one request can take out. */
const MOST_DROPS = 1_000;

interface SetViewProps {
  readonly route: SetRoute;
  readonly connection: Connection;
}

export function SetView({ route, connection }: SetViewProps) {
  const client = useQueryClient();
  const read = useChangeSet(route.set);
  const isLocked = useLock(connection).state === "locked";
  const set = read.data;
  // A link names a connection and a set; together they have to be true, or something else would be shown than it says.
  const isElsewhere = set !== undefined && set.connection !== connection.id;
  return (
    <ViewRoot
      name="review"
      label={set ? t("review.title", { title: set.title }) : t("view.changes")}
      state={isElsewhere ? "error" : stateOf(read, set?.counts.total === 0)}
      className="panel review"
      readOnly={isLocked}
      environment={connection.environment}
    >
      {(!set || isElsewhere) && (
        <h1 className="hidden-text" tabIndex={-1}>
          {t("view.changes")}
        </h1>
      )}
      {read.isPending && (
        <Skeleton
          rows={10}
          label={t("review.reading")}
          cancel={{ id: "review-cancel", run: () => stopReading(client, changeNames.set(route.set)) }}
        />
      )}
      {read.error && !set && (
        <Failure
          id="review-error"
          error={read.error}
          text={isAbsent(read.error) ? { title: t("review.gone"), body: t("review.goneBody") } : null}
          onRetry={() => void read.refetch()}
          action={<BackButton route={route} />}
        />
      )}
      {isElsewhere && (
        <Empty
          icon="question"
          title={t("review.elsewhere", { connection: connection.name })}
          action={<BackButton route={route} />}
        />
      )}
      {set && !isElsewhere && <Content key={set.id} set={set} route={route} connection={connection} />}
    </ViewRoot>
  );
}

function isAbsent(error: unknown): boolean {
  return error instanceof ApiError && error.code === "GEN009";
}

function BackButton({ route }: { readonly route: SetRoute }) {
  return (
    <Button
      id="review-to-list"
      kind="primary"
      onPress={() => navigate({ view: route.view, connection: route.connection })}
    >
      {t(route.view === "changes" ? "review.back" : "operation.back")}
    </Button>
  );
}

interface ContentProps {
  readonly set: ChangeSet;
  readonly route: SetRoute;
  readonly connection: Connection;
}

function Content({ set, route, connection }: ContentProps) {
  const client = useQueryClient();
  const { items: filter } = route;
  const itemWindow = useItemWindow(set.id, filter);
  const [ticked, setTicked] = useState<ReadonlySet<number>>(new Set());
  const [asked, setAsked] = useState<"discard" | "title" | null>(null);
  const [view, setView] = useState<DifferenceView>("tree");
  const [whole, setWhole] = useState(false);
  const write = useAccess(connection, "WRITE_DATA", undefined, undefined, true);
  const parent = useChangeSet(set.undoOf ?? null).data;
  const direction = set.undoOf == null ? "change" : parent?.undoOf == null ? "undo" : "redo";
  const isStaged = set.state === "staged";

  const first = itemWindow.items.at(0);
  const chosen = route.item ?? first?.item ?? null;
  const go = (part: { readonly items?: ItemState | undefined; readonly item?: number | undefined }) => {
    const { items: _items, item: _item, ...rest } = route;
    const next = { items: filter, item: route.item, ...part };
    navigate(
      {
        ...rest,
        ...(next.items === undefined ? {} : { items: next.items }),
        ...(next.item === undefined ? {} : { item: next.item }),
      },
      { replace: true },
    );
  };
  const choose = (item: number) => go({ item });
  const step = (by: 1 | -1) => {
    const held = itemWindow.items.held();
    const at = held.findIndex(({ item }) => item === chosen);
    const next = held[at + by];
    if (next) {
      choose(next.item);
    }
  };
  const difference = useRef<HTMLElement>(null);
  const isShown = first !== null || itemWindow.known.complete;
  useFocusOnDifference(difference, isShown);
  useFocusKept(difference, set);

  const drop = async (numbers: readonly number[]) => {
    const held = itemWindow.items.held();
    const at = held.findIndex(({ item }) => item === chosen);
    const stays = ({ item }: ChangeItem) => !numbers.includes(item);
    const next = held.slice(at + 1).find(stays) ?? held.slice(0, Math.max(0, at)).findLast(stays);
    try {
      for (let start = 0; start < numbers.length; start += MOST_DROPS) {
        const part = numbers.slice(start, start + MOST_DROPS);
        keepSet(client, (await call("changesets.amend", { set: set.id, drop: part })).set);
      }
      setTicked(new Set());
      if (numbers.includes(chosen ?? 0)) {
        go({ item: next?.item });
      }
    } catch (error) {
      report(error);
    }
  };
  const dropChosen = () => {
    const numbers = ticked.size > 0 ? [...ticked] : chosen === null ? [] : [chosen];
    if (numbers.length > 0 && !write.reason) {
      void drop(numbers);
    }
  };
  const noUndo = undoReason(set, write.reason);
  const undo = () => void openUndo(client, connection.name, set.id);

  useCommands([
    { id: "next-item", title: t("command.nextItem"), shortcut: "n", run: () => step(1) },
    { id: "previous-item", title: t("command.previousItem"), shortcut: "p", run: () => step(-1) },
    {
      id: "difference-view",
      title: t("command.differenceView"),
      shortcut: "x",
      run: () => setView(view === "tree" ? "text" : "tree"),
    },
    ...(isStaged
      ? [
          { id: "discard-set", title: t("review.discard"), run: () => setAsked("discard"), offReason: write.reason },
          { id: "rename-set", title: t("title.title"), run: () => setAsked("title"), offReason: write.reason },
        ]
      : [{ id: "undo-set", title: undoText(set), shortcut: "u", run: undo, offReason: noUndo }]),
  ]);

  const toList = () => navigate({ view: isStaged ? "changes" : "history", connection: connection.name });
  return (
    <>
      <Head
        set={set}
        connection={connection}
        direction={direction}
        undoReason={noUndo}
        renameReason={write.reason}
        onUndo={undo}
        onRename={() => setAsked("title")}
        onBack={toList}
      />
      <Outcomes set={set} chosen={filter} onChoose={(state) => go({ items: state, item: undefined })} />
      <Attention
        set={set}
        connection={connection.name}
        onChoose={choose}
        onFilter={(state) => go({ items: state, item: undefined })}
      />
      <div className="review-body">
        <div
          className="review-list"
          style={{ "--rows": Math.max(4, itemWindow.known.count + set.stores) } as React.CSSProperties}
        >
          {ticked.size > 0 && (
            <div className="review-ticked">
              <span>{t("review.ticked", { count: ticked.size })}</span>
              <Button id="review-drop" icon="cross" offReason={write.reason} onPress={dropChosen}>
                {t("review.dropCount", { count: ticked.size })}
              </Button>
            </div>
          )}
          <ItemList
            set={set}
            window={itemWindow}
            isFiltered={filter !== undefined}
            chosen={chosen}
            onChoose={choose}
            ticked={ticked}
            onTick={
              isStaged
                ? (item) => {
                    const next = new Set(ticked);
                    if (!next.delete(item)) {
                      next.add(item);
                    }
                    setTicked(next);
                  }
                : null
            }
            onDrop={dropChosen}
            onOpen={() => difference.current?.focus()}
          />
          <p id="review-count" className="panel-foot" data-complete={itemWindow.known.complete}>
            {itemWindow.known.complete
              ? t("review.entries", { count: itemWindow.known.count })
              : t("keys.soFar", { count: itemWindow.known.count })}
          </p>
        </div>
        <section
          ref={difference}
          id="review-difference"
          className="review-difference"
          aria-label={t("difference.label")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the review begins here, and it scrolls
          tabIndex={0}
        >
          {chosen === null ? (
            <Empty icon="changes" title={t(isShown ? "review.empty" : "review.reading")} />
          ) : (
            <ItemDifference
              connection={connection.name}
              set={set.id}
              number={chosen}
              view={view}
              onView={setView}
              whole={whole}
              onWhole={setWhole}
            />
          )}
        </section>
      </div>
      {isStaged && (
        <CommitBar
          set={set}
          connection={connection}
          direction={direction}
          isShown={isShown}
          onDiscard={() => setAsked("discard")}
        />
      )}
      {asked === "discard" && (
        <DiscardDialog
          set={set}
          onClose={() => setAsked(null)}
          onDiscarded={() => {
            setAsked(null);
            toList();
          }}
        />
      )}
      {asked === "title" && <TitleDialog set={set} onClose={() => setAsked(null)} />}
    </>
  );
}

/** The review begins at what it is about, never at the button that ends it; where somebody types, nothing is moved. */
function useFocusOnDifference(difference: React.RefObject<HTMLElement | null>, isShown: boolean): void {
  const done = useRef(false);
  useEffect(() => {
    if (isShown && !done.current) {
      done.current = true;
      const focused = document.activeElement;
      const isTyping = focused instanceof HTMLElement && focused.matches("input, textarea, select");
      if (!isTyping && !focused?.closest("dialog")) {
        difference.current?.focus();
      }
    }
  }, [difference, isShown]);
}

/** Where what had the focus went away with its deed, the focus goes to what the deed was about. */
function useFocusKept(difference: React.RefObject<HTMLElement | null>, set: ChangeSet): void {
  const { state } = set;
  const open = openCount(set.counts);
  // biome-ignore lint/correctness/useExhaustiveDependencies: buttons go away when the state, or what needs somebody, changes
  useEffect(() => {
    const timer = window.setTimeout(() => {
      if (document.activeElement === document.body) {
        difference.current?.focus();
      }
    });
    return () => window.clearTimeout(timer);
  }, [difference, state, open]);
}

interface HeadProps {
  readonly set: ChangeSet;
  readonly connection: Connection;
  readonly direction: "change" | "undo" | "redo";
  readonly undoReason: string | null;
  readonly renameReason: string | null;
  readonly onUndo: () => void;
  readonly onRename: () => void;
  readonly onBack: () => void;
}

function Head({ set, connection, direction, undoReason, renameReason, onUndo, onRename, onBack }: HeadProps) {
  const isStaged = set.state === "staged";
  const link = (id: string) => formatRoute({ view: "history", connection: connection.name, set: id });
  return (
    <header className="review-head">
      <div className="review-title">
        <Button
          id="review-back"
          kind="quiet"
          icon="up"
          label={t(isStaged ? "review.back" : "operation.back")}
          onPress={onBack}
        />
        <h1 tabIndex={-1}>
          <SafeText text={set.title} />
        </h1>
        {isStaged && (
          <Button
            id="review-rename"
            kind="quiet"
            icon="edit"
            label={t("title.title")}
            offReason={renameReason}
            onPress={onRename}
          />
        )}
        <span className="review-target">
          <EnvironmentChip environment={connection.environment} />
          <strong>
            <SafeText text={connection.name} />
          </strong>
        </span>
      </div>
      <p className="review-facts muted">
        <span id="review-summary">
          {t("review.entries", { count: set.counts.total })} {t("review.inStores", { count: set.stores })}
        </span>
        <span id="review-set-state" data-state={set.state}>
          {t(`setState.${set.state}`)}
        </span>
        {direction !== "change" && set.undoOf && (
          <a id="review-undo-of" href={link(set.undoOf)}>
            {t(direction === "undo" ? "undo.isUndo" : "redo.isRedo")}
          </a>
        )}
        <span>
          {t(isStaged ? "review.stagedBy" : "review.committedBy", {
            person: (isStaged ? set.createdBy : set.committedBy) ?? set.createdBy,
          })}{" "}
          <Age time={(isStaged ? set.createdAt : set.committedAt) ?? set.createdAt} />
        </span>
        {set.job && (
          <a id="review-job" href={formatRoute({ view: "jobs", job: set.job })}>
            <Icon name="jobs" size={12} /> {t("review.job")}
          </a>
        )}
        {!isStaged && set.reason && (
          <span className="review-reason" title={set.reason}>
            {t("unlock.reason")}: <SafeText text={set.reason} />
          </span>
        )}
      </p>
      {set.state === "done" && (
        <div className="review-undo">
          <Button id="review-undo" icon={set.undoOf ? "redo" : "undo"} offReason={undoReason} onPress={onUndo}>
            {undoText(set)}
          </Button>
          {undoReason && <span className="muted">{undoReason}</span>}
        </div>
      )}
    </header>
  );
}
