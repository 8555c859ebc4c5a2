import { expect, it } from "vitest";
import type { JobItem } from "../protocol";
import { reportHead, reportLine, reportName } from "./report";

const ITEM: JobItem = { item: 7, store: "PlayerData", scope: "global", key: "Player_81", state: "saved" };

it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1", "|cmd"])(
  "writes the key %j so that no spreadsheet runs it",
  (key) => {
    const cell = reportLine("csv", { ...ITEM, key }).split(",")[3] ?? "";
    expect(cell).toMatch(/^"'/);
    expect(cell).toContain(key);
  },
);

it("keeps quotes, commas and line breaks of a key inside its cell", () => {
  expect(reportLine("csv", { ...ITEM, key: 'a"b,c\nd' })).toBe(
    '7,"PlayerData","global","a""b,c\nd","saved","","",""\r\n',
  );
});

it("has one line per item with the same columns as its head", () => {
  expect(reportHead("csv").split(",")).toHaveLength(reportLine("csv", ITEM).split(",").length);
  expect(reportHead("jsonl")).toBe("");
});

it("writes JSON lines exactly as the daemon told them", () => {
  const item: JobItem = { ...ITEM, state: "refused", code: "DS004", message: "too large\nby 3 bytes" };
  const line = reportLine("jsonl", item);
  expect(line.endsWith("\n")).toBe(true);
  expect(line.trimEnd()).not.toContain("\n");
  expect(JSON.parse(line)).toEqual(item);
});

it("names the file by what it is about, without anything a file system minds", () => {
  expect(reportName("Undo of “Coins ×2 / all”", "019a-7f21bcde", "csv")).toBe("Undo-of-Coins-2-all-7f21bcde.csv");
  expect(reportName("../..", "019a-7f21bcde", "jsonl")).toBe("7f21bcde.jsonl");
});
