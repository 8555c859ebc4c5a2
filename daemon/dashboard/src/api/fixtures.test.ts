import { expect, it } from "vitest";
import { locate, takeRaw } from "../json/scan";
import { OPERATIONS } from "../protocol";

/** The golden messages of the protocol, by path, as text. */
const fixtures = import.meta.glob<string>("../../../../protocol/fixtures/*/*.json", {
  query: "?raw",
  import: "default",
  eager: true,
});

const frames = Object.entries(fixtures).map(([path, text]) => ({
  name: path.split("/").at(-2) ?? "",
  text: text.trim(),
}));

it("finds every operation among the golden messages", () => {
  const named = new Set(frames.map((frame) => frame.name));
  expect(Object.keys(OPERATIONS).filter((operation) => !named.has(operation))).toEqual([]);
});

it("reads every frame, and writes back unchanged what holds no saved value", () => {
  for (const { name, text } of frames) {
    const frame = JSON.parse(text);
    expect(frame.body.type).toBe(name);
    if (!/"(value|attributes|entries|edits|current)":/.test(text)) {
      expect(JSON.stringify(frame)).toBe(text);
    }
  }
});

it("takes a saved value out of its answer byte for byte", () => {
  const answer = frames.find((frame) => frame.name === "entries.get" && frame.text.includes("replyTo"))?.text ?? "";
  const body = locate(answer, ["body"]);
  const { raw } = takeRaw(answer.slice(body?.start, body?.end), ["value", "attributes"]);
  expect(raw.get("value")).toBe('{"Coins":12500,"Ratio":1.0,"Id":9007199254740993}');
  expect(raw.get("attributes")).toBe('{"source":"game"}');
});
