/** What views read of change sets and jobs, cached and kept current by the daemon's events. */
import { type QueryClient, keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { ChangeSet, ChangeSetFilter, Job } from "../protocol";
import { readItem, readItems } from "./changeSets";
import { call } from "./client";

export const changeNames = {
  /** Every list of change sets. */
  lists: () => ["changeSets"] as const,
  list: (connection: string | null, state: ChangeSetFilter) => ["changeSets", connection, state] as const,
  /** One change set without its items. */
  set: (set: string) => ["changeSet", set] as const,
  sets: () => ["changeSet"] as const,
  /** What is known of one item without its values. */
  item: (set: string, item: number) => ["changeItem", set, item] as const,
  items: (set: string) => ["changeItem", set] as const,
  values: (set: string, item: number) => ["changeValues", set, item] as const,
  jobs: () => ["jobs"] as const,
  job: (job: string) => ["job", job] as const,
};

const LISTED = 100;
const IMAGES_KEPT_MS = 30_000;

/** Change sets that stand there, newest first; of all connections without one. */
export function useChangeSets(connection: string | null, state: ChangeSetFilter, enabled = true) {
  return useInfiniteQuery({
    queryKey: changeNames.list(connection, state),
    queryFn: ({ pageParam, signal }) =>
      call(
        "changesets.list",
        { ...(connection ? { connection } : {}), state, limit: LISTED, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? null,
    enabled,
  });
}

export function useChangeSet(set: string | null) {
  return useQuery({
    queryKey: changeNames.set(set ?? ""),
    queryFn: async ({ signal }) => (await readItems({ set: set ?? "", limit: 1 }, signal)).set,
    enabled: set !== null,
  });
}

/** Puts a set that the daemon has just told in the place of the one known, and has the lists read again. */
export function keepSet(client: QueryClient, set: ChangeSet): void {
  client.setQueryData(changeNames.set(set.id), set);
  void client.invalidateQueries({ queryKey: changeNames.lists() });
}

/** One item with its differences; the one shown before stays in sight until it is read. */
export function useChangeItem(set: string, item: number | null) {
  return useQuery({
    queryKey: changeNames.item(set, item ?? 0),
    queryFn: ({ signal }) => readItem(set, item ?? 0, false, signal),
    enabled: item !== null,
    placeholderData: keepPreviousData,
  });
}

/** The whole entries of an item, as they were at `changedAt`: they do not change while the item stands where it does. */
export function useItemValues(set: string, item: number, changedAt: string, enabled: boolean) {
  return useQuery({
    queryKey: [...changeNames.values(set, item), changedAt],
    queryFn: ({ signal }) => readItem(set, item, true, signal),
    enabled,
    gcTime: IMAGES_KEPT_MS,
  });
}

/** Jobs, newest first. */
export function useJobs() {
  return useInfiniteQuery({
    queryKey: [...changeNames.jobs(), "all"],
    queryFn: ({ pageParam, signal }) =>
      call("jobs.list", { limit: LISTED, ...(pageParam ? { cursor: pageParam } : {}) }, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? null,
  });
}

/** Jobs that have not ended. */
export function useActiveJobs() {
  return useQuery({
    queryKey: [...changeNames.jobs(), "active"],
    queryFn: async ({ signal }) => (await call("jobs.list", { active: true, limit: LISTED }, signal)).jobs,
  });
}

export function useJob(job: string | null) {
  return useQuery({
    queryKey: changeNames.job(job ?? ""),
    queryFn: ({ signal }) => call("jobs.get", { job: job ?? "" }, signal),
    enabled: job !== null,
  });
}

/** Puts a job that the daemon has just told in the place of the one known, and has the lists read again. */
export function keepJob(client: QueryClient, job: Job): void {
  client.setQueryData(changeNames.job(job.id), job);
  void client.invalidateQueries({ queryKey: changeNames.jobs() });
}
