import { describe, expect, it } from "vitest";
import type { Budget } from "../protocol";
import { BARS, levelOf, type Pool, poolOf, retrySeconds, secondsLeft, troubleOf } from "./meter";

function pool(name: string, part: Partial<Pool> = {}): Pool {
  return {
    name,
    usedRequests: 0,
    allowedRequests: 150,
    limitRequests: 300,
    usedBytes: 0,
    allowedBytes: null,
    waiting: 0,
    throttledForSeconds: null,
    nextFreeInSeconds: null,
    reportedLimit: null,
    ...part,
  } as Pool;
}

const NAMES = ["standardRead", "standardWrite", "standardList", "standardRemove", "orderedRead"];

function budget(part: Partial<Budget> = {}): Budget {
  return {
    universeId: "123",
    host: "apis.roblox.com",
    connections: ["c1"],
    sharePercent: 50,
    limits: "limitsPage",
    stopped: false,
    stoppedAt: null,
    stoppedBy: null,
    breaker: "closed",
    retryInSeconds: null,
    waitingPersons: 0,
    waitingJobs: 0,
    underWay: 0,
    pools: NAMES.map((name) => pool(name)),
    ...part,
  } as Budget;
}

it("U-20: the four bars are pools of the governor, by its names", () => {
  expect(BARS.map((bar) => poolOf(budget(), bar.name)?.name)).toEqual(NAMES.slice(0, 4));
});

it("levels: amber from 80 %, full at the share, and Roblox's own limit before both", () => {
  const level = (usedRequests: number, throttledForSeconds: number | null = null) =>
    levelOf(pool("standardRead", { usedRequests, throttledForSeconds }));
  expect([level(0), level(119), level(120), level(149), level(150), level(160)]).toEqual([
    "low",
    "low",
    "high",
    "high",
    "full",
    "full",
  ]);
  expect(level(3, 0.4)).toBe("throttled");
});

it("waiting times count down from when they were told, in whole seconds, and never below 0", () => {
  expect(secondsLeft(12.2, 1_000, 1_000)).toBe(13);
  expect(secondsLeft(12, 1_000, 11_500)).toBe(2);
  expect(secondsLeft(12, 1_000, 99_000)).toBe(0);
  expect(secondsLeft(null, 0, 0)).toBeNull();
});

describe("what to know first", () => {
  const throttled = pool("standardRead", { throttledForSeconds: 12 });
  const full = pool("standardList", { usedRequests: 150, waiting: 3, nextFreeInSeconds: 4 });

  it("stopped comes before all else", () => {
    expect(troubleOf(budget({ stopped: true, breaker: "open", pools: [throttled, full] }), 0, 0)?.kind).toBe("stopped");
  });

  it("then Roblox away, then Roblox limiting, then our own share", () => {
    expect(troubleOf(budget({ breaker: "open", retryInSeconds: 5, pools: [throttled] }), 0, 2_000)).toEqual({
      kind: "unreachable",
      seconds: 3,
    });
    expect(troubleOf(budget({ pools: [full, throttled] }), 0, 0)).toEqual({
      kind: "throttled",
      pool: throttled,
      seconds: 12,
    });
    expect(troubleOf(budget({ pools: [full, throttled] }), 0, 13_000)).toEqual({
      kind: "held",
      pool: full,
      seconds: 0,
    });
  });

  it("a request that waits for its bytes is held although requests are left", () => {
    const bytes = pool("v1Read", { usedRequests: 1, waiting: 1, nextFreeInSeconds: 0 });
    expect(troubleOf(budget({ pools: [bytes, full] }), 0, 0)).toMatchObject({ kind: "held", pool: full });
    expect(troubleOf(budget({ pools: [bytes] }), 0, 0)).toEqual({ kind: "held", pool: bytes, seconds: 0 });
  });

  it("a full share that nobody waits for is no trouble", () => {
    expect(troubleOf(budget({ pools: [{ ...full, waiting: 0 }] }), 0, 0)).toBeNull();
  });
});

it("tells when to come back: the longest wait there is", () => {
  const waits = budget({
    pools: [
      pool("standardRead", { throttledForSeconds: 12 }),
      pool("standardList", { usedRequests: 150, nextFreeInSeconds: 30 }),
    ],
  });
  expect(retrySeconds(waits, 0, 0)).toBe(30);
  expect(retrySeconds(budget(), 0, 0)).toBeNull();
});
