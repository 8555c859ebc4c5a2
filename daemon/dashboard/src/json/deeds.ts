/**
 * What is asked of a whole value's text, as functions of texts alone, so that they run on this thread or another one.
 */
import { type Change, diff } from "./diff";
import { type Edit, type Splice, splicesOf } from "./edit";
import { compact, indent, isCompact, position } from "./layout";
import { foldedRows, type LineGap, type LineRow, lineRows } from "./lines";
import type { Path } from "./pointer";
import { findInText, indexOfChild, pageOfRows, type TreePage } from "./rows";
import { checkJson, locate, type Span, type SyntaxReason } from "./scan";

export interface Shown {
  /** The text as the JSON view shows it. */
  readonly text: string;
  /** Whether the value is stored without white space, and therefore shown with some. */
  readonly indented: boolean;
}

/** Where a text stops being JSON; line and column count from 1. */
export interface Problem {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  readonly reason: SyntaxReason;
}

export interface Typed {
  readonly problem: Problem | null;
  /** The text to store, without white space if that is how the value is stored; the text as it is when it is not JSON. */
  readonly text: string;
}

export type ChangedPath = Pick<Change, "path"> & { readonly mark: "changed" | "added" | "removed" };

export const deeds = {
  rows: ([text]: readonly [string], path: Path, offset: number, limit: number): TreePage | null =>
    pageOfRows(text, path, offset, limit),
  place: ([text]: readonly [string], path: Path): number => indexOfChild(text, path),
  locate: ([text]: readonly [string], path: Path): Span | null => locate(text, path),
  splices: ([text]: readonly [string], edits: readonly Edit[]): Splice[] => splicesOf(text, edits),
  find: ([text]: readonly [string], query: string, limit: number): Path[] => findInText(text, query, limit),
  /** `base` is the text as it is stored, by which a draft of it is shown. */
  show: ([base, text]: readonly [base: string, text: string]): Shown => {
    const indented = isCompact(base);
    return { text: indented ? indent(text) : text, indented };
  },
  take: ([text]: readonly [string], indented: boolean): Typed => {
    const problem = checkJson(text);
    if (problem) {
      const { offset, reason } = problem;
      return { problem: { offset, reason, ...position(text, offset) }, text };
    }
    return { problem: null, text: indented ? compact(text) : text };
  },
  /**
   * The lines of two texts that differ, with `context` lines around them; all lines with null. JSON is indented alike before
   * it is compared; where there is none, the text is empty.
   */
  lines: (
    [before, after]: readonly [string, string],
    isJson: boolean,
    context: number | null,
  ): (LineRow | LineGap)[] => {
    const linesOf = (text: string) => (isJson && text !== "" ? indent(text) : text);
    const rows = lineRows(linesOf(before), linesOf(after));
    return context === null ? rows : foldedRows(rows, context);
  },
  changes: ([before, after]: readonly [string, string]): ChangedPath[] =>
    diff(before, after).map((change) => ({
      path: change.path,
      mark: change.after === null ? "removed" : change.before === null ? "added" : "changed",
    })),
  /** Of each edit, what it does to the place it names, seen from the text before all of them. */
  marks: ([base]: readonly [string], edits: readonly Edit[]): ChangedPath[] => edits.map((edit) => markOf(base, edit)),
};

function markOf(base: string, edit: Edit): ChangedPath {
  switch (edit.type) {
    case "set":
      return { path: edit.path, mark: locate(base, edit.path) ? "changed" : "added" };
    case "remove":
      return { path: edit.path, mark: "removed" };
    case "rename":
      return { path: [...edit.path.slice(0, -1), edit.name], mark: "changed" };
  }
}

export type Deeds = typeof deeds;
export type DeedName = keyof Deeds;
export type TextsOf<Name extends DeedName> = Parameters<Deeds[Name]>[0];
export type ArgumentsOf<Name extends DeedName> = Parameters<Deeds[Name]> extends [unknown, ...infer Rest] ? Rest : [];
export type AnswerOf<Name extends DeedName> = ReturnType<Deeds[Name]>;

/** A request to the worker. Texts go by number: `texts` are new to it, `forgotten` are not asked about again. */
export interface WorkOrder {
  readonly id: number;
  readonly texts: readonly { readonly number: number; readonly text: string }[];
  readonly forgotten: readonly number[];
  readonly deed: DeedName;
  readonly of: readonly number[];
  readonly parameters: readonly unknown[];
}

export type WorkDone =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: string };
