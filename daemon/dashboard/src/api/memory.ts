/**
 * Reads and writes items of memory stores without decoding their values.
 *
 * **Invariant:** as in `entries.ts`, no value passes through `JSON.parse` and back.
 */
import type {
  MemoryDequeueRequest,
  MemoryEnqueueRequest,
  MemoryListItemsRequest,
  MemorySetItemRequest,
} from "../protocol";
import { callText } from "./client";
import { joinRaw } from "./entries";
import {
  type ItemPage,
  itemPage,
  type QueueBatch,
  queueBatch,
  type QueuedItem,
  queuedItem,
  type StoredItem,
  storedItem,
} from "./memoryPage";

export async function listItems(request: MemoryListItemsRequest, signal?: AbortSignal): Promise<ItemPage> {
  return itemPage(await callText("memory.listItems", JSON.stringify(request), signal));
}

/** Writes an item. `text` goes out exactly as it is. */
export async function setItem(request: Omit<MemorySetItemRequest, "value">, text: string): Promise<StoredItem> {
  return storedItem(await callText("memory.setItem", joinRaw(request, { value: text })));
}

/** Adds an item to a queue. `text` goes out exactly as it is. */
export async function enqueue(request: Omit<MemoryEnqueueRequest, "value">, text: string): Promise<QueuedItem> {
  return queuedItem(await callText("memory.enqueue", joinRaw(request, { value: text })));
}

/** Takes items from the front of a queue; live servers do not see them until their time is over. */
export async function dequeue(request: MemoryDequeueRequest): Promise<QueueBatch> {
  return queueBatch(await callText("memory.dequeue", JSON.stringify(request)));
}
