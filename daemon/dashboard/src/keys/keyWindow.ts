/** The keys of one listing, of which only the pages near the viewport are held; kept in step with keys that come and go. */
import { compareText, RowWindow } from "./rowWindow";

export interface KeyId {
  readonly scope: string;
  readonly key: string;
}

export class KeyWindow extends RowWindow<KeyId> {
  /** Index of a key among the held pages, or -1. */
  indexOf(id: KeyId): number {
    let start = 0;
    for (const slot of this.slots) {
      const found = slot.rows?.findIndex((other) => compareKeys(other, id) === 0) ?? -1;
      if (found !== -1) {
        return start + found;
      }
      start += slot.length;
    }
    return -1;
  }

  /** Puts a key that was created elsewhere in its place, when that place has been read already. */
  insert(id: KeyId): void {
    for (let position = 0; position < this.slots.length; position += 1) {
      const slot = this.slots[position] as (typeof this.slots)[number];
      const last = slot.rows?.[slot.rows.length - 1];
      const isLastPage = position === this.slots.length - 1;
      const fits = (last && compareKeys(id, last) < 0) || (isLastPage && this.state.complete);
      if (slot.rows && fits) {
        const at = slot.rows.findIndex((other) => compareKeys(other, id) >= 0);
        const place = at === -1 ? slot.rows.length : at;
        const present = slot.rows[place];
        if (!present || compareKeys(present, id) !== 0) {
          slot.rows.splice(place, 0, id);
          slot.length += 1;
          this.change({ count: this.state.count + 1 });
        }
        return;
      }
    }
  }

  /** Takes out a key that was removed elsewhere. */
  remove(id: KeyId): void {
    for (const slot of this.slots) {
      const at = slot.rows?.findIndex((other) => compareKeys(other, id) === 0) ?? -1;
      if (at !== -1) {
        slot.rows?.splice(at, 1);
        slot.length -= 1;
        this.change({ count: this.state.count - 1 });
        return;
      }
    }
  }
}

/** Listing order: scope, then key, both by code point, which is the byte order of UTF-8. */
export function compareKeys(left: KeyId, right: KeyId): number {
  return compareText(left.scope, right.scope) || compareText(left.key, right.key);
}
