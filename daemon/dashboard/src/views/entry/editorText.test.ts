import { expect, test } from "vitest";
import { documentOf, textOf } from "./editorText";

const LINES = Array.from({ length: 60_000 }, (_, index) => `"line ${index}": ${index},`);

test("a large text goes through the editor's document unchanged", async () => {
  const text = LINES.join("\n");
  const document = await documentOf(text);
  expect(document.lines).toBe(LINES.length);
  expect(document.line(LINES.length).text).toBe(LINES.at(-1));
  expect(await textOf(document)).toBe(text);
});

test.each([["\r\n"], ["\r"]])("line breaks %j are single ones, wherever a piece ends", async (lineBreak) => {
  const document = await documentOf(LINES.join(lineBreak));
  expect(document.lines).toBe(LINES.length);
  expect(await textOf(document)).toBe(LINES.join("\n"));
});

test.each(["", "\n", "{}", "one\n\ntwo\n"])("a small text %j stays as it is", async (text) => {
  expect(await textOf(await documentOf(text))).toBe(text);
});
