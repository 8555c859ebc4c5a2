/** Cuts the values of memory items out of answers as exact text. */
import { children, locate, takeRaw } from "../json/scan";
import type { MemoryItem, MemoryListItemsResponse } from "../protocol";

/** An item with its value as exact text. */
export interface StoredItem extends Omit<MemoryItem, "value"> {
  readonly text: string;
}

export interface ItemPage {
  readonly items: readonly StoredItem[];
  readonly nextCursor: string | null;
}

export function itemPage(body: string): ItemPage {
  const { rest } = takeRaw(body, ["items"]);
  const { nextCursor } = JSON.parse(rest) as Pick<MemoryListItemsResponse, "nextCursor">;
  const list = locate(body, ["items"]);
  const items = list ? [...children(body, list)] : [];
  return {
    items: items.map(({ value }) => storedItem(body.slice(value.start, value.end))),
    nextCursor: nextCursor ?? null,
  };
}

export function storedItem(body: string): StoredItem {
  const { raw, rest } = takeRaw(body, ["value"]);
  return { ...(JSON.parse(rest) as Omit<MemoryItem, "value">), text: raw.get("value") ?? "null" };
}
