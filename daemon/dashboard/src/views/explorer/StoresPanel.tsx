/** The data stores of a connection as a tree of two groups, in name order, with a prefix filter. */
import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useDeferredValue, useState } from "react";
import { queryNames, stopReading, useStores } from "../../api/queries";
import { Button } from "../../components/Button";
import { EnvironmentMark } from "../../components/EnvironmentChip";
import { Icon } from "../../components/Icon";
import { Empty, Failure, Skeleton } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { stateOf, ViewRoot } from "../../components/ViewRoot";
import { requestFocus } from "../../frame/focus";
import type { Connection, Datastore, DatastoreKind } from "../../protocol";
import { navigate } from "../../routing/navigation";
import { formatCount } from "../../text/format";
import { t } from "../../text/message";
import type { ExplorerRoute } from "./Explorer";

interface StoresPanelProps {
  readonly connection: Connection | null;
  readonly name: string;
  readonly route: ExplorerRoute;
  readonly newOffReason: string | null;
  readonly onNew: () => void;
}

type Node =
  | { readonly id: string; readonly type: "group"; readonly kind: DatastoreKind; readonly expanded: boolean }
  | {
      readonly id: string;
      readonly type: "store";
      readonly store: Datastore;
      readonly position: number;
      readonly setSize: number;
    }
  | { readonly id: string; readonly type: "more"; readonly kind: DatastoreKind; readonly shown: number };

const KINDS: readonly DatastoreKind[] = ["standard", "ordered"];

export function StoresPanel({ connection, name, route, newOffReason, onNew }: StoresPanelProps) {
  const client = useQueryClient();
  const [filter, setFilter] = useState(route.view === "stores" ? (route.filter ?? "") : "");
  const prefix = useDeferredValue(filter);
  const lists = {
    standard: useStores(name, "standard", prefix),
    ordered: useStores(name, "ordered", prefix),
  };
  const [closed, setClosed] = useState<ReadonlySet<DatastoreKind>>(new Set());
  const [focused, setFocused] = useState<string | null>(null);
  const stores = (kind: DatastoreKind) => lists[kind].data?.pages.flatMap((page) => page.datastores) ?? [];
  const total = stores("standard").length + stores("ordered").length;
  const chosen = route.view === "stores" ? null : `${route.view}/${route.store}`;

  const nodes: Node[] = KINDS.flatMap((kind): Node[] => {
    const found = stores(kind);
    const expanded = !closed.has(kind);
    if (found.length === 0) {
      return [];
    }
    const complete = !lists[kind].hasNextPage;
    return [
      { id: kind, type: "group", kind, expanded },
      ...(expanded
        ? found.map(
            (store, index): Node => ({
              id: `${kind}/${store.name}`,
              type: "store",
              store,
              position: index + 1,
              setSize: complete ? found.length : -1,
            }),
          )
        : []),
      ...(expanded && !complete ? [{ id: `${kind}-more`, type: "more" as const, kind, shown: found.length }] : []),
    ];
  });
  const stop = nodes.find((node) => node.id === (focused ?? chosen)) ?? nodes[0];

  const open = (node: Node, withFocus: boolean) => {
    if (node.type === "group") {
      toggle(node.kind, node.expanded);
    } else if (node.type === "more") {
      void lists[node.kind].fetchNextPage();
    } else {
      if (withFocus) {
        requestFocus("keys");
      }
      navigate({ view: node.store.kind, connection: name, store: node.store.name });
    }
  };
  const toggle = (kind: DatastoreKind, expanded: boolean) => {
    const next = new Set(closed);
    if (expanded) {
      next.add(kind);
    } else {
      next.delete(kind);
    }
    setClosed(next);
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
          return toggle(stop.kind, true);
        }
        return go(nodes.findLast((node, index) => index < at && node.type === "group"));
      case "ArrowRight":
        if (stop?.type === "group" && !stop.expanded) {
          event.preventDefault();
          return toggle(stop.kind, false);
        }
        return undefined;
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
      readOnly={connection?.readOnly ?? false}
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
      {nodes.length > 0 && (
        <div id="stores-tree" className="tree" role="tree" aria-label={t("stores.title")} onKeyDown={keys}>
          {nodes.map((node) => (
            <TreeNode
              key={node.id}
              node={node}
              chosen={node.id === chosen}
              stop={node.id === stop?.id}
              count={node.type === "group" && !lists[node.kind].hasNextPage ? stores(node.kind).length : null}
              onOpen={() => {
                setFocused(node.id);
                open(node, false);
              }}
            />
          ))}
        </div>
      )}
    </ViewRoot>
  );
}

function nodeId(id: string): string {
  return `stores-node-${id}`;
}

interface TreeNodeProps {
  readonly node: Node;
  readonly chosen: boolean;
  readonly stop: boolean;
  readonly count: number | null;
  readonly onOpen: () => void;
}

function TreeNode({ node, chosen, stop, count, onOpen }: TreeNodeProps) {
  const shared = { id: nodeId(node.id), role: "treeitem", tabIndex: stop ? 0 : -1, onClick: onOpen } as const;
  if (node.type === "group") {
    return (
      <div {...shared} className="tree-group" aria-level={1} aria-expanded={node.expanded} aria-selected={false}>
        <Icon name={node.expanded ? "chevronDown" : "chevronRight"} size={12} />
        {t(`stores.${node.kind}`)}
        {count !== null && <span className="tree-count">{count}</span>}
      </div>
    );
  }
  if (node.type === "more") {
    return (
      <div {...shared} className="tree-more" aria-level={2} aria-selected={false}>
        {t("stores.more", { count: node.shown })}
      </div>
    );
  }
  return (
    <div
      {...shared}
      className="tree-node"
      aria-level={2}
      aria-selected={chosen}
      aria-posinset={node.position}
      aria-setsize={node.setSize}
      data-store={node.store.name}
      title={node.store.name}
    >
      <Icon name={node.store.kind === "ordered" ? "sorted" : "table"} />
      <span className="tree-name">
        <SafeText text={node.store.name} />
      </span>
      {node.store.keyCount != null && <span className="tree-count">{formatCount(node.store.keyCount)}</span>}
    </div>
  );
}
