import { expect, it } from "vitest";
import { conflictRows, mergedRows, rowPath, sideOf, undecided } from "./conflictRows";

const NONE = { userIds: [], attributesText: "{}" };

it("decides by itself what one side alone changed, and asks about the rest first", () => {
  const rows = conflictRows(
    { text: '{"coins":1,"level":1,"name":"a"}', ...NONE },
    { text: '{"coins":2,"level":2,"name":"a"}', ...NONE },
    { text: '{"coins":1,"level":3,"name":"b"}', ...NONE },
  );
  expect(rows.map(({ id, contested, taken }) => `${id} ${contested ? "?" : taken}`)).toEqual([
    "/level ?",
    "/name mine",
    "/coins theirs",
  ]);
  expect(undecided(rows, new Map())).toBe(1);
  expect(undecided(rows, new Map([["/level", "theirs"]]))).toBe(0);
  expect(rows.map((row) => sideOf(row, new Map([["/level", "mine"]])))).toEqual(["mine", "mine", "theirs"]);
});

it("asks about user tags and metadata that both sides changed, and merges them otherwise", () => {
  const text = "1";
  const rows = conflictRows(
    { text, userIds: ["1"], attributesText: "{}" },
    { text, userIds: ["1", "2"], attributesText: "{}" },
    { text, userIds: ["1", "3"], attributesText: '{"a":1}' },
  );
  expect(rows.map(({ id, contested, taken }) => `${id} ${contested ? "?" : taken}`)).toEqual([
    "userIds ?",
    "attributes mine",
  ]);
});

it("shows what the daemon merged as taken, and its overlaps as open", () => {
  const rows = mergedRows(
    [{ path: "/level", base: "1", theirs: "2", mine: "3" }],
    '{"coins":1,"level":1,"name":"a"}',
    '{"coins":2,"level":2,"name":"a"}',
    '{"coins":2,"level":2,"name":"b"}',
  );
  expect(rows.map(({ id, contested, taken, base }) => `${id} ${contested ? "?" : taken} ${base}`)).toEqual([
    "/level ? 1",
    '/name mine "a"',
    "/coins theirs 1",
  ]);
});

it("shows the overlap alone when the entry is gone, or nothing can be merged", () => {
  const overlap = { path: "entry", base: '{"a":1}', theirs: null, mine: '{"a":2}' };
  const [only, ...more] = mergedRows([overlap], '{"a":1}', null, null);
  expect([only?.id, only?.contested, only?.theirs, more.length]).toEqual(["entry", true, null, 0]);
});

it("names places of the value as people do, and nothing else", () => {
  expect(["", "/a/0", "userIds", "entry"].map((id) => rowPath({ id }))).toEqual(["", "a[0]", null, null]);
});
