/**
 * Reads and writes entries without decoding their values.
 *
 * **Invariant:** the text of a value that is written is either the text that was read, edited by span, or the text a
 * person typed; no value passes through `JSON.parse` and back.
 */
import { formatPointer } from "../json/pointer";
import { rawMember } from "../json/scan";
import type { Edit } from "../json/edit";
import type { Entry, EntryWritten, RevisionState, RevisionsGetResponse } from "../protocol";
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
  const entryText = rawMember(body, "entry") ?? "{}";
  const { state } = JSON.parse(withoutValues(body, entryText)) as Pick<RevisionsGetResponse, "state">;
  return { state, entry: storedEntry(entryText) };
}

/** The body without its large `entry` member, for decoding the small rest. */
function withoutValues(body: string, entryText: string): string {
  const at = body.indexOf(entryText);
  return `${body.slice(0, at)}null${body.slice(at + entryText.length)}`;
}

function storedEntry(body: string): StoredEntry {
  const text = rawMember(body, "value") ?? "null";
  const attributesText = rawMember(body, "attributes") ?? "{}";
  const { value: _value, attributes: _attributes, ...rest } = JSON.parse(body) as Entry;
  return { ...rest, text, attributesText };
}

/** Writes a whole value. `text` goes out exactly as it is. */
export async function writeEntry(address: Address, text: string, options: WriteOptions): Promise<EntryWritten> {
  const { userIds, attributesText, expectedRevision, createOnly } = options;
  const members = JSON.stringify({
    ...address,
    ...(userIds ? { userIds } : {}),
    ...(expectedRevision ? { expectedRevision } : {}),
    ...(createOnly ? { options: { createOnly: true } } : {}),
  });
  const attributes = attributesText === undefined ? "" : `,"attributes":${attributesText}`;
  const body = `${members.slice(0, -1)},"value":${text}${attributes}}`;
  return JSON.parse(await callText("entries.set", body)) as EntryWritten;
}

/** Changes named places of a value, on condition that `expectedRevision` is still current. */
export async function editEntry(
  address: Address,
  edits: readonly Edit[],
  options: WriteOptions,
): Promise<EntryWritten> {
  const { userIds, attributesText, expectedRevision } = options;
  const members = JSON.stringify({
    ...address,
    ...(userIds ? { userIds } : {}),
    ...(expectedRevision ? { expectedRevision } : {}),
  });
  const attributes = attributesText === undefined ? "" : `,"attributes":${attributesText}`;
  const body = `${members.slice(0, -1)},"edits":[${edits.map(editText).join(",")}]${attributes}}`;
  return JSON.parse(await callText("entries.edit", body)) as EntryWritten;
}

function editText(edit: Edit): string {
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
  return [address.connection, address.store, address.scope, address.key].map(encodeURIComponent).join("/");
}
