/** An entry's revisions, newest first: look at one, or bring it back. Local copies are starred. */
import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import { call } from "../../api/client";
import { ApiError } from "../../api/error";
import type { Address, StoredEntry } from "../../api/entries";
import { queryNames, stopReading, useRevisions } from "../../api/queries";
import { tellSaved } from "../../changes/committing";
import { openReview, stageAndReview } from "../../changes/staging";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { environmentWord } from "../../components/EnvironmentChip";
import { Icon, type IconName } from "../../components/Icon";
import { Empty, Failure, Skeleton } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { useChanging } from "../../connections/useAccess";
import type { Connection, RevisionState, RevisionSummary } from "../../protocol";
import { navigate } from "../../routing/navigation";
import { formatRoute } from "../../routing/route";
import { formatDay, formatExact, formatMoment, formatSize } from "../../text/format";
import { t } from "../../text/message";
import { drafts } from "./drafts";
import { addressText } from "../../api/entries";
import { shortRevision } from "./EntryBar";
import type { EntryRoute } from "./EntryPanel";

const ICONS: Readonly<Record<RevisionState, IconName>> = {
  current: "check",
  kept: "clock",
  localCopy: "star",
  removed: "cross",
};

interface HistoryTabProps {
  readonly route: EntryRoute;
  readonly address: Address;
  /** Null when the entry is removed. */
  readonly entry: StoredEntry | null;
  readonly connection: Connection | null;
}

export function HistoryTab({ route, address, entry, connection }: HistoryTabProps) {
  const client = useQueryClient();
  const read = useRevisions(address);
  const [asked, setAsked] = useState<RevisionSummary | null>(null);
  const [focused, setFocused] = useState(0);
  const revisions = read.data?.pages.flatMap((page) => page.revisions) ?? [];
  const view = (revision: RevisionSummary) =>
    navigate({ ...route, entry: { ...route.entry, tab: "value", revision: revision.revision } });
  const { reviewed, reason: offReason } = useChanging(connection, "WRITE_DATA", "writeEntries", address.store);
  const restore = (revision: RevisionSummary) => {
    if (!reviewed || !connection) {
      setAsked(revision);
      return;
    }
    const { store, scope, key } = address;
    void stageAndReview(connection, {
      kind: "restore",
      store,
      scope,
      key,
      revision: revision.revision,
      ...(entry ? { expectedRevision: entry.revision } : {}),
    });
  };
  const keys = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const current = revisions[focused];
    if (step !== 0) {
      event.preventDefault();
      const next = Math.max(0, Math.min(revisions.length - 1, focused + step));
      setFocused(next);
      document.getElementById(`history-row-${next}`)?.focus();
    } else if (event.target instanceof HTMLElement && event.target.id.startsWith("history-row") && current) {
      if (event.key === "Enter" && current.state !== "removed" && entry) {
        view(current);
      } else if (event.key.toLowerCase() === "r" && mayRestore(current) && offReason === null) {
        restore(current);
      }
    }
  };
  if (read.isPending) {
    return (
      <Skeleton
        rows={6}
        label={t("history.reading")}
        cancel={{ id: "history-cancel", run: () => stopReading(client, queryNames.revisions(address)) }}
      />
    );
  }
  if (read.error) {
    return <Failure id="history-error" error={read.error} onRetry={() => void read.refetch()} />;
  }
  if (revisions.length === 0) {
    return <Empty icon="clock" title={t("history.none")} />;
  }
  return (
    <div className="history" data-view="history">
      <p className="muted history-note">{t("history.explain")}</p>
      <ol id="history-list" className="history-list" aria-label={t("entry.history")} onKeyDown={keys}>
        {revisions.map((revision, index) => (
          <li
            key={revision.revision}
            id={`history-row-${index}`}
            className="history-row"
            data-state={revision.state}
            data-revision={revision.revision}
            tabIndex={index === focused ? 0 : -1}
            onFocus={() => setFocused(index)}
          >
            <span className={`history-icon history-${revision.state}`}>
              <Icon name={ICONS[revision.state]} />
            </span>
            <time dateTime={revision.createdAt} title={formatExact(revision.createdAt)}>
              {formatMoment(revision.createdAt)}
            </time>
            <span className="history-size">{revision.sizeBytes == null ? "" : formatSize(revision.sizeBytes)}</span>
            <span className="history-state">
              {t(`history.state.${revision.state}`)}
              {revision.expiresAt && (
                <span className="muted" title={formatExact(revision.expiresAt)}>
                  {" "}
                  {t("history.until", { time: formatDay(revision.expiresAt) })}
                </span>
              )}
            </span>
            <code className="muted history-id" title={revision.revision}>
              {shortRevision(revision.revision)}
            </code>
            <span className="history-deeds">
              {revision.state !== "removed" && entry && (
                <Button id={`history-view-${index}`} kind="quiet" onPress={() => view(revision)}>
                  {t("history.view")}
                </Button>
              )}
              {mayRestore(revision) && (
                <Button
                  id={`history-restore-${index}`}
                  kind="quiet"
                  icon="restore"
                  offReason={offReason}
                  onPress={() => restore(revision)}
                >
                  {t("history.restore")}
                </Button>
              )}
            </span>
            {revision.by != null && <Author revision={revision} connection={route.connection} />}
          </li>
        ))}
      </ol>
      {read.hasNextPage && (
        <Button id="history-more" onPress={() => void read.fetchNextPage()}>
          {t("history.more")}
        </Button>
      )}
      {asked && (
        <RestoreDialog
          address={address}
          entry={entry}
          revision={asked}
          environment={environmentWord(connection?.environment ?? "unclassified")}
          onClose={() => setAsked(null)}
          onRestored={() => {
            setAsked(null);
            const { revision: _revision, ...rest } = route.entry;
            navigate({ ...route, entry: { ...rest, tab: "value" } });
          }}
        />
      )}
    </div>
  );
}

/** Who wrote a revision and why, where this product did; its operation is one press away. */
function Author({ revision, connection }: { readonly revision: RevisionSummary; readonly connection: string }) {
  const { by, reason, changeSet } = revision;
  return (
    <span className="history-author">
      <Icon name="person" size={12} /> <SafeText text={by ?? ""} />
      {reason && (
        <span className="history-reason" title={reason}>
          <SafeText text={reason} />
        </span>
      )}
      {changeSet && <a href={formatRoute({ view: "history", connection, set: changeSet })}>{t("history.operation")}</a>}
    </span>
  );
}

function mayRestore(revision: RevisionSummary): boolean {
  return revision.state === "kept" || revision.state === "localCopy";
}

interface RestoreDialogProps {
  readonly address: Address;
  readonly entry: StoredEntry | null;
  readonly revision: RevisionSummary;
  readonly environment: string;
  readonly onClose: () => void;
  readonly onRestored: () => void;
}

function RestoreDialog({ address, entry, revision, environment, onClose, onRestored }: RestoreDialogProps) {
  const client = useQueryClient();
  const [error, setError] = useState<unknown>(null);
  const hasDraft = drafts.get().has(addressText(address));
  const restore = async () => {
    try {
      const written = await call("revisions.restore", {
        ...address,
        revision: revision.revision,
        ...(entry ? { expectedRevision: entry.revision } : {}),
      });
      if (written.outcome === "staged") {
        onClose();
        openReview(address.connection, written.changeSet, 1);
        return;
      }
      tellSaved(client, t("history.restored", { key: address.key }), address.connection, written.changeSet);
      await client.invalidateQueries({ queryKey: queryNames.entry(address) });
      await client.invalidateQueries({ queryKey: queryNames.revisions(address) });
      onRestored();
    } catch (failure) {
      setError(failure);
      if (failure instanceof ApiError && failure.code === "DS006") {
        await client.invalidateQueries({ queryKey: queryNames.entry(address) });
      }
    }
  };
  return (
    <Dialog
      id="restore-dialog"
      title={t("history.restoreTitle", { time: formatMoment(revision.createdAt) })}
      onCancel={onClose}
      buttons={
        <>
          <Button id="restore-cancel" onPress={onClose} autoFocus>
            {t("dialog.cancel")}
          </Button>
          <Button id="restore-confirm" kind="primary" icon="restore" onPress={() => void restore()}>
            {t("history.restoreOne", { environment })}
          </Button>
        </>
      }
    >
      <p>{t("history.restoreBody", { key: address.key })}</p>
      {hasDraft && <p className="muted">{t("history.restoreDraft")}</p>}
      {error !== null && <Failure id="restore-error" error={error} />}
    </Dialog>
  );
}
