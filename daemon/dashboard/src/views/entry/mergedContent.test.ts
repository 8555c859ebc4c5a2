import { expect, it } from "vitest";
import { cleanMerge, mergedContent } from "./mergedContent";

const BASE = { text: '{"coins":1,"level":1}', userIds: ["1"], attributesText: "{}" };

it("takes both sides where they touch different places, byte for byte", () => {
  const theirs = { ...BASE, text: '{"coins":1,"level":2.0,"big":12345678901234567890}', userIds: ["1", "2"] };
  const draft = { base: BASE, content: { ...BASE, text: '{"coins":10,"level":1}', attributesText: '{"by":"me"}' } };
  expect(cleanMerge(draft, theirs)).toEqual({
    text: '{"coins":10,"level":2.0,"big":12345678901234567890}',
    userIds: ["1", "2"],
    attributesText: '{"by":"me"}',
  });
});

it("leaves it to a person where both changed a place, user tags or metadata", () => {
  const draft = { base: BASE, content: { ...BASE, text: '{"coins":10,"level":1}' } };
  expect(cleanMerge(draft, { ...BASE, text: '{"coins":20,"level":1}' })).toBeNull();
  const tagged = { base: BASE, content: { ...BASE, userIds: ["1", "3"] } };
  expect(cleanMerge(tagged, { ...BASE, userIds: ["1", "2"] })).toBeNull();
});

it("gives what was chosen", () => {
  const theirs = { ...BASE, text: '{"coins":20,"level":1}', userIds: ["2"] };
  const draft = { base: BASE, content: { ...BASE, text: '{"coins":10,"level":1}', userIds: ["3"] } };
  const choose = (coins: "mine" | "theirs", tags: "mine" | "theirs") =>
    mergedContent(draft, theirs, new Map([["/coins", coins] as const, ["userIds", tags] as const]));
  expect(choose("mine", "theirs")).toEqual({ ...theirs, text: '{"coins":10,"level":1}' });
  expect(choose("theirs", "mine")).toEqual({ ...theirs, userIds: ["3"] });
});
