import { expect, it } from "vitest";
import { type Capability, FEATURES, missingPermissions, neededFor, sorted } from "./capabilities";

function capability(part: Partial<Capability> & Pick<Capability, "feature">): Capability {
  return { granted: "all", datastores: [], missing: [], ...part };
}

const KEY: readonly Capability[] = [
  capability({ feature: "writeEntries", granted: "none", missing: ["universe-datastores.objects:update"] }),
  capability({ feature: "listRevisions", granted: "none", missing: ["universe-datastores.versions:list"] }),
  capability({ feature: "readRevisions", granted: "none", missing: ["universe-datastores.versions:list"] }),
  capability({ feature: "readEntries", granted: "some", datastores: ["Guilds"] }),
  capability({ feature: "flushMemory", granted: "none", missing: ["memory-store:flush"] }),
];

it("names what a way of working lacks, once, and nothing it does not need", () => {
  expect(missingPermissions(KEY, "read")).toEqual(["universe-datastores.versions:list"]);
  expect(missingPermissions(KEY, "readWrite")).toEqual([
    "universe-datastores.versions:list",
    "universe-datastores.objects:update",
  ]);
});

it("rows stand in the order in which people meet them", () => {
  expect(sorted(KEY).map((row) => row.feature)).toEqual([
    "readEntries",
    "listRevisions",
    "readRevisions",
    "writeEntries",
    "flushMemory",
  ]);
  expect(new Set(FEATURES).size).toBe(16);
});

it("writing needs all that reading does", () => {
  const write = neededFor("readWrite");
  expect([...neededFor("read")].filter((feature) => !write.has(feature))).toEqual([]);
});
