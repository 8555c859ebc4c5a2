/**
 * The keys of one listing, of which only the pages near the viewport are held.
 *
 * A listing is read forwards, page by page, by cursor. The cursor that led to a page is kept for good, its keys are
 * not: pages far from what is looked at are dropped and read again by their cursor, so a million keys cost a few
 * thousand cursors.
 *
 * **Invariant:** `count` is the number of keys read so far and never an estimate; `complete` says whether it is all.
 */
export interface KeyId {
  readonly scope: string;
  readonly key: string;
}

export interface KeyPage {
  readonly keys: readonly KeyId[];
  /** Cursor of the page after this one; null at the end of the listing. */
  readonly nextCursor: string | null;
}

export type ReadPage = (cursor: string | null, signal: AbortSignal) => Promise<KeyPage>;

interface Slot {
  readonly cursor: string | null;
  length: number;
  keys: KeyId[] | null;
  usedAt: number;
}

export interface KeyWindowSnapshot {
  readonly count: number;
  readonly complete: boolean;
  readonly reading: boolean;
  readonly error: unknown;
  /** Grows with every change of what is held. */
  readonly generation: number;
}

const HELD_PAGES = 64;

export class KeyWindow {
  private readonly slots: Slot[] = [];
  private readonly listeners = new Set<() => void>();
  private aborter = new AbortController();
  private readonly rereading = new Set<number>();
  private nextCursor: string | null = null;
  private clock = 0;
  private state: KeyWindowSnapshot = { count: 0, complete: false, reading: false, error: null, generation: 0 };

  constructor(private readonly readPage: ReadPage) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): KeyWindowSnapshot => this.state;

  /** Gives up what is being read. What is held stays, and reading may go on later. */
  close(): void {
    this.aborter.abort();
    this.aborter = new AbortController();
    this.state = { ...this.state, reading: false };
  }

  /** Gives up what is being read, and says why; `readUpTo` goes on. */
  stop(reason: Error): void {
    this.close();
    this.change({ error: reason });
  }

  /** Reads on until `index` is known or the listing ends, one page per call of `readPage`. */
  async readUpTo(index: number): Promise<void> {
    while (!this.state.complete && !this.state.reading && this.state.count <= index) {
      const read = await this.readNext();
      if (!read) {
        return;
      }
    }
  }

  private async readNext(): Promise<boolean> {
    this.change({ reading: true, error: null });
    const cursor = this.nextCursor;
    const { signal } = this.aborter;
    try {
      const page = await this.readPage(cursor, signal);
      if (signal.aborted) {
        return false;
      }
      this.slots.push({ cursor, length: page.keys.length, keys: [...page.keys], usedAt: this.tick() });
      this.nextCursor = page.nextCursor;
      this.dropFarPages();
      this.change({
        count: this.state.count + page.keys.length,
        complete: page.nextCursor === null,
        reading: false,
      });
      return true;
    } catch (error) {
      if (!signal.aborted) {
        this.change({ reading: false, error });
      }
      return false;
    }
  }

  /** The key at `index`, or null while its page is being read again. */
  at(index: number): KeyId | null {
    let start = 0;
    for (let position = 0; position < this.slots.length; position += 1) {
      const slot = this.slots[position] as Slot;
      if (index < start + slot.length) {
        slot.usedAt = this.tick();
        if (slot.keys) {
          return slot.keys[index - start] ?? null;
        }
        void this.readAgain(position);
        return null;
      }
      start += slot.length;
    }
    return null;
  }

  /** Index of a key among the held pages, or -1. */
  indexOf(id: KeyId): number {
    let start = 0;
    for (const slot of this.slots) {
      const found = slot.keys?.findIndex((other) => compareKeys(other, id) === 0) ?? -1;
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
      const slot = this.slots[position] as Slot;
      const last = slot.keys?.[slot.keys.length - 1];
      const isLastPage = position === this.slots.length - 1;
      const fits = (last && compareKeys(id, last) < 0) || (isLastPage && this.state.complete);
      if (slot.keys && fits) {
        const at = slot.keys.findIndex((other) => compareKeys(other, id) >= 0);
        const place = at === -1 ? slot.keys.length : at;
        const present = slot.keys[place];
        if (!present || compareKeys(present, id) !== 0) {
          slot.keys.splice(place, 0, id);
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
      const at = slot.keys?.findIndex((other) => compareKeys(other, id) === 0) ?? -1;
      if (at !== -1) {
        slot.keys?.splice(at, 1);
        slot.length -= 1;
        this.change({ count: this.state.count - 1 });
        return;
      }
    }
  }

  private async readAgain(position: number): Promise<void> {
    const slot = this.slots[position];
    if (!slot || this.rereading.has(position)) {
      return;
    }
    this.rereading.add(position);
    const { signal } = this.aborter;
    try {
      const page = await this.readPage(slot.cursor, signal);
      // Keys that came or went meanwhile move the ones after them, which is what their place in the listing is.
      this.state = { ...this.state, count: this.state.count + page.keys.length - slot.length };
      slot.keys = [...page.keys];
      slot.length = page.keys.length;
      slot.usedAt = this.tick();
      this.dropFarPages();
      this.change({});
    } catch (error) {
      if (!signal.aborted) {
        this.change({ error });
      }
    } finally {
      this.rereading.delete(position);
    }
  }

  private dropFarPages(): void {
    const held = this.slots.filter((slot) => slot.keys !== null);
    if (held.length <= HELD_PAGES) {
      return;
    }
    held.sort((left, right) => left.usedAt - right.usedAt);
    for (const slot of held.slice(0, held.length - HELD_PAGES)) {
      slot.keys = null;
    }
  }

  private tick(): number {
    this.clock += 1;
    return this.clock;
  }

  private change(part: Partial<KeyWindowSnapshot>): void {
    this.state = { ...this.state, ...part, generation: this.state.generation + 1 };
    for (const listener of this.listeners) {
      listener();
    }
  }
}

/** Listing order: scope, then key, both by code point, which is the byte order of UTF-8. */
export function compareKeys(left: KeyId, right: KeyId): number {
  return compareText(left.scope, right.scope) || compareText(left.key, right.key);
}

function compareText(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length);
  for (let at = 0; at < shorter; at += 1) {
    if (left.charCodeAt(at) !== right.charCodeAt(at)) {
      return (left.codePointAt(at) ?? 0) - (right.codePointAt(at) ?? 0);
    }
  }
  return left.length - right.length;
}
