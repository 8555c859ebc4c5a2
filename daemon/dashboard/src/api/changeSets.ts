/**
 * Stages changes and reads them back, without decoding their values.
 *
 * **Invariant:** as in `entries.ts`, no value passes through `JSON.parse` and back.
 */
import { takeRaw } from "../json/scan";
import type { Edit } from "../json/edit";
import type {
  ChangeItem,
  ChangeSet,
  ChangesetsGetRequest,
  ChangesetsGetResponse,
  ChangesetsProposeRequest,
  ChangesetsProposeResponse,
  EntryImage,
  ItemDetail,
  ProposedChange,
} from "../protocol";
import { callText } from "./client";
import { editText, joinRaw } from "./entries";

/** A change to propose; what is JSON goes out exactly as its text is. */
export interface Proposal extends Omit<ProposedChange, "value" | "attributes" | "edits"> {
  readonly text?: string;
  readonly attributesText?: string;
  readonly edits?: readonly Edit[];
}

export async function propose(
  request: Omit<ChangesetsProposeRequest, "changes">,
  proposals: readonly Proposal[],
): Promise<ChangesetsProposeResponse> {
  const changes = `[${proposals.map(proposalText).join(",")}]`;
  return JSON.parse(await callText("changesets.propose", joinRaw(request, { changes }))) as ChangesetsProposeResponse;
}

function proposalText({ text, attributesText, edits, ...members }: Proposal): string {
  return joinRaw(members, {
    value: text,
    attributes: attributesText,
    edits: edits && `[${edits.map(editText).join(",")}]`,
  });
}

/** A page of items, without their values. */
export async function readItems(
  request: Omit<ChangesetsGetRequest, "item" | "values">,
  signal?: AbortSignal,
): Promise<ChangesetsGetResponse> {
  return JSON.parse(await callText("changesets.get", JSON.stringify(request), signal)) as ChangesetsGetResponse;
}

/** A whole entry with its value and attributes as exact text. */
export interface StoredImage extends Omit<EntryImage, "value" | "attributes"> {
  readonly text: string;
  readonly attributesText: string;
}

type ImageName = "before" | "after" | "theirs" | "merged";
const IMAGES: readonly ImageName[] = ["before", "after", "theirs", "merged"];

export interface StoredDetail extends Omit<ItemDetail, ImageName> {
  readonly before: StoredImage | null;
  readonly after: StoredImage | null;
  readonly theirs: StoredImage | null;
  readonly merged: StoredImage | null;
}

export interface ItemInFull {
  readonly set: ChangeSet;
  readonly item: ChangeItem;
  readonly detail: StoredDetail;
}

/** One item; null when the set has it no more. */
export async function readItem(
  set: string,
  item: number,
  values: boolean,
  signal?: AbortSignal,
): Promise<ItemInFull | null> {
  const body = await callText("changesets.get", JSON.stringify({ set, item, values }), signal);
  const { raw, rest } = takeRaw(body, ["detail"]);
  const answer = JSON.parse(rest) as Pick<ChangesetsGetResponse, "set" | "items">;
  const [only] = answer.items;
  return only ? { set: answer.set, item: only, detail: storedDetail(raw.get("detail") ?? "{}") } : null;
}

function storedDetail(body: string): StoredDetail {
  const { raw, rest } = takeRaw(body, IMAGES);
  const facts = JSON.parse(rest) as Partial<Omit<ItemDetail, ImageName>>;
  const image = (name: ImageName) => storedImage(raw.get(name));
  return {
    differences: facts.differences ?? [],
    differenceCount: facts.differenceCount ?? 0,
    overlaps: facts.overlaps ?? [],
    overlapCount: facts.overlapCount ?? 0,
    before: image("before"),
    after: image("after"),
    theirs: image("theirs"),
    merged: image("merged"),
  };
}

function storedImage(body: string | undefined): StoredImage | null {
  if (body === undefined || body === "null") {
    return null;
  }
  const { raw, rest } = takeRaw(body, ["value", "attributes"]);
  return {
    ...(JSON.parse(rest) as Omit<EntryImage, "value" | "attributes">),
    text: raw.get("value") ?? "null",
    attributesText: raw.get("attributes") ?? "{}",
  };
}
