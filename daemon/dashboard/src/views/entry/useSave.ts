/** Saves a draft on condition that its base is still current; a conflict keeps the draft and opens the comparison. */
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { ApiError } from "../../api/error";
import { type Address, addressText, editEntry, readEntry, type StoredEntry, writeEntry } from "../../api/entries";
import { queryNames } from "../../api/queries";
import { showToast } from "../../components/Toasts";
import { askToUnlock } from "../../connections/unlocking";
import type { Connection } from "../../protocol";
import { errorText } from "../../text/errors";
import { t } from "../../text/message";
import { discardDraft, type Draft, drafts, flushDraft } from "./drafts";

const MOST_EDITS = 1_000;

interface Conflict {
  /** The entry as it is now; null when it was removed. */
  readonly entry: StoredEntry | null;
}

export interface Saving {
  readonly save: () => void;
  readonly saving: boolean;
  readonly conflict: Conflict | null;
  readonly closeConflict: () => void;
}

export function useSave(
  address: Address,
  entry: StoredEntry,
  draft: Draft | null,
  connection: Connection | null,
): Saving {
  const client = useQueryClient();
  const [saving, setSaving] = useState(false);
  const running = useRef(false);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const compare = async () => {
    const current = await readEntry(address).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === "DS005") {
        return null;
      }
      throw error;
    });
    if (current) {
      client.setQueryData(queryNames.entry(address), current);
    }
    setConflict({ entry: current });
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
      if (current.baseRevision === entry.revision) {
        await saveDraft(address, current);
        client.setQueryData(queryNames.entry(address), await readEntry(address));
        discardDraft(address);
        showToast({ kind: "success", text: t("toast.saved", { key: address.key }) });
      } else {
        await compare();
      }
    } catch (error) {
      if (error instanceof ApiError && error.code === "DS006") {
        await compare().catch(report);
      } else if (error instanceof ApiError && error.code === "DS009" && connection) {
        // The unlock ended, or the connection became read-only, since this page last heard of it.
        await client.invalidateQueries({ queryKey: queryNames.connections() });
        askToUnlock(client, connection);
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
    saving,
    conflict: draft ? conflict : null,
    closeConflict: () => setConflict(null),
  };
}

function report(error: unknown): void {
  const { title, body } = errorText(error);
  showToast({ kind: "error", text: [title, body].filter(Boolean).join(" ") });
}

/** Sends what changed: the edits where they are known, else the whole text. */
export async function saveDraft(address: Address, draft: Draft): Promise<void> {
  const { base, content, edits } = draft;
  const options = {
    expectedRevision: draft.baseRevision,
    // Always sent, because a write without them would clear them at Roblox.
    userIds: content.userIds,
    attributesText: content.attributesText,
  };
  const onlyMetadata = content.text === base.text;
  if (onlyMetadata || (edits && edits.length > 0 && edits.length <= MOST_EDITS)) {
    await editEntry(address, onlyMetadata ? [] : (edits ?? []), options);
  } else {
    await writeEntry(address, content.text, options);
  }
}
