/**
 * Brings a draft on its way: saves it on condition that its base is still current, or stages it where changes are reviewed.
 * What others changed meanwhile is merged where it touches other places; else the draft is kept and the comparison opens.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { Proposal } from "../../api/changeSets";
import { ApiError } from "../../api/error";
import { type Address, addressText, editEntry, readEntry, type StoredEntry, writeEntry } from "../../api/entries";
import { queryNames } from "../../api/queries";
import { report, tellSaved, tellUnknown } from "../../changes/committing";
import { openReview, stage } from "../../changes/staging";
import { showToast } from "../../components/Toasts";
import type { Connection, EntryWritten } from "../../protocol";
import { t } from "../../text/message";
import {
  type Content,
  contentOf,
  discardDraft,
  type Draft,
  drafts,
  flushDraft,
  isStaged,
  markStaged,
  rebaseDraft,
} from "./drafts";
import { cleanMerge } from "./mergedContent";

const MOST_EDITS = 1_000;

interface Conflict {
  /** The entry as it is now; null when it was removed. */
  readonly entry: StoredEntry | null;
}

export interface Saving {
  readonly save: () => void;
  /** Shows what others changed beside what the draft changes, without saving. */
  readonly compare: () => void;
  readonly saving: boolean;
  readonly conflict: Conflict | null;
  /** Saves or stages what was decided about the conflict. */
  readonly decide: (content: Content) => Promise<void>;
  readonly closeConflict: () => void;
}

export function useSave(
  address: Address,
  entry: StoredEntry,
  draft: Draft | null,
  connection: Connection | null,
  reviewed: boolean,
): Saving {
  const client = useQueryClient();
  const [saving, setSaving] = useState(false);
  const running = useRef(false);
  const [conflict, setConflict] = useState<Conflict | null>(null);

  const readCurrent = async () => {
    const current = await readEntry(address).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === "DS005") {
        return null;
      }
      throw error;
    });
    if (current) {
      client.setQueryData(queryNames.entry(address), current);
    }
    return current;
  };

  /** Saves or stages a draft whose base is current as far as anybody knows. */
  const send = async (current: Draft, text: string) => {
    if (reviewed && connection) {
      await stageDraft(connection, current);
      return;
    }
    const written = await saveDraft(address, current);
    if (written.outcome === "staged") {
      // The connection became one whose changes are reviewed since this page last heard of it.
      await client.invalidateQueries({ queryKey: queryNames.connections() });
      markStaged(address, { set: written.changeSet, item: 1, isBehind: false });
      openReview(address.connection, written.changeSet, 1);
      return;
    }
    client.setQueryData(queryNames.entry(address), await readEntry(address));
    discardDraft(address);
    tellSaved(client, text, address.connection, written.changeSet);
  };

  /** Lays the draft over what is there now, when nothing has to be chosen; else asks. */
  const merge = async (current: Draft) => {
    const theirs = await readCurrent();
    const merged = theirs && cleanMerge(current, contentOf(theirs));
    if (!theirs || !merged) {
      setConflict({ entry: theirs });
      return;
    }
    await send(rebaseDraft(current, theirs, merged), t("toast.merged", { key: address.key }));
  };

  const run = async () => {
    if (running.current) {
      return;
    }
    running.current = true;
    setSaving(true);
    try {
      await flushDraft();
      const current = drafts.get().get(addressText(address));
      if (!current || current.invalidText !== null) {
        return;
      }
      if (current.staged && isStaged(current)) {
        openReview(address.connection, current.staged.set, current.staged.item);
      } else if (current.baseRevision === entry.revision) {
        await send(current, t("toast.saved", { key: address.key })).catch(async (error: unknown) => {
          if (!(error instanceof ApiError && error.code === "DS006")) {
            throw error;
          }
          await merge(current);
        });
      } else {
        await merge(current);
      }
    } catch (error) {
      if (error instanceof ApiError && error.code === "DS006") {
        setConflict({ entry: await readCurrent().catch(() => null) });
      } else if (error instanceof ApiError && error.code === "DS007" && connection) {
        await tellUnknown(error, connection);
      } else if (error instanceof ApiError && error.code === "DS009" && connection) {
        // The unlock ended, or the connection became read-only, since this page last heard of it.
        await client.invalidateQueries({ queryKey: queryNames.connections() });
        report(error);
      } else {
        report(error);
      }
    } finally {
      running.current = false;
      setSaving(false);
    }
  };

  return {
    save: () => void run(),
    compare: () => void readCurrent().then((current) => setConflict({ entry: current }), report),
    saving,
    conflict: draft ? conflict : null,
    decide: async (content) => {
      const current = drafts.get().get(addressText(address));
      const theirs = conflict?.entry ?? null;
      if (!current) {
        return;
      }
      if (theirs) {
        await send(rebaseDraft(current, theirs, content), t("toast.saved", { key: address.key }));
      } else if (reviewed && connection) {
        await stageDraft(connection, { ...current, content, edits: null }, true);
      } else {
        const written = await writeEntry(address, content.text, { ...content, createOnly: true });
        client.setQueryData(queryNames.entry(address), await readEntry(address));
        discardDraft(address);
        tellSaved(client, t("toast.saved", { key: address.key }), address.connection, written.changeSet);
      }
    },
    closeConflict: () => setConflict(null),
  };
}

/** Stages a draft and opens its review; the draft stays until the change is committed. */
async function stageDraft(connection: Connection, draft: Draft, isNew = false): Promise<void> {
  const staged = await stage(connection, proposalOf(draft, isNew));
  if (!staged) {
    discardDraft(draft.address);
    showToast({ kind: "success", text: t("review.nothing", { key: draft.address.key }) });
    return;
  }
  markStaged(draft.address, { set: staged.set.id, item: staged.item, isBehind: false });
  openReview(connection.name, staged.set.id, staged.item);
}

/** What changed: the edits where they are known, else the whole text. */
function sendsEdits({ base, content, edits }: Draft): boolean {
  return content.text === base.text || (edits !== null && edits.length > 0 && edits.length <= MOST_EDITS);
}

function editsOf({ base, content, edits }: Draft) {
  return content.text === base.text ? [] : (edits ?? []);
}

/** A draft as a proposed change; a new entry has no revision to be still at. */
function proposalOf(draft: Draft, isNew: boolean): Proposal {
  const { address, content, baseRevision } = draft;
  const whole = isNew || !sendsEdits(draft);
  return {
    kind: whole ? "set" : "edit",
    store: address.store,
    scope: address.scope,
    key: address.key,
    userIds: [...content.userIds],
    attributesText: content.attributesText,
    ...(whole ? { text: content.text } : { edits: editsOf(draft) }),
    ...(isNew ? {} : { expectedRevision: baseRevision }),
  };
}

/** Sends what changed. User tags and metadata always go along, because a write without them would clear them at Roblox. */
export async function saveDraft(address: Address, draft: Draft): Promise<EntryWritten> {
  const { content } = draft;
  const options = {
    expectedRevision: draft.baseRevision,
    userIds: content.userIds,
    attributesText: content.attributesText,
  };
  return sendsEdits(draft) ? editEntry(address, editsOf(draft), options) : writeEntry(address, content.text, options);
}
