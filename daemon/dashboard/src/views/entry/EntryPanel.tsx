/** One entry: its tabs, its warnings, its value, metadata and history, and the way to save it. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { ApiError } from "../../api/error";
import { type Address, addressText } from "../../api/entries";
import { queryNames, stopReading, useEntry } from "../../api/queries";
import { onEvent, onResync } from "../../api/socket";
import { useCell } from "../../cell";
import { Button } from "../../components/Button";
import { Empty, Failure, Skeleton } from "../../components/Panels";
import { stateOf, ViewRoot } from "../../components/ViewRoot";
import { useLock } from "../../connections/useAccess";
import type { Connection, EntriesChanged } from "../../protocol";
import { navigate } from "../../routing/navigation";
import type { EntryPlace, Route } from "../../routing/route";
import { t } from "../../text/message";
import { pinTab, showTab } from "../explorer/openTabs";
import { TabStrip } from "../explorer/TabStrip";
import { Breadcrumb } from "./Breadcrumb";
import { drafts } from "./drafts";
import { EntryContent } from "./EntryContent";
import { HistoryTab } from "./HistoryTab";

export type StandardRoute = Extract<Route, { view: "standard" }>;

interface EntryPanelProps {
  readonly route: StandardRoute;
  readonly connection: Connection | null;
}

export function EntryPanel({ route, connection }: EntryPanelProps) {
  const { entry } = route;
  if (!entry) {
    return (
      <div className="explorer-rest">
        <Empty icon="key" title={t("explorer.chooseKey")}>
          {t("explorer.chooseKeyBody")}
        </Empty>
      </div>
    );
  }
  return <Entry route={{ ...route, entry }} connection={connection} />;
}

export type EntryRoute = StandardRoute & { readonly entry: EntryPlace };

/** Follows the entry's events: refreshes it, or says that it changed when a draft stands in the way. */
function useChangesElsewhere(
  address: Address,
  connectionId: string | null,
  isEdited: boolean,
  knownRevision: string | undefined,
): { readonly changed: EntriesChanged | null; readonly show: () => void } {
  const client = useQueryClient();
  const [changed, setChanged] = useState<EntriesChanged | null>(null);
  const name = addressText(address);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another entry begins without a change
  useEffect(() => setChanged(null), [name]);
  useEffect(() => {
    const refresh = () => void client.invalidateQueries({ queryKey: queryNames.entry(address) });
    const stopEvents = onEvent("entries.changed", (event) => {
      const isMine =
        event.connection === connectionId &&
        !event.ordered &&
        event.store === address.store &&
        event.scope === address.scope &&
        event.key === address.key;
      if (!isMine || event.revision === knownRevision) {
        return;
      }
      if (isEdited) {
        setChanged(event);
      } else {
        refresh();
      }
    });
    const stopResync = onResync(refresh);
    return () => {
      stopEvents();
      stopResync();
    };
  }, [client, address, connectionId, isEdited, knownRevision]);
  const isNews = changed !== null && changed.revision !== knownRevision;
  return {
    changed: isNews && isEdited ? changed : null,
    show: () => {
      setChanged(null);
      void client.invalidateQueries({ queryKey: queryNames.entry(address) });
    },
  };
}

function Entry({ route, connection }: { readonly route: EntryRoute; readonly connection: Connection | null }) {
  const { store, entry: place } = route;
  const address = useMemo(
    (): Address => ({ connection: route.connection, store, scope: place.scope, key: place.key }),
    [route.connection, store, place.scope, place.key],
  );
  const client = useQueryClient();
  const read = useEntry(address);
  const draft = useCell(drafts).get(addressText(address)) ?? null;
  const elsewhere = useChangesElsewhere(address, connection?.id ?? null, draft !== null, read.data?.revision);
  const isDrafted = draft !== null;
  const isLocked = useLock(connection).state === "locked";

  useEffect(() => showTab(address), [address]);
  useEffect(() => {
    if (isDrafted) {
      pinTab(address);
    }
  }, [isDrafted, address]);

  const isMissing = read.error instanceof ApiError && read.error.code === "DS005";
  const state = elsewhere.changed ? "stale" : isMissing ? "empty" : stateOf(read, false);
  // What was removed elsewhere stays in sight only while a draft of it does.
  const shown = isMissing && !isDrafted ? undefined : read.data;
  const toHistory = () => navigate({ ...route, entry: { ...place, tab: "history" } });
  return (
    <ViewRoot
      name="entry"
      label={t("entry.title", { key: place.key })}
      state={state}
      className="panel panel-entry"
      readOnly={isLocked}
      {...(connection ? { environment: connection.environment } : {})}
    >
      <TabStrip route={route} environment={connection?.environment ?? "unclassified"} />
      <Breadcrumb
        route={route}
        environment={connection?.environment ?? "unclassified"}
        changedAt={shown?.metadata.lastModified ?? null}
      />
      {read.isPending && (
        <Skeleton
          rows={10}
          label={t("entry.reading")}
          cancel={{ id: "entry-cancel", run: () => stopReading(client, queryNames.entry(address)) }}
        />
      )}
      {read.error && !shown && place.tab !== "history" && (
        <Failure
          id="entry-error"
          error={read.error}
          context={{ store, scope: place.scope, key: place.key, connection: route.connection }}
          {...(isMissing ? {} : { onRetry: () => void read.refetch() })}
          action={
            isMissing && (
              <Button id="entry-show-history" kind="primary" icon="clock" onPress={toHistory}>
                {t("entry.showHistory")}
              </Button>
            )
          }
        />
      )}
      {read.error && place.tab === "history" && !shown && (
        <HistoryTab route={route} address={address} entry={null} connection={connection} />
      )}
      {shown && (
        <EntryContent
          key={addressText(address)}
          route={route}
          address={address}
          entry={shown}
          draft={draft}
          connection={connection}
          isGone={isMissing}
          changedElsewhere={elsewhere.changed}
          onShowChange={elsewhere.show}
        />
      )}
    </ViewRoot>
  );
}
