/** Large texts into the editor and out of it, in pieces between which the page can answer to a person. */
import { Text } from "@codemirror/state";

/** About five thousand lines of indented JSON, which take a few milliseconds. */
const PIECE_LENGTH = 131_072;
const LINE_BREAK = /\r\n?|\n/;

/** Lets whatever waits for this thread go first. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

export async function documentOf(text: string): Promise<Text> {
  let document = Text.empty;
  let from = 0;
  while (from < text.length) {
    const to = endOfPiece(text, from);
    document = document.append(Text.of(text.slice(from, to).split(LINE_BREAK)));
    from = to;
    if (from < text.length) {
      await pause();
    }
  }
  return document;
}

/** A piece ends before a line break, and never inside of one. */
function endOfPiece(text: string, from: number): number {
  const at = text.indexOf("\n", from + PIECE_LENGTH);
  return at === -1 ? text.length : text[at - 1] === "\r" ? at - 1 : at;
}

export async function textOf(document: Text): Promise<string> {
  const pieces: string[] = [];
  for (let from = 0; from < document.length; from += PIECE_LENGTH) {
    if (from > 0) {
      await pause();
    }
    pieces.push(document.sliceString(from, from + PIECE_LENGTH));
  }
  return pieces.join("");
}
