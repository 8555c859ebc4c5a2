import { expect, it } from "vitest";
import { findInText, indexOfChild, pageOfRows, PREVIEW_LENGTH } from "./rows";

const TEXT = `{"name":"a\\nb","n":1.0,"list":[1,{"x":2},[]],"long":"${"é".repeat(200)}","nothing":null}`;

it("pages children with kinds, previews and sizes", () => {
  const page = pageOfRows(TEXT, [], 1, 2);
  expect(page?.total).toBe(5);
  expect(page?.rows.map((row) => [row.path, row.kind, row.preview, row.childCount, row.sizeBytes])).toEqual([
    ["/n", "number", "1.0", 0, 3],
    ["/list", "array", "3", 3, 14],
  ]);
  expect(page?.node.childCount).toBe(5);
});

it("cuts long previews and says so", () => {
  const row = pageOfRows(TEXT, [], 3, 1)?.rows[0];
  expect([row?.cut, row?.preview.length, row?.sizeBytes]).toEqual([true, PREVIEW_LENGTH, 402]);
});

it("knows no children of a place that is not there", () => {
  expect(pageOfRows(TEXT, ["absent"], 0, 10)).toBeNull();
});

it("finds names and values in text order", () => {
  expect(findInText(TEXT, "N", 10)).toEqual([["name"], ["n"], ["long"], ["nothing"]]);
  expect(findInText(TEXT, "2", 10)).toEqual([["list", "1", "x"]]);
  expect(findInText(TEXT, "n", 2)).toHaveLength(2);
});

it("finds in objects without members, after containers, and by escaped names", () => {
  const text = '{"a":{},"b":[],"c":{"x":[{"y":1},{"y":"needle"}],"":"needle"},"n\\u0065edle":{"7":"needle"}}';
  expect(findInText(text, "needle", 10)).toEqual([["c", "x", "1", "y"], ["c", ""], ["needle"], ["needle", "7"]]);
  expect(findInText(text, "absent", 10)).toEqual([]);
  expect(findInText('"needle"', "needle", 10)).toEqual([[]]);
});

it("counts what stands before a child; of a name that is there twice, the last one", () => {
  expect(indexOfChild(TEXT, ["list"])).toBe(2);
  expect(indexOfChild(TEXT, ["list", "2"])).toBe(2);
  expect(indexOfChild('{"a":1,"b":2,"a":3}', ["a"])).toBe(2);
  expect([indexOfChild(TEXT, ["absent"]), indexOfChild(TEXT, ["absent", "x"]), indexOfChild(TEXT, [])]).toEqual([
    -1, -1, -1,
  ]);
});
