/**
 * What a request budget has left, as people read it. Knows no page.
 *
 * **Invariant:** numbers are the daemon's own; only waiting times count down from the moment in which they were told.
 */
import type { Budget } from "../protocol";

export type Pool = Budget["pools"][number];
export type PoolName = Pool["name"];

/** The four bars of the status line (ux.md 5.8), in their order. */
export const BARS = [
  { name: "standardRead", word: "read" },
  { name: "standardWrite", word: "write" },
  { name: "standardList", word: "list" },
  { name: "standardRemove", word: "remove" },
] as const;

export type Level = "low" | "high" | "full" | "throttled";

const HIGH_SHARE = 0.8;

export function poolOf(budget: Budget, name: string): Pool | undefined {
  return budget.pools.find((pool) => pool.name === name);
}

/** How near a pool is to what it may use; Roblox's own "too many" comes first. */
export function levelOf(pool: Pool): Level {
  if (pool.throttledForSeconds != null) {
    return "throttled";
  }
  const share = pool.allowedRequests > 0 ? pool.usedRequests / pool.allowedRequests : 0;
  return share >= 1 ? "full" : share >= HIGH_SHARE ? "high" : "low";
}

/** Seconds that are left at `now` of a time told at `toldAt`, never under 0; null when none was told. */
export function secondsLeft(seconds: number | null | undefined, toldAt: number, now: number): number | null {
  return seconds == null ? null : Math.max(0, Math.ceil(seconds - (now - toldAt) / 1000));
}

/** What a person should know about a budget before anything else. */
export type Trouble =
  | { readonly kind: "stopped" }
  | { readonly kind: "unreachable"; readonly seconds: number | null }
  | { readonly kind: "throttled"; readonly pool: Pool; readonly seconds: number }
  | { readonly kind: "held"; readonly pool: Pool; readonly seconds: number | null };

/** The first trouble: stopped, Roblox away, Roblox limiting, or requests that wait for our own share. */
export function troubleOf(budget: Budget, toldAt: number, now: number): Trouble | null {
  if (budget.stopped) {
    return { kind: "stopped" };
  }
  if (budget.breaker !== "closed") {
    return { kind: "unreachable", seconds: secondsLeft(budget.retryInSeconds, toldAt, now) };
  }
  const throttled = budget.pools
    .map((pool) => ({ pool, seconds: secondsLeft(pool.throttledForSeconds, toldAt, now) ?? 0 }))
    .filter(({ seconds }) => seconds > 0)
    .toSorted((left, right) => right.seconds - left.seconds)[0];
  if (throttled) {
    return { kind: "throttled", ...throttled };
  }
  // A pool with requests left may hold some back all the same, because of the bytes they may take.
  const waiting = budget.pools.filter((pool) => pool.waiting > 0);
  const held = waiting.find(isUsedUp) ?? waiting[0];
  return held ? { kind: "held", pool: held, seconds: secondsLeft(held.nextFreeInSeconds, toldAt, now) } : null;
}

/** Whether a pool has no request left in this minute. */
export function isUsedUp(pool: Pool): boolean {
  return pool.usedRequests >= pool.allowedRequests;
}

/** Seconds until a refused read may be tried again: the longest wait of any pool; null while it is not known. */
export function retrySeconds(budget: Budget, toldAt: number, now: number): number | null {
  const waits = budget.pools.flatMap((pool) =>
    [pool.throttledForSeconds, isUsedUp(pool) ? pool.nextFreeInSeconds : null].flatMap(
      (seconds) => secondsLeft(seconds, toldAt, now) ?? [],
    ),
  );
  const breaker = budget.breaker === "open" ? (secondsLeft(budget.retryInSeconds, toldAt, now) ?? []) : [];
  const all = waits.concat(breaker);
  return all.length === 0 ? null : Math.max(...all);
}
