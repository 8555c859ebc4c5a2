import { describe, expect, it } from "vitest";
import { applyEdits, EditError } from "./edit";
import { compact, indent, isCompact, position } from "./layout";

const TEXT = '{ "a" : 1.0, "big":12345678901234567890 ,"list":[1, {"x":null} ,3],"e":{} }';

describe("edits", () => {
  it.each([
    [{ type: "set", path: ["a"], value: "2" }, TEXT.replace("1.0", "2")],
    [{ type: "set", path: ["list", "1", "x"], value: '"y"' }, TEXT.replace("null", '"y"')],
    [{ type: "set", path: ["list", "-"], value: "4" }, TEXT.replace(",3]", ",3,4]")],
    [{ type: "set", path: ["e", "new"], value: "true" }, TEXT.replace("{} }", '{"new":true} }')],
    [{ type: "set", path: ["n"], value: "0" }, TEXT.replace("{} }", '{},"n":0 }')],
    [{ type: "remove", path: ["a"] }, TEXT.replace('"a" : 1.0, ', "")],
    [{ type: "remove", path: ["e"] }, TEXT.replace(',"e":{}', "")],
    [{ type: "remove", path: ["list", "2"] }, TEXT.replace(" ,3]", "]")],
    [{ type: "rename", path: ["big"], name: 'b"' }, TEXT.replace('"big"', '"b\\""')],
  ] as const)("changes nothing but what %o names", (edit, expected) => {
    expect(applyEdits(TEXT, [edit])).toBe(expected);
  });

  it.each([
    { type: "remove", path: ["absent"] },
    { type: "set", path: ["a", "x"], value: "1" },
    { type: "set", path: ["list", "7"], value: "1" },
    { type: "rename", path: ["list", "0"], name: "x" },
  ] as const)("refuses %o", (edit) => {
    expect(() => applyEdits(TEXT, [edit])).toThrow(EditError);
  });
});

describe("layout", () => {
  it("indents and compacts without touching a token", () => {
    const stored = '{"a":1.0,"s":"x  { } ,: \\" y","list":[],"e":{},"n":[1,[2,{}]],"u":"\\u00e9"}';
    expect(isCompact(stored)).toBe(true);
    expect(compact(indent(stored))).toBe(stored);
    expect(indent(stored).split("\n")).toHaveLength(14);
    expect(isCompact('{"a": 1}')).toBe(false);
    expect(isCompact('"white space in a string"')).toBe(true);
  });

  it("names lines and columns from 1", () => {
    expect(position("ab\ncd", 0)).toEqual({ line: 1, column: 1 });
    expect(position("ab\ncd", 4)).toEqual({ line: 2, column: 2 });
  });
});
