import { expect, it } from "vitest";
import { foldedRows, lineRows } from "./lines";

function drawn(before: string, after: string): string[] {
  const marks = { same: " ", added: "+", removed: "-", changed: "~" };
  return lineRows(before, after).map((row) => `${marks[row.kind]}${row.before ?? "_"}|${row.after ?? "_"}`);
}

it("sets lines that were replaced beside what replaced them", () => {
  expect(drawn("a\nb\nc", "a\nB\nc")).toEqual([" a|a", "~b|B", " c|c"]);
});

it("tells lines that came or went on one side alone", () => {
  expect(drawn("a\nc", "a\nb\nc")).toEqual([" a|a", "+_|b", " c|c"]);
  expect(drawn("a\nb\nc", "a\nc")).toEqual([" a|a", "-b|_", " c|c"]);
  expect(drawn("", "a\nb")).toEqual(["+_|a", "+_|b"]);
  expect(drawn("a", "")).toEqual(["-a|_"]);
  expect(drawn("a\nb", "a\nb")).toEqual([" a|a", " b|b"]);
});

it("finds the least difference between texts with much in common", () => {
  expect(drawn("a\nb\nc\na\nb\nb\na", "c\nb\na\nb\na\nc").filter((line) => line.startsWith(" "))).toHaveLength(4);
});

it("gives both texts back, whatever they are", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  for (let turn = 0; turn < 300; turn += 1) {
    const text = () => Array.from({ length: random(30) }, () => "abcd"[random(4)]).join("\n");
    const [before, after] = [text(), text()];
    const rows = lineRows(before, after);
    const side = (name: "before" | "after") => rows.flatMap((row) => row[name] ?? []).join("\n");
    expect([side("before"), side("after")]).toEqual([before, after]);
    for (const row of rows) {
      expect(row.kind === "same").toBe(row.before === row.after);
    }
  }
});

it("shows what is different in almost every line as replaced, in time", () => {
  const before = Array.from({ length: 20_000 }, (_, at) => `old ${at}`).join("\n");
  const after = Array.from({ length: 20_000 }, (_, at) => `new ${at}`).join("\n");
  expect(lineRows(before, after).every((row) => row.kind === "changed")).toBe(true);
});

it("leaves out what is far from a difference, and says how much", () => {
  const lines = Array.from({ length: 20 }, (_, at) => String(at));
  const rows = lineRows(lines.join("\n"), lines.with(10, "ten").join("\n"));
  expect(foldedRows(rows, 2).map((row) => (row.kind === "gap" ? row.count : row.after))).toEqual([
    8,
    "8",
    "9",
    "ten",
    "11",
    "12",
    7,
  ]);
});
