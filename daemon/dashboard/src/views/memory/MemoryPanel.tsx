/** A sorted map of memory stores: its items by name, each with its value, what it is sorted by, and when it ends. */
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { listItems } from "../../api/memory";
import type { StoredItem } from "../../api/memoryPage";
import { stopReading } from "../../api/queries";
import { Age } from "../../components/Age";
import { Button } from "../../components/Button";
import { EnvironmentMark } from "../../components/EnvironmentChip";
import { Empty, Failure, Skeleton } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { stateOf, ViewRoot } from "../../components/ViewRoot";
import { useAccess, useLock } from "../../connections/useAccess";
import { takeFocusRequest } from "../../frame/focus";
import type { Connection } from "../../protocol";
import { navigate } from "../../routing/navigation";
import type { Route } from "../../routing/route";
import { t } from "../../text/message";
import { ItemDialog } from "./ItemDialog";
import { RemoveItemDialog } from "./RemoveItemDialog";

/** Roblox answers at most 100 items a page (`roblox-apis.md` §3.2). */
const PAGE_SIZE = 100;
const VALUE_SHOWN = 200;

interface MemoryPanelProps {
  readonly route: Extract<Route, { view: "memory" }>;
  readonly connection: Connection | null;
}

type Asked = { readonly deed: "edit" | "remove"; readonly item: StoredItem } | { readonly deed: "new" };

export function MemoryPanel({ route, connection }: MemoryPanelProps) {
  const { store: map } = route;
  const client = useQueryClient();
  const queryKey = ["memory", route.connection, map];
  const read = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      listItems(
        {
          connection: route.connection,
          map,
          descending: false,
          limit: PAGE_SIZE,
          ...(pageParam ? { cursor: pageParam } : {}),
        },
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    // Live servers change it and tell nobody, so it is read anew whenever it is opened.
    staleTime: 0,
  });
  const items = read.data?.pages.flatMap((page) => page.items) ?? [];
  const [asked, setAsked] = useState<Asked | null>(null);
  const isLocked = useLock(connection).state === "locked";
  const write = useAccess(connection, "WRITE_DATA", "writeMemory");
  const removal = useAccess(connection, "DELETE_DATA", "writeMemory");
  const isRead = read.data !== undefined;
  useEffect(() => {
    if (isRead && takeFocusRequest("keys")) {
      document.getElementById("memory-refresh")?.focus();
    }
  }, [isRead]);
  const done = () => {
    setAsked(null);
    void client.invalidateQueries({ queryKey });
  };
  return (
    <ViewRoot
      name="memory"
      label={t("memory.title", { map })}
      state={stateOf(read, items.length === 0)}
      className="panel panel-ordered"
      readOnly={isLocked}
      {...(connection ? { environment: connection.environment } : {})}
    >
      <div className="panel-head">
        <Button
          id="memory-back"
          kind="quiet"
          icon="up"
          label={t("keys.back")}
          onPress={() => navigate({ view: "stores", connection: route.connection })}
        />
        <h2>
          <SafeText text={map} />
        </h2>
        {connection && <EnvironmentMark environment={connection.environment} />}
        <span className="muted">{t("memory.kind")}</span>
      </div>
      <div className="value-bar">
        <Button id="memory-refresh" icon="refresh" onPress={() => void read.refetch()}>
          {t("memory.refresh")}
        </Button>
        <div className="value-deeds">
          <Button
            id="memory-new"
            kind="quiet"
            icon="plus"
            offReason={write.reason}
            onPress={() => setAsked({ deed: "new" })}
          >
            {t("memory.new")}
          </Button>
        </div>
      </div>
      <div className="memory-items">
        {read.isPending && (
          <Skeleton
            rows={8}
            label={t("memory.reading")}
            cancel={{ id: "memory-cancel", run: () => stopReading(client, queryKey) }}
          />
        )}
        {read.error && (
          <Failure
            id="memory-error"
            error={read.error}
            context={{ connection: route.connection }}
            onRetry={() => void read.refetch()}
          />
        )}
        {isRead && items.length === 0 && (
          <Empty icon="memory" title={t("memory.none")}>
            {t("memory.noneBody")}
          </Empty>
        )}
        {items.length > 0 && (
          <table className="table" id="memory-table">
            <thead>
              <tr>
                {(["item", "sortKey", "value", "expires", "deeds"] as const).map((column) => (
                  <th key={column} scope="col" className={column === "deeds" ? "memory-deeds" : undefined}>
                    {t(`memory.column.${column}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <tr key={item.item} data-item={item.item}>
                  <th scope="row">
                    <SafeText text={item.item} />
                  </th>
                  <td>
                    <code>{item.sortKey?.text ?? item.sortKey?.number ?? ""}</code>
                  </td>
                  <td className="memory-value" title={item.text.slice(0, VALUE_SHOWN)}>
                    <SafeText text={item.text.slice(0, VALUE_SHOWN)} code />
                    {item.text.length > VALUE_SHOWN && "…"}
                  </td>
                  <td>{item.expiresAt && <Age time={item.expiresAt} />}</td>
                  <td className="memory-deeds">
                    <Button
                      id={`memory-edit-${item.item}`}
                      kind="quiet"
                      icon="edit"
                      label={t("memory.open", { item: item.item })}
                      onPress={() => setAsked({ deed: "edit", item })}
                    />
                    <Button
                      id={`memory-remove-${item.item}`}
                      kind="quiet"
                      icon="trash"
                      label={t("memory.remove", { item: item.item })}
                      offReason={removal.reason}
                      onPress={() => setAsked({ deed: "remove", item })}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {read.hasNextPage && (
          <Button
            id="memory-more"
            offReason={read.isFetchingNextPage ? t("reason.running") : null}
            onPress={() => void read.fetchNextPage()}
          >
            {t("memory.more")}
          </Button>
        )}
      </div>
      <p id="memory-count" className="panel-foot" role="status" data-complete={isRead && !read.hasNextPage}>
        {isRead && t(read.hasNextPage ? "memory.soFar" : "memory.all", { count: items.length })}
      </p>
      {connection && asked && asked.deed !== "remove" && (
        <ItemDialog
          connection={connection}
          map={map}
          item={asked.deed === "edit" ? asked.item : null}
          offReason={write.reason}
          onClose={() => setAsked(null)}
          onDone={done}
        />
      )}
      {connection && asked?.deed === "remove" && (
        <RemoveItemDialog
          connection={connection}
          map={map}
          item={asked.item}
          onClose={() => setAsked(null)}
          onDone={done}
        />
      )}
    </ViewRoot>
  );
}
