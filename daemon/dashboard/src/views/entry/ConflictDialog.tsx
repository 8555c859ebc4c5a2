/**
 * The entry changed since the draft began. Places that one side touched are taken; where both did, a person chooses. The
 * result is saved, or staged for review where changes are reviewed.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { ApiError } from "../../api/error";
import type { Address, StoredEntry } from "../../api/entries";
import { queryNames } from "../../api/queries";
import { type Choices, conflictRows } from "../../changes/conflictRows";
import { environmentWord } from "../../components/EnvironmentChip";
import type { Environment } from "../../protocol";
import { t } from "../../text/message";
import { ConflictFrame } from "./ConflictFrame";
import { type Content, contentOf, discardDraft, type Draft, sameContent } from "./drafts";
import { mergedContent } from "./mergedContent";
import { OverwriteDialog } from "./OverwriteDialog";

interface ConflictDialogProps {
  readonly draft: Draft;
  /** Null when the entry was removed. */
  readonly theirs: StoredEntry | null;
  readonly address: Address;
  readonly environment: Environment;
  readonly reviewed: boolean;
  /** Saves or stages what was decided, over the entry as it is in `theirs`. */
  readonly onDecided: (content: Content) => Promise<void>;
  readonly onClose: () => void;
}

export function ConflictDialog(props: ConflictDialogProps) {
  const { draft, theirs, address, reviewed, onDecided, onClose } = props;
  const client = useQueryClient();
  const rows = useMemo(
    () => (theirs ? conflictRows(draft.base, contentOf(theirs), draft.content) : []),
    [draft, theirs],
  );
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const [overwriting, setOverwriting] = useState(false);
  const environment = environmentWord(props.environment);

  const keepTheirs = () => {
    discardDraft(address);
    void client.invalidateQueries({ queryKey: queryNames.entry(address) });
    onClose();
  };
  const decide = async (content: Content) => {
    if (theirs && sameContent(content, contentOf(theirs))) {
      return keepTheirs();
    }
    setRunning(true);
    setError(null);
    try {
      await onDecided(content);
      onClose();
    } catch (failure) {
      setError(failure);
      setRunning(false);
      if (failure instanceof ApiError && failure.code === "DS006") {
        await client.invalidateQueries({ queryKey: queryNames.entry(address) });
      }
    }
  };
  if (overwriting) {
    return (
      <OverwriteDialog
        address={address}
        environment={props.environment}
        reviewed={reviewed}
        error={error}
        onBack={() => setOverwriting(false)}
        onOverwrite={() => void decide(draft.content)}
      />
    );
  }
  const use = (choices: Choices) =>
    void decide(theirs ? mergedContent(draft, contentOf(theirs), choices) : draft.content);
  return (
    <ConflictFrame
      rows={rows}
      body={theirs ? t("conflict.body") : t("conflict.bodyRemoved")}
      useText={
        reviewed ? t("review.open", { count: 1 }) : t(theirs ? "conflict.use" : "conflict.createAgain", { environment })
      }
      keepText={theirs ? t("conflict.keepTheirs") : t("conflict.keepRemoved")}
      error={error}
      running={running}
      onUse={use}
      onKeep={keepTheirs}
      onBack={onClose}
      onCancel={onClose}
      {...(theirs ? { onOverwrite: () => setOverwriting(true) } : {})}
    />
  );
}
