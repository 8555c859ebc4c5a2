import { describe, expect, it } from "vitest";
import type { Connection, KeyReport } from "../protocol";
import {
  beginsReadOnly,
  firstHindrance,
  formatCountdown,
  leastRole,
  lockOf,
  needsReason,
  type Situation,
  usualMinutes,
} from "./access";

const NOW = Date.parse("2026-11-21T10:00:00Z");

const REPORT: KeyReport = {
  checkedAt: "2026-11-21T09:00:00Z",
  keyName: "dsmp",
  ownerUserId: null,
  universeName: "Pirate Bay",
  expiresAt: null,
  capabilities: [
    { feature: "readEntries", granted: "all", datastores: [], missing: [] },
    {
      feature: "writeEntries",
      granted: "some",
      datastores: ["Guilds"],
      missing: [],
    },
    { feature: "deleteEntries", granted: "none", datastores: [], missing: ["universe-datastores.objects:delete"] },
  ],
  warnings: [],
};

const CONNECTION: Connection = {
  id: "c1",
  name: "Pirate Bay",
  environment: "production",
  readOnly: true,
  sampleData: false,
  selected: true,
  source: "cloud",
  colour: null,
  unlockedUntil: "2026-11-21T10:15:00Z",
  cloud: {
    universeId: "123",
    baseUrl: null,
    universeName: "Pirate Bay",
    keyState: "ready",
    remedy: null,
    lastCheck: REPORT,
  },
};

const SITUATION: Situation = {
  connection: CONNECTION,
  role: "SUPER_ADMIN",
  permission: "WRITE_DATA",
  feature: "writeEntries",
  store: "Guilds",
  isStopped: false,
  isDisconnected: false,
  now: NOW,
};

function hindrance(part: Partial<Situation>): unknown {
  return firstHindrance({ ...SITUATION, ...part });
}

describe("U-65: the first reason in the order stopped, role, read-only, key permission", () => {
  const locked = { ...CONNECTION, unlockedUntil: null };

  it("nothing stands in the way of an unlocked connection whose key may", () => {
    expect(hindrance({})).toBeNull();
  });

  it("stopped comes before the role, the role before read-only, and that before the key", () => {
    const all = { connection: locked, role: "VIEWER", feature: "deleteEntries", isDisconnected: true } as const;
    expect(hindrance({ ...all, isStopped: true })).toEqual({ kind: "stopped" });
    expect(hindrance(all)).toEqual({ kind: "role", role: "VIEWER", needed: "EDITOR" });
    expect(hindrance({ ...all, role: "ADMIN" })).toEqual({ kind: "readOnly" });
    expect(hindrance({ ...all, role: "ADMIN", connection: CONNECTION })).toEqual({
      kind: "keyPermission",
      missing: "universe-datastores.objects:delete",
    });
    expect(hindrance({ isDisconnected: true })).toEqual({ kind: "disconnected" });
  });

  it("a key for some data stores is enough for those only", () => {
    expect(hindrance({ store: "Guilds" })).toBeNull();
    expect(hindrance({ store: "PlayerData" })).toEqual({ kind: "keyStores", stores: ["Guilds"] });
  });

  it("tells a locked vault from a key that is not there", () => {
    const cloud = CONNECTION.cloud;
    if (!cloud) {
      throw new Error("the connection of this test is a cloud connection");
    }
    expect(hindrance({ connection: { ...CONNECTION, cloud: { ...cloud, keyState: "locked" } } })).toEqual({
      kind: "vaultLocked",
    });
    expect(hindrance({ connection: { ...CONNECTION, cloud: { ...cloud, keyState: "missing" } } })).toEqual({
      kind: "keyMissing",
    });
  });

  it("reading needs no unlock, and a local connection no requests", () => {
    expect(hindrance({ connection: locked, permission: "READ_DATA", feature: "readEntries" })).toBeNull();
    const local: Connection = { ...CONNECTION, source: "local", readOnly: false, cloud: null };
    expect(hindrance({ connection: local, isStopped: true })).toBeNull();
    expect(hindrance({ connection: null })).toEqual({ kind: "noConnection" });
  });
});

it("U-08: an unlock ends at its moment, not after it", () => {
  expect(lockOf(CONNECTION, NOW)).toEqual({ state: "unlocked", until: Date.parse("2026-11-21T10:15:00Z") });
  expect(lockOf(CONNECTION, Date.parse("2026-11-21T10:15:00Z"))).toEqual({ state: "locked" });
  expect(lockOf({ readOnly: false, unlockedUntil: null }, NOW)).toEqual({ state: "writable" });
});

it("U-08: the countdown shows whole seconds, the last one until it is over", () => {
  expect(formatCountdown(15 * 60_000)).toBe("15:00");
  expect(formatCountdown(61_001)).toBe("1:02");
  expect(formatCountdown(1)).toBe("0:01");
  expect(formatCountdown(-5)).toBe("0:00");
});

it("U-07: what is guarded, and how it is opened, follows the environment", () => {
  const environments = ["production", "unclassified", "staging", "development", "local"] as const;
  expect(environments.map(beginsReadOnly)).toEqual([true, true, true, false, false]);
  expect(environments.map(needsReason)).toEqual([true, true, false, false, false]);
  expect(usualMinutes("staging")).toBe(60);
  expect(usualMinutes("production")).toBe(15);
});

it("names the least role that may", () => {
  expect(leastRole("WRITE_DATA")).toBe("EDITOR");
  expect(leastRole("DELETE_DATA")).toBe("ADMIN");
  expect(leastRole("SYSTEM_CONFIG")).toBe("SUPER_ADMIN");
});
