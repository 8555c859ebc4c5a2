/** What views read, cached by address, and kept current by the daemon's events. */
import { type QueryClient, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { Budget, Connection, DatastoreKind } from "../protocol";
import { changeNames } from "./changeQueries";
import { call } from "./client";
import { ReadingStopped } from "./error";
import { type Address, addressText, placeText, readEntry, readRevision } from "./entries";
import { onEvent, onResync } from "./socket";

const LISTED = 256;
/** Many events in a row cause one reading. */
const REFRESH_PAUSE_MS = 100;
/** What left the sliding minute, and what waits, is looked at again this often while there is any. */
const BUDGET_REFRESH_MS = 2_000;

export const queryNames = {
  status: () => ["status"] as const,
  connections: () => ["connections"] as const,
  vault: () => ["vault"] as const,
  budgets: () => ["budgets"] as const,
  stores: (connection: string) => ["stores", connection] as const,
  entry: (address: Address) => ["entry", addressText(address)] as const,
  revisions: (address: Address) => ["revisions", addressText(address)] as const,
  ordered: (connection: string, store: string) => ["ordered", connection, store] as const,
  tokens: () => ["tokens"] as const,
  studio: () => ["studio"] as const,
};

export function useStatus() {
  return useQuery({
    queryKey: queryNames.status(),
    queryFn: ({ signal }) => call("system.status", {}, signal),
  });
}

export function useConnections() {
  return useQuery({
    queryKey: queryNames.connections(),
    queryFn: async ({ signal }) => (await call("connections.list", {}, signal)).connections,
  });
}

/** The connection of that name, and whether the list is still being read. */
export function useConnection(name: string): { connection: Connection | null; known: boolean } {
  const { data } = useConnections();
  return { connection: data?.find((connection) => connection.name === name) ?? null, known: data !== undefined };
}

/** Puts a connection that the daemon has just told in the place of the one known. */
export function keepConnection(client: QueryClient, changed: Connection): void {
  client.setQueryData<Connection[]>(queryNames.connections(), (known) =>
    known?.map((connection) => (connection.id === changed.id ? changed : connection)),
  );
}

export function useVault() {
  return useQuery({
    queryKey: queryNames.vault(),
    queryFn: ({ signal }) => call("vault.status", {}, signal),
  });
}

/** The request budgets of all universes that connections lead to; nothing is asked while there is none. */
export function useBudgets() {
  const { data: connections } = useConnections();
  return useQuery({
    queryKey: queryNames.budgets(),
    queryFn: async ({ signal }) => (await call("budget.status", {}, signal)).budgets,
    enabled: connections?.some((connection) => connection.source === "cloud") ?? false,
    refetchInterval: (query) => (query.state.data?.some(isMoving) ? BUDGET_REFRESH_MS : false),
  });
}

/** Whether a budget changes by itself as time passes. */
function isMoving(budget: Budget): boolean {
  return (
    budget.waitingPersons + budget.waitingJobs + budget.underWay > 0 ||
    budget.breaker !== "closed" ||
    budget.pools.some((pool) => pool.usedRequests > 0 || pool.usedBytes > 0 || pool.throttledForSeconds != null)
  );
}

/** The budget that requests of this connection count in, with the time at which the daemon told it; null for local ones. */
export function useBudget(connection: Connection | null): { budget: Budget; toldAt: number } | null {
  const { data, dataUpdatedAt } = useBudgets();
  const budget = connection && data?.find((candidate) => candidate.connections.includes(connection.id));
  return budget ? { budget, toldAt: dataUpdatedAt } : null;
}

export function useStores(connection: string, kind: DatastoreKind, prefix: string, enabled = true) {
  return useInfiniteQuery({
    enabled,
    queryKey: [...queryNames.stores(connection), kind, prefix],
    queryFn: ({ pageParam, signal }) =>
      call(
        "datastores.list",
        { connection, kind, limit: LISTED, ...(prefix ? { prefix } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? null,
  });
}

/** Data stores with those that were deleted and can still be restored. */
export function useDeletedStores(connection: string, prefix: string, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: [...queryNames.stores(connection), "deleted", prefix],
    queryFn: ({ pageParam, signal }) =>
      call(
        "datastores.list",
        {
          connection,
          kind: "standard",
          deleted: true,
          limit: LISTED,
          ...(prefix ? { prefix } : {}),
          ...(pageParam ? { cursor: pageParam } : {}),
        },
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? null,
    enabled,
  });
}

export function useEntry(address: Address, enabled = true) {
  return useQuery({
    queryKey: queryNames.entry(address),
    queryFn: ({ signal }) => readEntry(address, signal),
    enabled,
    gcTime: 60_000,
  });
}

export function useRevision(address: Address, revision: string | null) {
  return useQuery({
    queryKey: ["revision", addressText(address), revision],
    queryFn: ({ signal }) => readRevision(address, revision ?? "", signal),
    enabled: revision !== null,
    gcTime: 60_000,
  });
}

export function useRevisions(address: Address) {
  return useInfiniteQuery({
    queryKey: queryNames.revisions(address),
    queryFn: ({ pageParam, signal }) =>
      call("revisions.list", { ...address, limit: 100, ...(pageParam ? { cursor: pageParam } : {}) }, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? null,
  });
}

export function useTokens() {
  return useQuery({
    queryKey: queryNames.tokens(),
    queryFn: async ({ signal }) => (await call("tokens.list", {}, signal)).tokens,
  });
}

export function useStudio() {
  return useQuery({
    queryKey: queryNames.studio(),
    queryFn: ({ signal }) => call("studio.list", {}, signal),
  });
}

/** Stops reading what nothing is known of yet. Reading is tried again only when a person asks for it. */
export function stopReading(client: QueryClient, queryKey: readonly unknown[]): void {
  void client.cancelQueries({ queryKey });
  for (const query of client.getQueryCache().findAll({ queryKey })) {
    if (query.state.status === "pending") {
      query.setState({ status: "error", error: new ReadingStopped(), fetchStatus: "idle" });
    }
  }
}

/** Keeps the cache in step with what the daemon tells. Entries are refreshed by their own view, which knows of drafts. */
export function followEvents(client: QueryClient): void {
  const stale = new Map<string, readonly unknown[]>();
  let timer: number | undefined;
  const refresh = (...names: readonly (readonly unknown[])[]) => {
    for (const name of names) {
      stale.set(JSON.stringify(name), name);
    }
    if (timer !== undefined) {
      return;
    }
    timer = window.setTimeout(() => {
      timer = undefined;
      const due = [...stale.values()];
      stale.clear();
      for (const queryKey of due) {
        void client.invalidateQueries({ queryKey });
      }
    }, REFRESH_PAUSE_MS);
  };
  onEvent("connections.changed", () =>
    // What a commit has to confirm depends on the connection's environment and lock.
    refresh(
      queryNames.connections(),
      queryNames.vault(),
      queryNames.budgets(),
      queryNames.status(),
      changeNames.sets(),
    ),
  );
  onEvent("changesets.changed", ({ set }) =>
    refresh(changeNames.lists(), changeNames.set(set), changeNames.items(set)),
  );
  onEvent("jobs.changed", ({ job }) => refresh(changeNames.jobs(), changeNames.job(job)));
  onEvent("budget.changed", () => refresh(queryNames.budgets()));
  onEvent("datastores.changed", () => refresh(["stores"]));
  onEvent("pairings.changed", () => refresh(queryNames.studio(), queryNames.tokens(), queryNames.status()));
  onEvent("entries.changed", (event) => {
    if (event.change !== "updated") {
      refresh(["stores"]);
    }
    refresh(["revisions"]);
    // An entry that is open follows by itself; one that was open before is read anew when it is opened again.
    const place = placeText(event);
    client.removeQueries({
      queryKey: ["entry"],
      type: "inactive",
      predicate: (query) => String(query.queryKey[1]).endsWith(place),
    });
    if (event.ordered) {
      refresh(["ordered"]);
    }
  });
  onResync(() => refresh([]));
}
