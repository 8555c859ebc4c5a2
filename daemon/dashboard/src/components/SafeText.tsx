/** Keys, names and values as text: isolated from the direction around them, invisible characters drawn as escapes. */
import { Fragment } from "react";

// Controls, soft hyphen, zero-width, direction marks and overrides, separators, byte order mark, tags.
const INVISIBLE =
  /(\p{Cc}|[\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}])/u;

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  switch (character) {
    case "\n":
      return "\\n";
    case "\t":
      return "\\t";
    case "\r":
      return "\\r";
    default:
      return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
  }
}

export function SafeText({ text, code }: { readonly text: string; readonly code?: boolean }) {
  const parts = text.split(INVISIBLE);
  return (
    <bdi className={code ? "code" : undefined}>
      {parts.length === 1
        ? text
        : parts.map((part, index) =>
            index % 2 === 1 ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text have no other identity
              <span key={index} className="escape">
                {escapeOf(part)}
              </span>
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text have no other identity
              <Fragment key={index}>{part}</Fragment>
            ),
          )}
    </bdi>
  );
}
