/** The items of a change set as a windowed list that follows what becomes of them. */
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { readItems } from "../../api/changeSets";
import { onEvent, onResync } from "../../api/socket";
import { RowWindow, type RowWindowSnapshot } from "../../keys/rowWindow";
import type { ChangeItem, ItemState } from "../../protocol";

const PAGE_SIZE = 256;

export interface ItemWindow {
  readonly items: RowWindow<ChangeItem>;
  readonly known: RowWindowSnapshot;
}

export function useItemWindow(set: string, state: ItemState | undefined): ItemWindow {
  const items = useMemo(
    () =>
      new RowWindow<ChangeItem>(
        async (cursor, signal) => {
          const page = await readItems(
            { set, limit: PAGE_SIZE, ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) },
            signal,
          );
          return { rows: page.items, nextCursor: page.nextCursor ?? null };
        },
        (left, right) => left.item - right.item,
      ),
    [set, state],
  );
  const known = useSyncExternalStore(items.subscribe, items.snapshot);
  useEffect(() => {
    void items.readUpTo(0);
    const stops = [
      onEvent("changesets.changed", (event) => {
        if (event.set === set) {
          items.refresh();
        }
      }),
      onResync(() => items.refresh()),
    ];
    return () => {
      for (const stop of stops) {
        stop();
      }
      items.close();
    };
  }, [items, set]);
  return { items, known };
}
