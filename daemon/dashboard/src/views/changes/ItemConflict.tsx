/** An item whose entry was changed by someone else after it was staged: what the daemon merged, and what is to be decided. */
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { changeNames, keepSet, useItemValues } from "../../api/changeQueries";
import { call } from "../../api/client";
import { ApiError } from "../../api/error";
import { type Choices, mergedRows } from "../../changes/conflictRows";
import { environmentWord } from "../../components/EnvironmentChip";
import { Failure } from "../../components/Panels";
import { askToUnlock } from "../../connections/unlocking";
import type { ChangeItem, ChangeSet, ChangesetsResolveRequest, Connection } from "../../protocol";
import { navigate } from "../../routing/navigation";
import { t } from "../../text/message";
import { ConflictFrame } from "../entry/ConflictFrame";
import { takeBackAsDraft } from "../entry/drafts";
import { OverwriteDialog } from "../entry/OverwriteDialog";

interface ItemConflictProps {
  readonly set: ChangeSet;
  readonly item: ChangeItem;
  readonly connection: Connection;
  readonly onClose: () => void;
}

export function ItemConflict({ set, item, connection, onClose }: ItemConflictProps) {
  const client = useQueryClient();
  const values = useItemValues(set.id, item.item, item.changedAt, true);
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const [overwriting, setOverwriting] = useState(false);
  const detail = values.data?.detail;
  const rows = useMemo(
    () =>
      detail
        ? mergedRows(
            detail.overlaps,
            detail.before?.text ?? null,
            detail.theirs?.text ?? null,
            detail.merged?.text ?? null,
          )
        : [],
    [detail],
  );
  const environment = environmentWord(connection.environment);
  const resolve = async (request: Omit<ChangesetsResolveRequest, "set" | "item">): Promise<boolean> => {
    setRunning(true);
    setError(null);
    try {
      const done = await call("changesets.resolve", { set: set.id, item: item.item, ...request });
      keepSet(client, done.set);
      await client.invalidateQueries({ queryKey: changeNames.items(set.id) });
      return true;
    } catch (failure) {
      setError(failure);
      setRunning(false);
      if (failure instanceof ApiError && failure.code === "DS009") {
        askToUnlock(client, connection);
      }
      if (failure instanceof ApiError && failure.code === "DS006") {
        // It changed once more: what is to be decided is read again.
        await client.invalidateQueries({ queryKey: changeNames.items(set.id) });
        await client.invalidateQueries({ queryKey: changeNames.values(set.id, item.item) });
      }
      return false;
    }
  };
  const close = (done: boolean) => {
    if (done) {
      onClose();
    }
  };
  const looked = detail?.theirs?.revision ? { expectedRevision: detail.theirs.revision } : {};
  const use = (choices: Choices) => {
    const sides = (detail?.overlaps ?? []).map(({ path }) => ({
      path,
      side: choices.get(path) ?? ("theirs" as const),
    }));
    void resolve({ resolution: "useMerged", choices: sides, ...looked }).then(close);
  };
  const overwrite = () =>
    void resolve({ resolution: "overwriteTheirs", confirm: { key: item.key }, ...looked }).then(close);
  const { before, after } = detail ?? { before: null, after: null };
  const mayBeDraft = !item.ordered && before?.revision != null && after !== null;
  /** The change goes back to where it was edited, and theirs stays until it is saved again. */
  const backToDraft = async () => {
    if (!mayBeDraft || !before?.revision || !after) {
      onClose();
      return;
    }
    const { store, scope, key } = item;
    if (await resolve({ resolution: "keepTheirs" })) {
      takeBackAsDraft({ connection: connection.name, store, scope, key }, before.revision, before, after);
      onClose();
      navigate({
        view: "standard",
        connection: connection.name,
        store,
        entry: { scope, key, tab: "value", view: "tree" },
      });
    }
  };
  if (overwriting) {
    return (
      <OverwriteDialog
        address={item}
        environment={connection.environment}
        error={error}
        onBack={() => setOverwriting(false)}
        onOverwrite={overwrite}
      />
    );
  }
  const isGone = detail !== undefined && detail.theirs === null;
  const tooMany = detail !== undefined && detail.overlapCount > detail.overlaps.length;
  return (
    <ConflictFrame
      rows={rows}
      body={isGone ? t("conflict.itemRemoved") : t("conflict.item")}
      useText={t("conflict.use", { environment })}
      useReason={
        detail === undefined
          ? t("difference.reading")
          : tooMany
            ? t("conflict.tooMany", { count: detail.overlapCount })
            : detail.merged === null && detail.overlaps.length === 0
              ? t("conflict.noMerge")
              : null
      }
      backText={mayBeDraft ? t("conflict.back") : t("dialog.cancel")}
      keepText={isGone ? t("conflict.keepRemoved") : t("conflict.keepTheirs")}
      error={error}
      running={running}
      onUse={use}
      onKeep={() => void resolve({ resolution: "keepTheirs" }).then(close)}
      onBack={() => void backToDraft()}
      onCancel={onClose}
      onOverwrite={() => setOverwriting(true)}
    >
      {values.error && <Failure id="conflict-read-error" error={values.error} onRetry={() => void values.refetch()} />}
    </ConflictFrame>
  );
}
