/** The data stores of a connection as a tree of groups, in name order, with a prefix filter. */
import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, lazy, Suspense, useDeferredValue, useState } from "react";
import { queryNames, stopReading, useDeletedStores, useStores } from "../../api/queries";
import { useCell } from "../../cell";
import { Button } from "../../components/Button";
import { EnvironmentMark } from "../../components/EnvironmentChip";
import { Menu } from "../../components/Menu";
import { Empty, Failure, Skeleton } from "../../components/Panels";
import { useSettled } from "../../components/settled";
import { stateOf, ViewRoot } from "../../components/ViewRoot";
import { useAccess, useLock } from "../../connections/useAccess";
import { requestFocus } from "../../frame/focus";
import type { Connection } from "../../protocol";
import { navigate } from "../../routing/navigation";
import type { Route } from "../../routing/route";
import { t } from "../../text/message";
import { type AddedKind, addedNames, namesOf, removeName } from "./addedNames";
import type { ExplorerRoute } from "./Explorer";
import { AddNameDialog, SnapshotDialog, UndeleteStoreDialog } from "./StoreDialogs";
import {
  addedRow,
  type Group,
  type GroupContent,
  type Node,
  nodesOf,
  rowKind,
  type StoreRow,
  storeRow,
} from "./storeNodes";
import { nodeId, TreeNode } from "./TreeNode";

const services = () => import("./ServiceDialogs");
const PublishDialog = lazy(() => services().then((module) => ({ default: module.PublishDialog })));
const FlushDialog = lazy(() => services().then((module) => ({ default: module.FlushDialog })));

interface StoresPanelProps {
  readonly connection: Connection | null;
  readonly name: string;
  readonly route: ExplorerRoute;
  readonly newOffReason: string | null;
  readonly onNew: () => void;
}

type Asked =
  | { readonly deed: "add"; readonly kind: AddedKind }
  | { readonly deed: "snapshot" | "publish" | "flush" }
  | { readonly deed: "undelete"; readonly store: string };

/** Groups that begin folded, because opening them costs a request that most visits do not need. */
const FIRST_CLOSED: ReadonlySet<Group> = new Set(["deleted"]);

function routeOf(connection: string, group: Group, store: StoreRow): Route | null {
  const view = rowKind(group, store);
  return view === "deleted" ? null : { view, connection, store: store.name };
}

/** What is known of every group of the tree. */
function useGroups(connection: Connection | null, name: string, prefix: string, closed: ReadonlySet<Group>) {
  const standard = useStores(name, "standard", prefix);
  const ordered = useStores(name, "ordered", prefix);
  const deleted = useDeletedStores(name, prefix, !closed.has("deleted"));
  const added = namesOf(useCell(addedNames), connection?.id ?? null);
  // Roblox lists neither ordered data stores nor memory maps and queues (roblox-apis.md §2.3, §3.2).
  const isCloud = connection?.source === "cloud";
  const rows = (list: typeof standard) => list.data?.pages.flatMap((page) => page.datastores.map(storeRow)) ?? [];
  const listed = rows(ordered);
  const known = new Set(listed.map((store) => store.name));
  const addedOrdered = added.ordered.filter((store) => store.startsWith(prefix) && !known.has(store));
  const gone =
    deleted.data?.pages.flatMap((page) => page.datastores.filter((store) => store.state === "deleted")) ?? [];
  const lists = { standard, ordered, deleted };
  const contents: GroupContent[] = [
    {
      group: "standard",
      expanded: !closed.has("standard"),
      stores: rows(standard),
      isComplete: !standard.hasNextPage,
      addable: [],
      note: null,
    },
    {
      group: "ordered",
      expanded: !closed.has("ordered"),
      stores: [...listed, ...addedOrdered.map((store) => addedRow(store, "ordered"))],
      isComplete: !ordered.hasNextPage,
      addable: isCloud ? ["ordered"] : [],
      note: null,
    },
    {
      group: "memory",
      expanded: !closed.has("memory"),
      stores: (["memory", "queue"] as const).flatMap((kind) =>
        added[kind].filter((store) => store.startsWith(prefix)).map((store) => addedRow(store, kind)),
      ),
      isComplete: true,
      addable: isCloud ? ["memory", "queue"] : [],
      note: null,
    },
    {
      group: "deleted",
      expanded: !closed.has("deleted"),
      stores: gone.map(storeRow),
      isComplete: !deleted.hasNextPage,
      addable: [],
      note: deleted.error ? "failed" : deleted.isPending ? "reading" : deleted.hasNextPage ? null : "none",
    },
  ];
  return { lists, contents };
}

export function StoresPanel({ connection, name, route, newOffReason, onNew }: StoresPanelProps) {
  const client = useQueryClient();
  const [filter, setFilter] = useState(route.view === "stores" ? (route.filter ?? "") : "");
  const typed = useDeferredValue(filter);
  const settled = useSettled(filter);
  const prefix = connection?.source === "cloud" ? settled : typed;
  const [closed, setClosed] = useState<ReadonlySet<Group>>(FIRST_CLOSED);
  const [focused, setFocused] = useState<string | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const { lists, contents } = useGroups(connection, name, prefix, closed);
  const isLocked = useLock(connection).state === "locked";
  const undelete = useAccess(connection, "WRITE_DATA", "deleteDatastores");
  const snapshot = useAccess(connection, "WRITE_DATA", "snapshots");
  const publish = useAccess(connection, "WRITE_DATA", "publishMessages");
  const flush = useAccess(connection, "DELETE_DATA", "flushMemory");
  const nodes = nodesOf(contents);
  const total = contents.reduce((sum, { group, stores }) => sum + (group === "deleted" ? 0 : stores.length), 0);
  const chosen = route.view === "stores" ? null : `${route.view}/${route.store}`;
  const stop = nodes.find((node) => node.id === (focused ?? chosen)) ?? nodes[0];

  const open = (node: Node, withFocus: boolean) => {
    switch (node.type) {
      case "group":
        return toggle(node.group, node.expanded);
      case "more":
        return void (node.group !== "memory" && lists[node.group].fetchNextPage());
      case "add":
        return setAsked({ deed: "add", kind: node.kind });
      case "note":
        return void (node.note === "failed" && lists.deleted.refetch());
      case "store": {
        const target = routeOf(name, node.group, node.store);
        if (!target) {
          return undelete.reason === null ? setAsked({ deed: "undelete", store: node.store.name }) : undefined;
        }
        if (withFocus) {
          requestFocus("keys");
        }
        return navigate(target);
      }
    }
  };
  const toggle = (group: Group, expanded: boolean) => {
    const next = new Set(closed);
    if (expanded) {
      next.add(group);
    } else {
      next.delete(group);
    }
    setClosed(next);
  };
  const takeOff = (node: Node | undefined) => {
    if (connection && node?.type === "store" && node.store.added) {
      removeName(connection.id, node.store.added, node.store.name);
    }
  };
  const keys = (event: KeyboardEvent) => {
    const at = nodes.findIndex((node) => node.id === stop?.id);
    const go = (target: Node | undefined) => {
      if (target) {
        event.preventDefault();
        setFocused(target.id);
        document.getElementById(nodeId(target.id))?.focus();
      }
    };
    switch (event.key) {
      case "ArrowDown":
        return go(nodes[at + 1]);
      case "ArrowUp":
        return go(nodes[at - 1]);
      case "Home":
        return go(nodes[0]);
      case "End":
        return go(nodes[nodes.length - 1]);
      case "ArrowLeft":
        if (stop?.type === "group" && stop.expanded) {
          event.preventDefault();
          return toggle(stop.group, true);
        }
        return go(nodes.findLast((node, index) => index < at && node.type === "group"));
      case "ArrowRight":
        if (stop?.type === "group" && !stop.expanded) {
          event.preventDefault();
          return toggle(stop.group, false);
        }
        return undefined;
      case "Delete":
        event.preventDefault();
        return takeOff(stop);
      case "Enter":
      case " ":
        event.preventDefault();
        return stop && open(stop, true);
    }
  };

  const failed = lists.standard.error ?? lists.ordered.error;
  const pending = lists.standard.isPending || lists.ordered.isPending;
  const state = stateOf({ isPending: pending, error: failed }, total === 0);
  return (
    <ViewRoot
      name="stores"
      label={t("stores.title")}
      state={state}
      className="panel panel-stores"
      readOnly={isLocked}
      {...(connection ? { environment: connection.environment } : {})}
    >
      <div className="panel-head">
        <h2>{t("stores.title")}</h2>
        {connection && <EnvironmentMark environment={connection.environment} />}
        <Button
          id="stores-new"
          kind="quiet"
          icon="plus"
          label={t("stores.new")}
          offReason={newOffReason}
          onPress={onNew}
        />
        <Menu
          id="stores-more"
          label={t("stores.moreDeeds")}
          items={[
            {
              id: "stores-snapshot",
              text: t("stores.snapshot"),
              icon: "camera",
              run: () => setAsked({ deed: "snapshot" }),
              offReason: snapshot.reason,
            },
            ...(connection?.source === "cloud"
              ? [
                  {
                    id: "stores-publish",
                    text: t("publish.menu"),
                    run: () => setAsked({ deed: "publish" }),
                    offReason: publish.reason,
                  },
                  {
                    id: "stores-flush",
                    text: t("flush.menu"),
                    icon: "trash" as const,
                    danger: true,
                    run: () => setAsked({ deed: "flush" }),
                    offReason: flush.reason,
                  },
                ]
              : []),
          ]}
        >
          <span className="hidden-text">{t("stores.moreDeeds")}</span>
        </Menu>
      </div>
      <div className="panel-field">
        <input
          id="stores-filter"
          className="input"
          type="search"
          aria-label={t("stores.filter")}
          placeholder={t("stores.filter")}
          value={filter}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setFilter(event.target.value)}
        />
      </div>
      {pending && (
        <Skeleton
          rows={6}
          label={t("stores.reading")}
          cancel={{ id: "stores-cancel", run: () => stopReading(client, queryNames.stores(name)) }}
        />
      )}
      {failed && (
        <Failure
          id="stores-error"
          error={failed}
          context={{ connection: name }}
          onRetry={() => {
            void lists.standard.refetch();
            void lists.ordered.refetch();
          }}
        />
      )}
      {!pending && !failed && total === 0 && (
        <Empty icon="table" title={prefix ? t("stores.noneWithPrefix", { prefix }) : t("stores.none")}>
          {prefix ? null : t("stores.noneBody")}
        </Empty>
      )}
      {!pending && nodes.length > 0 && (
        <div id="stores-tree" className="tree" role="tree" aria-label={t("stores.title")} onKeyDown={keys}>
          {nodes.map((node) => (
            <TreeNode
              key={node.id}
              node={node}
              chosen={node.id === chosen}
              stop={node.id === stop?.id}
              count={node.type === "group" ? countOf(contents, node.group) : null}
              undeleteReason={undelete.reason}
              onFocus={() => setFocused(node.id)}
              onOpen={() => open(node, false)}
              onTakeOff={() => takeOff(node)}
            />
          ))}
        </div>
      )}
      {connection && asked?.deed === "add" && (
        <AddNameDialog
          connection={connection}
          kind={asked.kind}
          onClose={() => setAsked(null)}
          onAdded={(added) => {
            setAsked(null);
            requestFocus("keys");
            navigate({ view: asked.kind, connection: name, store: added });
          }}
        />
      )}
      {connection && asked?.deed === "snapshot" && (
        <SnapshotDialog connection={connection} onClose={() => setAsked(null)} />
      )}
      <Suspense fallback={null}>
        {connection && asked?.deed === "publish" && (
          <PublishDialog connection={connection} onClose={() => setAsked(null)} />
        )}
        {connection && asked?.deed === "flush" && (
          <FlushDialog connection={connection} onClose={() => setAsked(null)} />
        )}
      </Suspense>
      {connection && asked?.deed === "undelete" && (
        <UndeleteStoreDialog connection={connection} store={asked.store} onClose={() => setAsked(null)} />
      )}
    </ViewRoot>
  );
}

/** How many stores a group has, when all are known. */
function countOf(contents: readonly GroupContent[], group: Group): number | null {
  const content = contents.find((candidate) => candidate.group === group);
  const isKnown = content?.isComplete && content.note !== "reading" && content.note !== "failed";
  return content && isKnown && content.expanded ? content.stores.length : null;
}
