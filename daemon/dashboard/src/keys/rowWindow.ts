/**
 * The rows of one listing, of which only the pages near the viewport are held.
 *
 * A listing is read forwards, page by page, by cursor. The cursor that led to a page is kept for good, its rows are
 * not: pages far from what is looked at are dropped and read again by their cursor, so a million rows cost a few
 * thousand cursors.
 *
 * **Invariant:** `count` is the number of rows read so far and never an estimate; `complete` says whether it is all.
 */
export interface RowPage<Row> {
  readonly rows: readonly Row[];
  /** Cursor of the page after this one; null at the end of the listing. */
  readonly nextCursor: string | null;
}

export type ReadRows<Row> = (cursor: string | null, signal: AbortSignal) => Promise<RowPage<Row>>;

/** Which of two rows comes first, as for sorting. */
export type RowOrder<Row> = (left: Row, right: Row) => number;

interface Slot<Row> {
  readonly cursor: string | null;
  length: number;
  rows: Row[] | null;
  /** The first row it had, also once its rows are dropped. */
  first: Row | null;
  /** Its rows are not what the listing holds any more; they stay in sight until they are read again. */
  isStale: boolean;
  usedAt: number;
}

export interface RowWindowSnapshot {
  readonly count: number;
  readonly complete: boolean;
  readonly reading: boolean;
  readonly error: unknown;
  /** Grows with every change of what is held. */
  readonly generation: number;
}

const HELD_PAGES = 64;

export class RowWindow<Row> {
  protected readonly slots: Slot<Row>[] = [];
  private readonly listeners = new Set<() => void>();
  private aborter = new AbortController();
  private readonly rereading = new Set<Slot<Row>>();
  private nextCursor: string | null = null;
  private clock = 0;
  protected state: RowWindowSnapshot = { count: 0, complete: false, reading: false, error: null, generation: 0 };

  /**
   * With `order`, a page that is read again gives only rows that come before the next page's, and further pages where it
   * does not reach that far. Without, rows that came or went move the ones after them.
   */
  constructor(
    private readonly readRows: ReadRows<Row>,
    private readonly order: RowOrder<Row> | null = null,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): RowWindowSnapshot => this.state;

  /** Gives up what is being read. What is held stays, and reading may go on later. */
  close(): void {
    this.aborter.abort();
    this.aborter = new AbortController();
    this.rereading.clear();
    this.state = { ...this.state, reading: false };
  }

  /** Gives up what is being read, and says why; `readUpTo` goes on. */
  stop(reason: Error): void {
    this.close();
    this.change({ error: reason });
  }

  /** Reads on until `index` is known or the listing ends, one page per call of `readRows`. */
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
      const page = await this.readRows(cursor, signal);
      if (signal.aborted) {
        return false;
      }
      this.slots.push(this.slotOf(cursor, page));
      this.nextCursor = page.nextCursor;
      this.dropFarPages();
      this.change({
        count: this.state.count + page.rows.length,
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

  private slotOf(cursor: string | null, { rows }: RowPage<Row>): Slot<Row> {
    return {
      cursor,
      length: rows.length,
      rows: [...rows],
      first: rows[0] ?? null,
      isStale: false,
      usedAt: this.tick(),
    };
  }

  /** The row at `index`, or null while its page is being read again. */
  at(index: number): Row | null {
    let start = 0;
    for (const slot of this.slots) {
      if (index < start + slot.length) {
        slot.usedAt = this.tick();
        if (slot.isStale || !slot.rows) {
          void this.readAgain(slot);
        }
        return slot.rows?.[index - start] ?? null;
      }
      start += slot.length;
    }
    return null;
  }

  /** The rows that are held, in order. */
  held(): readonly Row[] {
    return this.slots.flatMap((slot) => slot.rows ?? []);
  }

  /**
   * Has everything read again as it is looked at; until then what is held stays in sight. The end, where rows may have
   * been added, and what is empty, which nobody looks at, are read at once.
   */
  refresh(): void {
    for (const slot of this.slots) {
      slot.isStale = true;
    }
    const last = this.slots[this.slots.length - 1];
    for (const slot of this.slots) {
      if (slot.length === 0 || slot === last) {
        void this.readAgain(slot);
      }
    }
    this.change({});
  }

  private async readAgain(slot: Slot<Row>): Promise<void> {
    if (this.rereading.has(slot)) {
      return;
    }
    this.rereading.add(slot);
    const { signal } = this.aborter;
    // What changes while this is being read makes it stale once more.
    slot.isStale = false;
    try {
      const page = await this.readRows(slot.cursor, signal);
      if (signal.aborted) {
        slot.isStale = true;
        return;
      }
      this.takeAgain(slot, page);
    } catch (error) {
      slot.isStale = true;
      if (!signal.aborted) {
        this.change({ error });
      }
    } finally {
      this.rereading.delete(slot);
    }
  }

  private takeAgain(slot: Slot<Row>, page: RowPage<Row>): void {
    const position = this.slots.indexOf(slot);
    const next = this.slots[position + 1];
    const { order } = this;
    const limit = order && this.slots.slice(position + 1).find((later) => later.first !== null)?.first;
    const rows = order && limit ? page.rows.filter((row) => order(row, limit) < 0) : [...page.rows];
    const isCut = rows.length < page.rows.length;
    const grown = rows.length - slot.length;
    slot.rows = rows;
    slot.length = rows.length;
    slot.first = rows[0] ?? slot.first;
    slot.usedAt = this.tick();
    if (!next) {
      this.nextCursor = page.nextCursor;
    } else if (order && !isCut && page.nextCursor !== null && page.nextCursor !== next.cursor && rows.length > 0) {
      const further = this.slotOf(page.nextCursor, { rows: [], nextCursor: null });
      this.slots.splice(position + 1, 0, further);
      void this.readAgain(further);
    }
    if (isCut && rows.length === 0 && slot.cursor !== null) {
      // All that was here is part of the page after it.
      this.slots.splice(position, 1);
    }
    this.dropFarPages();
    this.change({
      count: this.state.count + grown,
      ...(next ? {} : { complete: page.nextCursor === null }),
    });
  }

  private dropFarPages(): void {
    const held = this.slots.filter((slot) => slot.rows !== null);
    if (held.length <= HELD_PAGES) {
      return;
    }
    held.sort((left, right) => left.usedAt - right.usedAt);
    for (const slot of held.slice(0, held.length - HELD_PAGES)) {
      slot.rows = null;
    }
  }

  private tick(): number {
    this.clock += 1;
    return this.clock;
  }

  protected change(part: Partial<RowWindowSnapshot>): void {
    this.state = { ...this.state, ...part, generation: this.state.generation + 1 };
    for (const listener of this.listeners) {
      listener();
    }
  }
}

/** Which of two texts comes first by code point. */
export function compareText(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length);
  for (let at = 0; at < shorter; at += 1) {
    if (left.charCodeAt(at) !== right.charCodeAt(at)) {
      return (left.codePointAt(at) ?? 0) - (right.codePointAt(at) ?? 0);
    }
  }
  return left.length - right.length;
}
