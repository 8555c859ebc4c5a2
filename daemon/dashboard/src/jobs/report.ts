/** The report of a job as a file: one line per item, as JSON or as a table. */
import type { JobItem } from "../protocol";

export type ReportFormat = "jsonl" | "csv";

const COLUMNS = ["item", "store", "scope", "key", "state", "revision", "code", "message"] as const;

/** The line before the first item, if the format has one. */
export function reportHead(format: ReportFormat): string {
  return format === "csv" ? csvLine(COLUMNS) : "";
}

export function reportLine(format: ReportFormat, item: JobItem): string {
  if (format === "jsonl") {
    return `${JSON.stringify(item)}\n`;
  }
  return csvLine(COLUMNS.map((column) => item[column] ?? ""));
}

function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/**
 * A quoted cell. Spreadsheets run what begins like a formula, and keys are whatever a game made of them: such a text gets
 * an apostrophe in front, which they take for "this is text".
 */
function csvCell(value: string | number): string {
  if (typeof value === "number") {
    return String(value);
  }
  const guarded = /^\s*[=+\-@\t\r\n|%]/.test(value) ? `'${value}` : value;
  return `"${guarded.replaceAll('"', '""')}"`;
}

/** A name for the file that says what it is about. */
export function reportName(title: string, id: string, format: ReportFormat): string {
  const plain = title.replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-+|-+$/g, "");
  return `${[plain.slice(0, 60), id.slice(-8)].filter(Boolean).join("-")}.${format}`;
}
