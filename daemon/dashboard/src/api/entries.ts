/**
 * Reads and writes entries without decoding their values.
 *
 * **Invariant:** the text of a value that is written is either the text that was read, edited by span, or the text a
 * person typed; no value passes through `JSON.parse` and back.
 */
import { formatPointer } from "../json/pointer";
import { takeRaw } from "../json/scan";
import type { Edit } from "../json/edit";
import type {
  EntriesEditRequest,
  EntriesSetRequest,
  Entry,
  EntryWritten,
  RevisionState,
  RevisionsGetResponse,
} from "../protocol";
import { callText } from "./client";

export interface Address {
  readonly connection: string;
  readonly store: string;
  readonly scope: string;
  readonly key: string;
}

/** An entry with its value and attributes as exact text. */
export interface StoredEntry extends Omit<Entry, "value" | "attributes"> {
  readonly text: string;
  readonly attributesText: string;
}

export interface WriteOptions {
  readonly userIds?: readonly string[];
  readonly attributesText?: string;
  readonly expectedRevision?: string;
  readonly createOnly?: boolean;
}

export async function readEntry(address: Address, signal?: AbortSignal): Promise<StoredEntry> {
  return storedEntry(await callText("entries.get", JSON.stringify(address), signal));
}

export async function readRevision(
  address: Address,
  revision: string,
  signal?: AbortSignal,
): Promise<{ state: RevisionState; entry: StoredEntry }> {
  const body = await callText("revisions.get", JSON.stringify({ ...address, revision }), signal);
  const { raw, rest } = takeRaw(body, ["entry"]);
  const { state } = JSON.parse(rest) as Pick<RevisionsGetResponse, "state">;
  return { state, entry: storedEntry(raw.get("entry") ?? "{}") };
}

function storedEntry(body: string): StoredEntry {
  const { raw, rest } = takeRaw(body, ["value", "attributes"]);
  return {
    ...(JSON.parse(rest) as Omit<Entry, "value" | "attributes">),
    text: raw.get("value") ?? "null",
    attributesText: raw.get("attributes") ?? "{}",
  };
}

/** Writes a whole value. `text` goes out exactly as it is. */
export async function writeEntry(address: Address, text: string, options: WriteOptions): Promise<EntryWritten> {
  const { createOnly } = options;
  const members = {
    ...requestMembers(address, options),
    ...(createOnly ? { createOnly } : {}),
  } satisfies Omit<EntriesSetRequest, "value" | "attributes">;
  const body = joinRaw(members, { value: text, attributes: options.attributesText });
  return JSON.parse(await callText("entries.set", body)) as EntryWritten;
}

/** Changes named places of a value, on condition that `expectedRevision` is still current. */
export async function editEntry(
  address: Address,
  edits: readonly Edit[],
  options: WriteOptions,
): Promise<EntryWritten> {
  const members = requestMembers(address, options) satisfies Omit<EntriesEditRequest, "edits" | "attributes">;
  const body = joinRaw(members, { edits: `[${edits.map(editText).join(",")}]`, attributes: options.attributesText });
  return JSON.parse(await callText("entries.edit", body)) as EntryWritten;
}

function requestMembers(address: Address, { userIds, expectedRevision }: WriteOptions) {
  return {
    ...address,
    ...(userIds ? { userIds: [...userIds] } : {}),
    ...(expectedRevision ? { expectedRevision } : {}),
  };
}

/** The text of an object with further members whose values are JSON text already. */
export function joinRaw(members: object, raw: Readonly<Record<string, string | undefined>>): string {
  const texts = Object.entries(raw).flatMap(([name, text]) =>
    text === undefined ? [] : [`${JSON.stringify(name)}:${text}`],
  );
  return `{${[JSON.stringify(members).slice(1, -1), ...texts].filter(Boolean).join(",")}}`;
}

export function editText(edit: Edit): string {
  const path = JSON.stringify(formatPointer(edit.path));
  switch (edit.type) {
    case "set":
      return `{"op":"set","path":${path},"value":${edit.value}}`;
    case "remove":
      return `{"op":"remove","path":${path}}`;
    case "rename":
      return `{"op":"rename","path":${path},"name":${JSON.stringify(edit.name)}}`;
  }
}

/** One text per entry, for maps and query keys. */
export function addressText(address: Address): string {
  return encodeURIComponent(address.connection) + placeText(address);
}

/** The part of an address text that follows the connection. */
export function placeText({ store, scope, key }: Pick<Address, "store" | "scope" | "key">): string {
  return `/${[store, scope, key].map(encodeURIComponent).join("/")}`;
}
