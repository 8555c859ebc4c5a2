/**
 * Reads and writes items of memory stores without decoding their values.
 *
 * **Invariant:** as in `entries.ts`, no value passes through `JSON.parse` and back.
 */
import type { MemoryListItemsRequest, MemorySetItemRequest } from "../protocol";
import { callText } from "./client";
import { joinRaw } from "./entries";
import { type ItemPage, itemPage, type StoredItem, storedItem } from "./memoryPage";

export async function listItems(request: MemoryListItemsRequest, signal?: AbortSignal): Promise<ItemPage> {
  return itemPage(await callText("memory.listItems", JSON.stringify(request), signal));
}

/** Writes an item. `text` goes out exactly as it is. */
export async function setItem(request: Omit<MemorySetItemRequest, "value">, text: string): Promise<StoredItem> {
  return storedItem(await callText("memory.setItem", joinRaw(request, { value: text })));
}
