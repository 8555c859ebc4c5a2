/**
 * Which rows of a value's tree are on screen. Children are read page by page as branches are opened.
 *
 * **Invariant:** when the source changes, the rows shown stay until the new ones are there.
 */
import type { TreePage } from "../../json/rows";
import { isWithin, parsePointer } from "../../json/pointer";
import type { ValueRow } from "../../protocol";

export const PAGE_SIZE = 200;

/** Reads a page of the children at `pointer`; null when nothing is there. */
export type LoadPage = (pointer: string, offset: number, limit: number) => Promise<TreePage | null> | TreePage | null;

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
      readonly shown: number;
      readonly total: number;
    }
  | { readonly type: "loading"; readonly pointer: string; readonly level: number };

interface Branch {
  readonly node: ValueRow;
  readonly rows: readonly ValueRow[];
  readonly total: number;
}

export interface TreeSnapshot {
  readonly rows: readonly VisibleRow[];
  readonly error: unknown;
}

export class TreeModel {
  private readonly expanded = new Set<string>([""]);
  /** How many children are wanted of each opened branch. */
  private readonly wanted = new Map<string, number>();
  private branches = new Map<string, Branch>();
  private readonly listeners = new Set<() => void>();
  private load: LoadPage | null = null;
  private reading = 0;
  private state: TreeSnapshot = { rows: [], error: null };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): TreeSnapshot => this.state;

  /** Shows another text: a newer revision, or a draft. Open branches stay open. */
  setSource(load: LoadPage): void {
    this.load = load;
    this.reading += 1;
    void this.readAll(this.reading);
  }

  private async readAll(reading: number): Promise<void> {
    const pointers = [...this.expanded].sort((left, right) => left.length - right.length);
    const branches = new Map<string, Branch>();
    try {
      for (const pointer of pointers) {
        const answer = this.readBranch(pointer);
        const branch = answer instanceof Promise ? await answer : answer;
        if (reading !== this.reading) {
          return;
        }
        if (branch) {
          branches.set(pointer, branch);
        }
      }
      this.branches = branches;
      this.change(null);
    } catch (error) {
      if (reading === this.reading) {
        this.change(error);
      }
    }
  }

  private readBranch(pointer: string): Promise<Branch | null> | Branch | null {
    const wanted = this.wanted.get(pointer) ?? PAGE_SIZE;
    const first = this.load?.(pointer, 0, Math.min(wanted, PAGE_SIZE)) ?? null;
    if (!(first instanceof Promise)) {
      return first && wanted > PAGE_SIZE ? this.readRestNow(pointer, first, wanted) : first;
    }
    return first.then(async (page) => {
      let branch: Branch | null = page;
      while (branch && branch.rows.length < Math.min(wanted, branch.total)) {
        const next: TreePage | null = (await this.load?.(pointer, branch.rows.length, PAGE_SIZE)) ?? null;
        if (!next || next.rows.length === 0) {
          break;
        }
        branch = { ...branch, rows: [...branch.rows, ...next.rows] };
      }
      return branch;
    });
  }

  private readRestNow(pointer: string, first: TreePage, wanted: number): Branch {
    const rest = this.load?.(pointer, first.rows.length, wanted - first.rows.length);
    return rest && !(rest instanceof Promise) ? { ...first, rows: [...first.rows, ...rest.rows] } : first;
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

  /** Reads the next page of a branch. */
  async showMore(pointer: string): Promise<void> {
    const shown = this.branches.get(pointer)?.rows.length ?? 0;
    this.wanted.set(pointer, shown + PAGE_SIZE);
    await this.read(pointer);
  }

  /** Opens every branch above `pointer`, and reads on until `pointer` is among the rows. */
  async reveal(pointer: string): Promise<void> {
    const path = parsePointer(pointer);
    let above = "";
    for (const [index, part] of path.entries()) {
      this.expanded.add(above);
      await this.read(above);
      const branch = (): Branch | undefined => this.branches.get(above);
      while (
        !branch()?.rows.some((row) => row.name === part) &&
        (branch()?.rows.length ?? 0) < (branch()?.total ?? 0)
      ) {
        const before = branch()?.rows.length ?? 0;
        await this.showMore(above);
        if ((branch()?.rows.length ?? 0) === before) {
          return;
        }
      }
      above = `/${path
        .slice(0, index + 1)
        .map((name) => name.replaceAll("~", "~0").replaceAll("/", "~1"))
        .join("/")}`;
    }
  }

  private async read(pointer: string): Promise<void> {
    const reading = this.reading;
    this.change(null);
    try {
      const answer = this.readBranch(pointer);
      const branch = answer instanceof Promise ? await answer : answer;
      if (reading === this.reading && branch) {
        this.branches.set(pointer, branch);
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
    for (const [index, child] of branch.rows.entries()) {
      add(child, level, index + 1, branch.total);
    }
    if (branch.rows.length < branch.total) {
      rows.push({ type: "more", pointer, level, shown: branch.rows.length, total: branch.total });
    }
  }
}
