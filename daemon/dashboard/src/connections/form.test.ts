import { describe, expect, it } from "vitest";
import { baseUrlProblem, isNoKey, nameProblem, passphraseProblem, readOnlyOf, universeProblem } from "./form";

it.each([
  ["", "empty"],
  ["123", null],
  ["5097539509", null],
  ["9223372036854775807", null],
  ["9223372036854775808", "notUniverse"],
  ["0", "notUniverse"],
  ["12a", "notUniverse"],
  ["-1", "notUniverse"],
])("universe id %s: %s", (text, problem) => {
  expect(universeProblem(text)).toBe(problem);
});

describe("S-20: a key goes to https hosts and to this machine only", () => {
  it.each([
    ["", null],
    ["https://apis.roblox.com", null],
    ["http://127.0.0.1:4810", null],
    ["http://localhost:4810/", null],
    ["http://[::1]:4810", null],
    ["http://apis.roblox.com", "notSafe"],
    ["http://127.0.0.1.evil.example", "notSafe"],
    ["ftp://127.0.0.1", "notSafe"],
    ["https://apis.roblox.com/cloud", "notHost"],
    ["https://me@apis.roblox.com", "notHost"],
    ["https://apis.roblox.com/?a=b", "notHost"],
    ["127.0.0.1:4810", "notUrl"],
    ["nonsense", "notUrl"],
  ])("%s: %s", (text, problem) => {
    expect(baseUrlProblem(text)).toBe(problem);
  });
});

it("names are unique, not empty, and no word of the dashboard's own addresses", () => {
  expect(nameProblem(" ", [])).toBe("empty");
  expect(nameProblem("Sandbox", ["Sandbox"])).toBe("taken");
  expect(nameProblem("settings", [])).toBe("reserved");
  expect(nameProblem("x".repeat(101), [])).toBe("tooLong");
  expect(nameProblem("é".repeat(51), [])).toBe("tooLong");
  expect(nameProblem("Pirate Bay", ["Sandbox"])).toBeNull();
});

it("a passphrase is typed twice and has at least 8 characters", () => {
  expect(passphraseProblem("", "")).toBe("empty");
  expect(passphraseProblem("seven77", "seven77")).toBe("tooShort");
  expect(passphraseProblem("long enough", "long enoug")).toBe("different");
  expect(passphraseProblem("long enough", "long enough")).toBeNull();
});

it("U-07: read-only follows the environment until a person decides", () => {
  expect(readOnlyOf(null, null)).toBe(true);
  expect(readOnlyOf("production", null)).toBe(true);
  expect(readOnlyOf("development", null)).toBe(false);
  expect(readOnlyOf("development", true)).toBe(true);
  expect(readOnlyOf("production", false)).toBe(false);
});

it("a key is one word; an empty field is not wrong yet", () => {
  expect(["", "rbx-1/+=", "two words", "a\nb", "kéy"].map(isNoKey)).toEqual([false, false, true, true, true]);
});
