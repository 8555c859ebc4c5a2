/**
 * Which rows of a value's tree are on screen. Of every open branch a window of its children is held: it begins with the
 * first ones, grows page by page, and moves when a field far from it is to be shown.
 *
 * **Invariant:** when the source changes, the rows shown stay until the new ones are there.
 */
import { formatPointer, isWithin, parsePointer } from "../../json/pointer";
import type { TreePage } from "../../json/rows";
import type { ValueRow } from "../../protocol";

export const PAGE_SIZE = 200;

/** Where rows come from: at once, or a moment later. */
export interface TreeSource {
  /** Children of `pointer`; null when nothing is there. */
  readonly rows: (pointer: string, offset: number, limit: number) => TreePage | null | Promise<TreePage | null>;
  /** How many siblings stand before the field at `pointer`; -1 when it is not there. */
  readonly place: (pointer: string) => number | Promise<number>;
}

/** On which side of the rows shown there are more. */
export type Side = "above" | "below";

export type VisibleRow =
  | {
      readonly type: "row";
      readonly row: ValueRow;
      readonly level: number;
      readonly position: number;
      readonly setSize: number;
      readonly expanded: boolean;
    }
  | {
      readonly type: "more";
      readonly pointer: string;
      readonly level: number;
      readonly side: Side;
      readonly shown: number;
      readonly total: number;
    }
  | { readonly type: "loading"; readonly pointer: string; readonly level: number };

interface Window {
  readonly first: number;
  readonly count: number;
}

interface Branch extends TreePage {
  /** Index of the first of `rows` among all children. */
  readonly first: number;
}

const FIRST_PAGE: Window = { first: 0, count: PAGE_SIZE };

export interface TreeSnapshot {
  readonly rows: readonly VisibleRow[];
  readonly error: unknown;
}

export class TreeModel {
  private readonly expanded = new Set<string>([""]);
  /** Which children are wanted of each opened branch. */
  private readonly wanted = new Map<string, Window>();
  private branches = new Map<string, Branch>();
  private readonly listeners = new Set<() => void>();
  private source: TreeSource | null = null;
  private reading = 0;
  private state: TreeSnapshot = { rows: [], error: null };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): TreeSnapshot => this.state;

  /** Shows another text: a newer revision, or a draft. Open branches stay open. */
  setSource(source: TreeSource): void {
    this.source = source;
    this.reading += 1;
    const pointers = [...this.expanded];
    const answers = pointers.map((pointer) => this.readBranch(pointer));
    const reading = this.reading;
    const show = (branches: readonly (Branch | null)[]) => {
      if (reading === this.reading) {
        this.branches = new Map(
          pointers.flatMap((pointer, index) => {
            const branch = branches[index];
            return branch ? [[pointer, branch] as const] : [];
          }),
        );
        this.change(null);
      }
    };
    if (answers.some((answer) => answer instanceof Promise)) {
      void Promise.all(answers).then(show, (error: unknown) => reading === this.reading && this.change(error));
    } else {
      show(answers as (Branch | null)[]);
    }
  }

  /** Gives up what is being read, and says why. */
  stop(reason: Error): void {
    this.reading += 1;
    this.change(reason);
  }

  /** Reads everything that is open once more. */
  readAgain(): void {
    this.change(null);
    if (this.source) {
      this.setSource(this.source);
    }
  }

  private readBranch(pointer: string): Promise<Branch | null> | Branch | null {
    const window = this.wanted.get(pointer) ?? FIRST_PAGE;
    const answer = this.source?.rows(pointer, window.first, window.count) ?? null;
    const placed = (page: TreePage | null): Branch | null => page && { ...page, first: window.first };
    if (!(answer instanceof Promise)) {
      const branch = placed(answer);
      return branch && isBeyond(branch) ? this.readFromStart(pointer) : branch;
    }
    return answer.then((page) => {
      const branch = placed(page);
      return branch && isBeyond(branch) ? this.readFromStart(pointer) : branch;
    });
  }

  /** For a branch that became shorter than where its window began. */
  private readFromStart(pointer: string): Promise<Branch | null> | Branch | null {
    this.wanted.delete(pointer);
    return this.readBranch(pointer);
  }

  isExpanded(pointer: string): boolean {
    return this.expanded.has(pointer);
  }

  async expand(pointer: string): Promise<void> {
    this.expanded.add(pointer);
    await this.read(pointer);
  }

  collapse(pointer: string): void {
    this.expanded.delete(pointer);
    this.change(null);
  }

  /** Reads one more page of a branch, on one side of what is shown. */
  async showMore(pointer: string, side: Side): Promise<void> {
    const branch = this.branches.get(pointer);
    if (!branch) {
      return;
    }
    const end = branch.first + branch.rows.length;
    const first = side === "above" ? Math.max(0, branch.first - PAGE_SIZE) : branch.first;
    this.wanted.set(pointer, { first, count: end - first + (side === "below" ? PAGE_SIZE : 0) });
    const offset = side === "above" ? first : end;
    const limit = side === "above" ? branch.first - first : PAGE_SIZE;
    await this.whileCurrent(this.source?.rows(pointer, offset, limit) ?? null, (page) => {
      const rows = side === "above" ? [...page.rows, ...branch.rows] : [...branch.rows, ...page.rows];
      this.branches.set(pointer, { ...page, rows, first });
    });
  }

  /** Opens every branch above `pointer`, and moves their windows to where `pointer` is among the rows. */
  async reveal(pointer: string): Promise<void> {
    const path = parsePointer(pointer);
    const reading = this.reading;
    for (let length = 0; length < path.length; length += 1) {
      const above = formatPointer(path.slice(0, length));
      const place = (await this.source?.place(formatPointer(path.slice(0, length + 1)))) ?? -1;
      if (place === -1 || reading !== this.reading) {
        return;
      }
      const { first, count } = this.wanted.get(above) ?? FIRST_PAGE;
      if (place < first || place >= first + count) {
        this.wanted.set(above, { first: place - (place % PAGE_SIZE), count: PAGE_SIZE });
      } else if (this.expanded.has(above) && this.branches.has(above)) {
        continue;
      }
      this.expanded.add(above);
      await this.read(above);
    }
  }

  private async read(pointer: string): Promise<void> {
    this.change(null);
    await this.whileCurrent(this.readBranch(pointer), (branch) => this.branches.set(pointer, branch));
  }

  /** Takes an answer over, unless the source changed meanwhile. */
  private async whileCurrent<Page>(
    answer: Promise<Page | null> | Page | null,
    take: (page: Page) => void,
  ): Promise<void> {
    const reading = this.reading;
    try {
      const page = answer instanceof Promise ? await answer : answer;
      if (reading === this.reading && page) {
        take(page);
        this.change(null);
      }
    } catch (error) {
      if (reading === this.reading) {
        this.change(error);
      }
    }
  }

  /** Forgets branches at and below a place that is gone. */
  forget(pointer: string): void {
    const gone = parsePointer(pointer);
    for (const open of [...this.expanded]) {
      if (open !== "" && isWithin(parsePointer(open), gone)) {
        this.expanded.delete(open);
        this.wanted.delete(open);
      }
    }
  }

  private change(error: unknown): void {
    this.state = { rows: this.flatten(), error };
    for (const listener of this.listeners) {
      listener();
    }
  }

  private flatten(): VisibleRow[] {
    const root = this.branches.get("");
    if (!root) {
      return [];
    }
    const rows: VisibleRow[] = [];
    const add = (row: ValueRow, level: number, position: number, setSize: number): void => {
      const container = row.kind === "object" || row.kind === "array";
      const expanded = container && this.expanded.has(row.path);
      rows.push({ type: "row", row, level, position, setSize, expanded });
      if (expanded) {
        this.addChildren(row.path, level + 1, add, rows);
      }
    };
    add(root.node, 1, 1, 1);
    return rows;
  }

  private addChildren(
    pointer: string,
    level: number,
    add: (row: ValueRow, level: number, position: number, setSize: number) => void,
    rows: VisibleRow[],
  ): void {
    const branch = this.branches.get(pointer);
    if (!branch) {
      rows.push({ type: "loading", pointer, level });
      return;
    }
    const { first, total } = branch;
    const shown = branch.rows.length;
    if (first > 0) {
      rows.push({ type: "more", pointer, level, side: "above", shown, total });
    }
    for (const [index, child] of branch.rows.entries()) {
      add(child, level, first + index + 1, total);
    }
    if (first + shown < total) {
      rows.push({ type: "more", pointer, level, side: "below", shown, total });
    }
  }
}

function isBeyond(branch: Branch): boolean {
  return branch.first > 0 && branch.first >= branch.total;
}
