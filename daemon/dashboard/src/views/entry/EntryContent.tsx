/** An entry that was read: bands, tabs, the chosen tab's content, and the bar with size and Save. */
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useState } from "react";
import type { Address, StoredEntry } from "../../api/entries";
import { useStatus } from "../../api/queries";
import { useCell } from "../../cell";
import { Age } from "../../components/Age";
import { Band } from "../../components/Band";
import { Button } from "../../components/Button";
import { environmentWord } from "../../components/EnvironmentChip";
import { Skeleton } from "../../components/Panels";
import { Tabs } from "../../components/Tabs";
import { showToast } from "../../components/Toasts";
import { openLast } from "../../changes/committing";
import { openReview, stageAndReview, useReviewSet } from "../../changes/staging";
import { useChanging, useRoleReason } from "../../connections/useAccess";
import { useCommands } from "../../frame/commands";
import { requestFocus } from "../../frame/focus";
import { sizeInBytes } from "../../json/scan";
import type { Connection, EntriesChanged } from "../../protocol";
import { navigate } from "../../routing/navigation";
import { type EntryTab, formatRoute, type ValueView } from "../../routing/route";
import { formatMoment } from "../../text/format";
import { t } from "../../text/message";
import { ConflictDialog } from "./ConflictDialog";
import { contentOf, discardDraft, type Draft, heldBack, isStaged, moveInHistory } from "./drafts";
import { EntryBar } from "./EntryBar";
import type { EntryRoute } from "./EntryPanel";
import { HistoryTab } from "./HistoryTab";
import { MetadataTab } from "./MetadataTab";
import { attributesProblem } from "./metadataLimits";
import { NewEntryDialog } from "./NewEntryDialog";
import { RemoveEntryDialog } from "./RemoveEntryDialog";
import { useSave } from "./useSave";
import { useRevisionView } from "./revisionView";
import { ValueTree } from "./ValueTree";
import { Warnings } from "./Warnings";

const JsonEditor = lazy(() => import("./JsonEditor").then((module) => ({ default: module.JsonEditor })));

const VALUE_LIMIT_BYTES = 4_194_304;

interface EntryContentProps {
  readonly route: EntryRoute;
  readonly address: Address;
  readonly entry: StoredEntry;
  readonly draft: Draft | null;
  readonly connection: Connection | null;
  /** The entry was removed elsewhere while a draft of it stands here. */
  readonly isGone: boolean;
  readonly changedElsewhere: EntriesChanged | null;
  readonly onShowChange: () => void;
}

export function EntryContent(props: EntryContentProps) {
  const { route, address, entry, draft, connection, changedElsewhere } = props;
  const { tab, view } = route.entry;
  const [asked, setAsked] = useState<"duplicate" | "remove" | null>(null);
  const client = useQueryClient();
  const past = useRevisionView(address, route.entry.revision ?? null);
  const content = draft?.content ?? contentOf(entry);
  const person = useStatus().data?.principal.name ?? "";

  // Where changes are reviewed, staging them works in a read-only connection too.
  const write = useChanging(connection, "WRITE_DATA", "writeEntries", address.store);
  const removal = useChanging(connection, "DELETE_DATA", "deleteEntries", address.store);
  const { reviewed } = write;
  const saving = useSave(address, entry, draft, connection, reviewed);
  const reviewSet = useReviewSet(connection);
  const editReason = useRoleReason("WRITE_DATA") ?? (past ? t("reason.past") : null);
  const draftText = draft?.content.text ?? null;
  const bytes = useMemo(
    () => (draftText === null ? entry.metadata.size : sizeInBytes(draftText)),
    [draftText, entry.metadata.size],
  );
  const isHeldBack = useCell(heldBack);
  const problem = attributesProblem(content.attributesText);
  const draftReason =
    (saving.saving ? t("reason.running") : null) ??
    (draft || isHeldBack ? null : t("reason.noChange")) ??
    (draft && draft.invalidText !== null && !isHeldBack ? t("reason.notJson") : null) ??
    (bytes > VALUE_LIMIT_BYTES ? t("reason.tooLarge", { bytes: bytes - VALUE_LIMIT_BYTES }) : null) ??
    problem;
  const isWaiting = isStaged(draft);
  const saveReason = isWaiting ? null : (write.reason ?? draftReason);
  const isInSet = reviewSet !== null && draft?.staged?.set === reviewSet.id;
  const otherChanges = (reviewSet?.counts.staged ?? 0) - (isInSet ? 1 : 0);
  const remove = () => {
    if (!reviewed || !connection) {
      setAsked("remove");
      return;
    }
    const { store, scope, key } = address;
    void stageAndReview(connection, { kind: "remove", store, scope, key, expectedRevision: entry.revision });
  };
  const undo = () => {
    if (draft?.past.length) {
      moveInHistory(address, "undo");
    } else if (connection) {
      void openLast(client, connection, person, "undo");
    }
  };
  const redo = () => {
    if (draft?.future.length) {
      moveInHistory(address, "redo");
    } else if (connection) {
      void openLast(client, connection, person, "redo");
    }
  };

  const go = (part: { readonly tab?: EntryTab; readonly view?: ValueView }) =>
    navigate({ ...route, entry: { ...route.entry, ...part } }, { replace: true });

  useCommands([
    {
      id: "save",
      title: t(reviewed || isWaiting ? "command.review" : "command.save", { key: address.key }),
      shortcut: "Ctrl+S",
      run: saving.save,
      offReason: saveReason,
    },
    {
      id: "undo",
      title: t(draft?.past.length ? "command.undo" : "command.undoLast"),
      shortcut: "Ctrl+Z",
      run: undo,
      offReason: draft?.past.length ? null : write.reason,
    },
    {
      id: "redo",
      title: t(draft?.future.length ? "command.redo" : "command.redoLast"),
      shortcut: "Ctrl+Shift+Z",
      run: redo,
      offReason: draft?.future.length ? null : write.reason,
    },
    {
      id: "copy-link",
      title: t("command.copyLink"),
      shortcut: "y",
      run: () => {
        const pinned = { ...route, entry: { ...route.entry, revision: route.entry.revision ?? entry.revision } };
        void navigator.clipboard.writeText(new URL(formatRoute(pinned), window.location.href).href);
        showToast({ kind: "success", text: t("toast.linkCopied") });
      },
    },
    { id: "show-tree", title: t("command.tree"), run: () => go({ tab: "value", view: "tree" }) },
    { id: "show-json", title: t("command.json"), run: () => go({ tab: "value", view: "json" }) },
    { id: "show-metadata", title: t("command.metadata"), run: () => go({ tab: "metadata" }) },
    { id: "show-history", title: t("command.history"), run: () => go({ tab: "history" }) },
    { id: "duplicate", title: t("command.duplicate"), run: () => setAsked("duplicate"), offReason: write.reason },
    { id: "remove", title: t("command.remove"), run: remove, offReason: removal.reason },
  ]);

  return (
    <>
      {changedElsewhere && (
        <Band
          id="entry-stale"
          kind="warning"
          actions={
            <Button id="entry-show-change" onPress={props.onShowChange}>
              {t("entry.show")}
            </Button>
          }
        >
          {t(changedElsewhere.change === "removed" ? "entry.removedElsewhere" : "entry.changedElsewhere", {
            person: changedElsewhere.by,
          })}{" "}
          <Age time={changedElsewhere.at} />. {t("entry.draftIsKept")}
        </Band>
      )}
      {!changedElsewhere && draft && draft.baseRevision !== entry.revision && (
        <Band
          id="entry-outdated"
          kind="warning"
          actions={
            <Button id="entry-compare" kind="primary" onPress={saving.compare}>
              {t("entry.compare")}
            </Button>
          }
        >
          {t("entry.draftOutdated")}
        </Band>
      )}
      {draft?.staged && (
        <Band
          id="entry-staged"
          kind="info"
          actions={
            <Button
              id="entry-open-review"
              icon="changes"
              onPress={() => draft.staged && openReview(address.connection, draft.staged.set, draft.staged.item)}
            >
              {t("review.openWord")}
            </Button>
          }
        >
          {t(draft.staged.isBehind ? "entry.stagedBehind" : "entry.staged")}
        </Band>
      )}
      {props.isGone && (
        <Band id="entry-gone" kind="warning">
          {t("entry.gone")}
        </Band>
      )}
      {past && (
        <Band
          id="entry-past"
          kind="info"
          actions={
            <Button
              id="entry-show-current"
              onPress={() => {
                const { revision: _revision, ...rest } = route.entry;
                navigate({ ...route, entry: rest });
              }}
            >
              {t("entry.showCurrent")}
            </Button>
          }
        >
          {past.entry
            ? t("entry.past", { time: formatMoment(past.entry.metadata.lastModified) })
            : past.error
              ? t("error.DS013.title")
              : t("entry.readingPast")}
        </Band>
      )}
      <div className="entry-head">
        <Tabs
          id="entry-tab"
          label={t("entry.tabs")}
          tabs={[
            { name: "value", text: t("entry.value") },
            { name: "metadata", text: t("entry.metadata") },
            { name: "history", text: t("entry.history") },
          ]}
          chosen={tab}
          onChoose={(chosen) => go({ tab: chosen })}
          panelId="entry-panel"
        />
        <div className="entry-deeds">
          <Button
            id="entry-duplicate"
            kind="quiet"
            icon="copy"
            offReason={write.reason}
            onPress={() => setAsked("duplicate")}
          >
            {t("entry.duplicate")}
          </Button>
          <Button id="entry-remove" kind="quiet" icon="trash" offReason={removal.reason} onPress={remove}>
            {t("entry.remove")}
          </Button>
        </div>
      </div>
      <div id="entry-panel" className="entry-panel" role="tabpanel" aria-labelledby={`entry-tab-${tab}`}>
        {tab === "value" && (
          <>
            <Warnings warnings={(past?.entry ?? entry).warnings} />
            {view === "tree" ? (
              <ValueTree
                route={route}
                address={address}
                entry={past?.entry ?? entry}
                draft={past ? null : draft}
                offReason={editReason}
                onView={(chosen) => go({ view: chosen })}
              />
            ) : (
              <Suspense
                fallback={
                  <Skeleton
                    rows={10}
                    label={t("json.opening")}
                    cancel={{ id: "json-cancel", run: () => go({ view: "tree" }) }}
                  />
                }
              >
                <JsonEditor
                  key={past ? "past" : "current"}
                  address={address}
                  entry={past?.entry ?? entry}
                  draft={past ? null : draft}
                  offReason={editReason}
                  onView={(chosen) => go({ view: chosen })}
                />
              </Suspense>
            )}
          </>
        )}
        {tab === "metadata" && (
          <MetadataTab
            address={address}
            entry={entry}
            content={past?.entry ? contentOf(past.entry) : content}
            offReason={editReason}
          />
        )}
        {tab === "history" && <HistoryTab route={route} address={address} entry={entry} connection={connection} />}
      </div>
      <EntryBar
        entry={past?.entry ?? entry}
        content={past?.entry ? contentOf(past.entry) : content}
        bytes={past?.entry ? past.entry.metadata.size : bytes}
        limit={VALUE_LIMIT_BYTES}
        isDrafted={draft !== null && !past}
        saveReason={saveReason}
        saveText={
          isWaiting
            ? t("review.openWord")
            : reviewed
              ? t("review.open", { count: otherChanges + 1 })
              : t("entry.save", { environment: environmentWord(connection?.environment ?? "unclassified") })
        }
        mayDiscard={!draft?.staged}
        onSave={saving.save}
        onDiscard={() => discardDraft(address)}
      />
      {asked === "duplicate" && connection && (
        <NewEntryDialog
          connection={connection}
          store={address.store}
          copyOf={{ address, content }}
          onClose={() => setAsked(null)}
          onCreated={(created) => {
            setAsked(null);
            navigate({
              view: "standard",
              connection: created.connection,
              store: created.store,
              entry: { scope: created.scope, key: created.key, tab: "value", view },
            });
          }}
        />
      )}
      {asked === "remove" && (
        <RemoveEntryDialog
          address={address}
          revision={entry.revision}
          environment={connection?.environment ?? "unclassified"}
          onClose={() => setAsked(null)}
          onRemoved={() => {
            setAsked(null);
            requestFocus("keys");
            const { entry: _entry, ...rest } = route;
            navigate(rest);
          }}
        />
      )}
      {saving.conflict && draft && (
        <ConflictDialog
          draft={draft}
          theirs={saving.conflict.entry}
          address={address}
          environment={connection?.environment ?? "unclassified"}
          reviewed={reviewed}
          onDecided={saving.decide}
          onClose={saving.closeConflict}
        />
      )}
    </>
  );
}
