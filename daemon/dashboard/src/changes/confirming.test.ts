import { expect, it } from "vitest";
import type { CommitNeeds } from "../protocol";
import { askedFields, confirmationOf, expectedTexts, firstMissing, isTyped, NOTHING_TYPED } from "./confirming";

const NONE: CommitNeeds = {
  count: false,
  key: false,
  environment: false,
  store: false,
  reason: false,
  dryRun: false,
  unlock: false,
};
const COUNTS = {
  total: 1_204,
  staged: 1_204,
  queued: 0,
  sending: 0,
  saved: 0,
  conflict: 0,
  refused: 0,
  unknown: 0,
  superseded: 0,
};
const EXPECTED = expectedTexts({ counts: COUNTS }, { key: "Player 81", store: "PlayerData" }, "production");

it.each(["1204", " 1204 ", "1,204", "1 204", "1.204", "1’204"])(
  "takes the number however it is grouped: %s",
  (typed) => {
    expect(isTyped("count", typed, EXPECTED.count)).toBe(true);
  },
);

it.each(["", "1203", "12040", "1204a"])("takes no other number: %s", (typed) => {
  expect(isTyped("count", typed, EXPECTED.count)).toBe(false);
});

it("ignores case and spacing in names, and nothing else", () => {
  expect(isTyped("environment", " Production ", EXPECTED.environment)).toBe(true);
  expect(isTyped("key", "player81", EXPECTED.key)).toBe(true);
  expect(isTyped("key", "player82", EXPECTED.key)).toBe(false);
  expect(isTyped("store", "Player.Data", EXPECTED.store)).toBe(false);
});

it("is never satisfied by a field whose text is not known yet", () => {
  expect(isTyped("key", "", "")).toBe(false);
});

it("names the first field that is missing, of those that are asked for", () => {
  const needs = { ...NONE, count: true, environment: true };
  expect(askedFields(needs)).toEqual(["count", "environment"]);
  expect(firstMissing(needs, NOTHING_TYPED, EXPECTED)).toBe("count");
  expect(firstMissing(needs, { ...NOTHING_TYPED, count: "1204" }, EXPECTED)).toBe("environment");
  expect(firstMissing(needs, { ...NOTHING_TYPED, count: "1204", environment: "PRODUCTION" }, EXPECTED)).toBeNull();
  expect(firstMissing(NONE, NOTHING_TYPED, EXPECTED)).toBeNull();
});

it("sends what is asked for and nothing else", () => {
  expect(confirmationOf({ ...NONE, count: true, environment: true }, EXPECTED)).toEqual({
    count: 1_204,
    environment: "production",
  });
  expect(confirmationOf(NONE, EXPECTED)).toEqual({});
});
