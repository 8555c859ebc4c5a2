import { describe, expect, it } from "vitest";
import { diff, mergedText, mergeRows } from "./diff";
import { formatPointer, parsePointer, readablePath } from "./pointer";

function changes(before: string, after: string): string[] {
  return diff(before, after).map((change) => `${formatPointer(change.path)} ${change.before} -> ${change.after}`);
}

describe("diff", () => {
  it("names changed, added and removed paths", () => {
    expect(changes('{"a":1,"b":{"c":[1,2]},"d":0}', '{"a":2,"b":{"c":[1,3]},"e":0}').sort()).toEqual([
      "/a 1 -> 2",
      "/b/c/1 2 -> 3",
      "/d 0 -> null",
      "/e null -> 0",
    ]);
  });

  it("ignores white space and member order, not number spelling", () => {
    expect(changes('{"a":1,"b":2}', '{ "b": 2, "a": 1 }')).toEqual([]);
    expect(changes("1", "1.0")).toEqual([" 1 -> 1.0"]);
    expect(changes("12345678901234567890", "12345678901234567891")).toHaveLength(1);
  });

  it("takes arrays of different length and repeated names as a whole", () => {
    expect(changes('{"a":[1,2]}', '{"a":[1]}')).toEqual(["/a [1,2] -> [1]"]);
    expect(changes('{"a":1,"a":2}', '{"a":1,"a":3}')).toEqual([' {"a":1,"a":2} -> {"a":1,"a":3}']);
  });
});

describe("merge", () => {
  const base = '{"coins":1,"level":1,"pets":{"fox":1}}';

  it("takes paths that one side touched, and asks about the others", () => {
    const theirs = '{"coins":5,"level":2,"pets":{"fox":1,"cat":1}}';
    const mine = '{"coins":9,"level":1,"pets":{"fox":2}}';
    const rows = mergeRows(base, theirs, mine);
    const contested = rows.filter((row) => row.contested).map((row) => formatPointer(row.path));
    expect(contested).toEqual(["/coins"]);
    expect(mergedText(theirs, rows, (row) => !row.contested)).toBe('{"coins":5,"level":2,"pets":{"fox":2,"cat":1}}');
    expect(mergedText(theirs, rows, () => true)).toBe('{"coins":9,"level":2,"pets":{"fox":2,"cat":1}}');
  });

  it("does not ask when both sides did the same", () => {
    const same = '{"coins":2,"level":1,"pets":{"fox":1}}';
    const rows = mergeRows(base, same, same);
    expect(rows.map((row) => row.contested)).toEqual([false]);
    expect(mergedText(same, rows, () => true)).toBe(same);
  });

  it("sees a removal against a change below it", () => {
    const rows = mergeRows(base, '{"coins":1,"level":1}', '{"coins":1,"level":1,"pets":{"fox":3}}');
    expect(rows.map((row) => [formatPointer(row.path), row.contested])).toEqual([["/pets/fox", true]]);
  });
});

it("pointers round-trip and read well", () => {
  const path = ["a/b", "m~n", "", "0"];
  expect(parsePointer(formatPointer(path))).toEqual(path);
  expect(readablePath(["Inventory", "3", "id", "two words"])).toBe('Inventory[3].id["two words"]');
});
