/** Items of a change set as rows of a list, by data store. */
import { compareText } from "../keys/rowWindow";
import type { ChangeItem } from "../protocol";

export type ItemRow =
  | { readonly kind: "store"; readonly store: string; readonly ordered: boolean; readonly count: number }
  | { readonly kind: "item"; readonly item: ChangeItem };

/** Each data store's name and then its items, in the order of the set. */
export function groupByStore(items: readonly ChangeItem[]): ItemRow[] {
  const groups = new Map<string, ChangeItem[]>();
  for (const item of items) {
    const name = `${item.store}\u0000${item.ordered}`;
    const group = groups.get(name);
    if (group) {
      group.push(item);
    } else {
      groups.set(name, [item]);
    }
  }
  return [...groups.entries()]
    .sort(([left], [right]) => compareText(left, right))
    .flatMap(([, group]) => {
      const [first] = group;
      return first
        ? [
            { kind: "store" as const, store: first.store, ordered: first.ordered, count: group.length },
            ...group.map((item) => ({ kind: "item" as const, item })),
          ]
        : [];
    });
}
