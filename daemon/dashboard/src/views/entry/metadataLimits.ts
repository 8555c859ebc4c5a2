/** Limits of user tags and metadata (roblox-apis.md 4.8), checked before the daemon checks them again. */
import { checkJson, children, decodeString, kindAt, rootSpan } from "../../json/scan";
import { t } from "../../text/message";

export const METADATA_LIMIT = 300;
export const METADATA_NAME_LIMIT = 50;
export const METADATA_VALUE_LIMIT = 250;
export const USER_LIMIT = 4;

export interface Attribute {
  readonly name: string;
  /** Exact JSON text of the value. */
  readonly value: string;
}

/** The pairs of an attributes text; null when it is not a JSON object. */
export function attributePairs(text: string): readonly Attribute[] | null {
  if (checkJson(text) !== null) {
    return null;
  }
  const root = rootSpan(text);
  if (kindAt(text, root.start) !== "object") {
    return null;
  }
  return [...children(text, root)].map((child) => ({
    name: child.name,
    value: text.slice(child.value.start, child.value.end),
  }));
}

export function attributesText(pairs: readonly Attribute[]): string {
  return `{${pairs.map((pair) => `${JSON.stringify(pair.name)}:${pair.value}`).join(",")}}`;
}

/** Characters that count against the limit; null when the text is not an object. */
export function metadataLength(text: string): number | null {
  const pairs = attributePairs(text);
  return pairs && pairs.length === 0 ? 0 : pairs && [...text].length;
}

/** What a pair's value counts: a string without its quotes. */
function valueLength(value: string): number {
  const span = rootSpan(value);
  return [...(kindAt(value, span.start) === "string" ? decodeString(value, span) : value)].length;
}

/** Why the attributes cannot be saved, or null. */
export function attributesProblem(text: string): string | null {
  const pairs = attributePairs(text);
  if (!pairs) {
    return t("metadata.notObject");
  }
  const names = new Set<string>();
  for (const { name, value } of pairs) {
    if (name === "") {
      return t("metadata.nameMissing");
    }
    if (names.has(name)) {
      return t("metadata.nameTwice", { name });
    }
    names.add(name);
    if ([...name].length > METADATA_NAME_LIMIT) {
      return t("metadata.nameTooLong", { name, limit: METADATA_NAME_LIMIT });
    }
    if (valueLength(value) > METADATA_VALUE_LIMIT) {
      return t("metadata.valueTooLong", { name, limit: METADATA_VALUE_LIMIT });
    }
  }
  const over = (metadataLength(text) ?? 0) - METADATA_LIMIT;
  return over > 0 ? t("metadata.tooLong", { count: over, limit: METADATA_LIMIT }) : null;
}
