import { describe, expect, it } from "vitest";
import { checkJson, children, locate, rootSpan, sizeInBytes, takeRaw } from "./scan";

function check(text: string): string | null {
  const problem = checkJson(text);
  return problem && `${problem.reason} at ${problem.offset}`;
}

describe("raw members", () => {
  it("keep every byte of the value", () => {
    const value = '{ "big":12345678901234567890,"one":1.0,"e":1E+2,"u":"\\u00e9\\/","empty":{},"list":[ ] }';
    const { raw, rest } = takeRaw(`{"key":"k","value":${value},"userIds":["1"],"value2":1}`, ["value", "absent"]);
    expect([...raw]).toEqual([["value", value]]);
    expect(JSON.parse(rest)).toEqual({ key: "k", userIds: ["1"], value2: 1 });
  });

  it("are found behind strings that look like them", () => {
    const body = '{"key":"\\"value\\":1}","scope":"\\\\","value":[1,{"value":2}]}';
    expect(takeRaw(body, ["value"]).raw.get("value")).toBe('[1,{"value":2}]');
    expect(JSON.parse(takeRaw(body, ["value"]).rest)).toEqual({ key: '"value":1}', scope: "\\" });
  });
});

describe("locate", () => {
  it("takes the last of members with one name, as decoders do", () => {
    const text = '{"a":1,"a":2}';
    const span = locate(text, ["a"]);
    expect(span && text.slice(span.start, span.end)).toBe("2");
  });

  it("decodes escaped names and walks arrays", () => {
    const text = '{"a\\u0062":[10, {"~/":true}]}';
    const span = locate(text, ["ab", "1", "~/"]);
    expect(span && text.slice(span.start, span.end)).toBe("true");
    expect(locate(text, ["ab", "2"])).toBeNull();
    expect(locate(text, ["ab", "0", "x"])).toBeNull();
  });
});

describe("strict check", () => {
  it.each(['{"a":[1,-0.5e-3,true,false,null,"x\\n"]}', " [ ] ", "12345678901234567890", '"\\ud800"', '{"":{}}'])(
    "takes %s",
    (text) => expect(check(text)).toBeNull(),
  );

  it.each([
    ["", "empty at 0"],
    ["{", "end at 1"],
    ['{"a" 1}', "colon at 5"],
    ['{"a":1,}', "name at 7"],
    ["[1 2]", "separator at 3"],
    ["[1,]", "value at 3"],
    ["01", "after at 1"],
    ["+1", "number at 0"],
    ["tru", "value at 0"],
    ['"a', "string at 2"],
    ['"\\x"', "escape at 1"],
    ['"\\u12g4"', "escape at 1"],
    ['"\u0001"', "control at 1"],
    ["1 2", "after at 2"],
    ["NaN", "value at 0"],
  ])("refuses %s", (text, problem) => expect(check(text)).toBe(problem));

  it("does not overflow the stack on 100,000 levels", () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    expect(check(deep)).toBeNull();
    expect([...children(deep, rootSpan(deep))]).toHaveLength(1);
  });
});

it("counts UTF-8 bytes as the daemon does", () => {
  for (const text of ["abc", "é", "日本", "😀x", "\u07ff\u0800"]) {
    expect(sizeInBytes(text)).toBe(new TextEncoder().encode(text).length);
  }
});
