/** What a Roblox API key may do, and what it needs for a way of working. Knows no page. */
import type { KeyReport } from "../protocol";
import type { Feature } from "./access";

export type Capability = KeyReport["capabilities"][number];

/** What a connection is to be used for; the presets of ux.md V-01. */
export type Preset = "read" | "readWrite";

/** Everything that has a row, in the order in which people meet it. */
export const FEATURES: readonly Feature[] = [
  "listDatastores",
  "listKeys",
  "readEntries",
  "listRevisions",
  "readRevisions",
  "writeEntries",
  "deleteEntries",
  "snapshots",
  "deleteDatastores",
  "readOrdered",
  "writeOrdered",
  "readMemory",
  "writeMemory",
  "flushMemory",
  "publishMessages",
  "readUniverse",
];

const READ: ReadonlySet<Feature> = new Set([
  "listDatastores",
  "listKeys",
  "readEntries",
  "listRevisions",
  "readRevisions",
  "readOrdered",
]);
const READ_WRITE: ReadonlySet<Feature> = new Set([
  ...READ,
  "writeEntries",
  "deleteEntries",
  "snapshots",
  "writeOrdered",
]);

/** The features that a way of working needs; all others are a matter of choice. */
export function neededFor(preset: Preset): ReadonlySet<Feature> {
  return preset === "read" ? READ : READ_WRITE;
}

/** Permissions that a way of working needs and the key lacks, each once, in the order of the rows. */
export function missingPermissions(capabilities: readonly Capability[], preset: Preset): readonly string[] {
  const needed = neededFor(preset);
  const missing = sorted(capabilities)
    .filter((capability) => needed.has(capability.feature) && capability.granted === "none")
    .flatMap((capability) => capability.missing);
  return [...new Set(missing)];
}

/** The capabilities in the order of `FEATURES`, those this page does not know last. */
export function sorted(capabilities: readonly Capability[]): readonly Capability[] {
  const place = (feature: Feature) => (FEATURES.indexOf(feature) + FEATURES.length + 1) % (FEATURES.length + 1);
  return capabilities.toSorted((left, right) => place(left.feature) - place(right.feature));
}
