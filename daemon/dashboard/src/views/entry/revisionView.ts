/** A past revision shown in place of the current one. */
import type { Address, StoredEntry } from "../../api/entries";
import { useRevision } from "../../api/queries";

export interface PastRevision {
  /** Null until it is read, or when it can no longer be read. */
  readonly entry: StoredEntry | null;
  readonly error: unknown;
}

export function useRevisionView(address: Address, revision: string | null): PastRevision | null {
  const read = useRevision(address, revision);
  return revision === null ? null : { entry: read.data?.entry ?? null, error: read.error };
}
