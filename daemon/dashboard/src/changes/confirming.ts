/**
 * What has to be typed before a change set can be committed, and whether it was.
 *
 * **Invariant:** the daemon asks for all of this itself; what is decided here only says live what is missing.
 */
import type { ChangeItem, ChangeSet, CommitNeeds, Confirmation, Environment } from "../protocol";

export type TypedField = "count" | "key" | "environment" | "store";

/** The fields that are compared with what the set is about, in the order in which they are asked for. */
export const TYPED_FIELDS: readonly TypedField[] = ["count", "key", "store", "environment"];

export type TypedTexts = Readonly<Record<TypedField, string>>;

export const NOTHING_TYPED: TypedTexts = { count: "", key: "", environment: "", store: "" };

/** What has to stand in each field. */
export function expectedTexts(
  set: Pick<ChangeSet, "counts">,
  first: Pick<ChangeItem, "key" | "store"> | null,
  environment: Environment,
): TypedTexts {
  return {
    count: String(set.counts.staged),
    key: first?.key ?? "",
    store: first?.store ?? "",
    environment,
  };
}

export function askedFields(needs: CommitNeeds): TypedField[] {
  return TYPED_FIELDS.filter((field) => needs[field]);
}

/** Whether a field holds what it should; case and spacing do not count, nor how digits of a number are grouped. */
export function isTyped(field: TypedField, typed: string, expected: string): boolean {
  return expected !== "" && normalised(field, typed) === normalised(field, expected);
}

function normalised(field: TypedField, text: string): string {
  const plain = text.replaceAll(/\s/g, "").toLowerCase();
  return field === "count" ? plain.replaceAll(/[,.'’]/g, "") : plain;
}

/** The first field that is asked for and does not hold what it should yet. */
export function firstMissing(needs: CommitNeeds, typed: TypedTexts, expected: TypedTexts): TypedField | null {
  return askedFields(needs).find((field) => !isTyped(field, typed[field], expected[field])) ?? null;
}

/** What is sent along once nothing is missing. */
export function confirmationOf(needs: CommitNeeds, expected: TypedTexts): Confirmation {
  return {
    ...(needs.count ? { count: Number(expected.count) } : {}),
    ...(needs.key ? { key: expected.key } : {}),
    ...(needs.store ? { store: expected.store } : {}),
    ...(needs.environment ? { environment: expected.environment } : {}),
  };
}
