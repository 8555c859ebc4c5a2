/** Cuts the values of memory items out of answers as exact text. */
import { children, locate, takeRaw } from "../json/scan";
import type { MemoryDequeueResponse, MemoryItem, MemoryListItemsResponse, MemoryQueueItem } from "../protocol";

/** An item with its value as exact text. */
export interface StoredItem extends Omit<MemoryItem, "value"> {
  readonly text: string;
}

/** An item of a queue with its value as exact text. */
export interface QueuedItem extends Omit<MemoryQueueItem, "value"> {
  readonly text: string;
}

/** What one reading of a queue took. */
export interface QueueBatch {
  readonly readId: string;
  readonly items: readonly QueuedItem[];
}

export interface ItemPage {
  readonly items: readonly StoredItem[];
  readonly nextCursor: string | null;
}

export function itemPage(body: string): ItemPage {
  const { rest } = takeRaw(body, ["items"]);
  const { nextCursor } = JSON.parse(rest) as Pick<MemoryListItemsResponse, "nextCursor">;
  return { items: itemTexts(body).map(storedItem), nextCursor: nextCursor ?? null };
}

export function storedItem(body: string): StoredItem {
  const { raw, rest } = takeRaw(body, ["value"]);
  return { ...(JSON.parse(rest) as Omit<MemoryItem, "value">), text: raw.get("value") ?? "null" };
}

export function queueBatch(body: string): QueueBatch {
  const { rest } = takeRaw(body, ["items"]);
  const { readId } = JSON.parse(rest) as Pick<MemoryDequeueResponse, "readId">;
  return { readId, items: itemTexts(body).map(queuedItem) };
}

export function queuedItem(body: string): QueuedItem {
  const { raw, rest } = takeRaw(body, ["value"]);
  return { ...(JSON.parse(rest) as Omit<MemoryQueueItem, "value">), text: raw.get("value") ?? "null" };
}

/** The texts of an answer's `items`. */
function itemTexts(body: string): string[] {
  const list = locate(body, ["items"]);
  return list ? [...children(body, list)].map(({ value }) => body.slice(value.start, value.end)) : [];
}
