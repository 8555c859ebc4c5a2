/** Data stores, keys and one entry side by side. */
import { lazy, Suspense, useState } from "react";
import { useConnection } from "../../api/queries";
import { useCell } from "../../cell";
import { Empty } from "../../components/Panels";
import { Splitter } from "../../components/Splitter";
import { useChanging } from "../../connections/useAccess";
import { useCommands } from "../../frame/commands";
import { navigate } from "../../routing/navigation";
import type { Route } from "../../routing/route";
import { changeSettings, settings } from "../../settings/settings";
import { t } from "../../text/message";
import { EntryPanel } from "../entry/EntryPanel";
import { NewEntryDialog } from "../entry/NewEntryDialog";
import { UnknownConnection } from "../home/UnknownLink";
import { OrderedPanel } from "../ordered/OrderedPanel";
import { KeysPanel } from "./KeysPanel";
import { StoresPanel } from "./StoresPanel";

const MemoryPanel = lazy(() => import("../memory/MemoryPanel").then((module) => ({ default: module.MemoryPanel })));
const QueuePanel = lazy(() => import("../queue/QueuePanel").then((module) => ({ default: module.QueuePanel })));

export type ExplorerRoute = Extract<Route, { view: "stores" | "standard" | "ordered" | "memory" | "queue" }>;

export function Explorer({ route }: { readonly route: ExplorerRoute }) {
  const { connection, known } = useConnection(route.connection);
  const { storesWidth, keysWidth } = useCell(settings);
  const [creating, setCreating] = useState(false);
  const store = route.view === "stores" ? "" : route.store;
  const offReason = useChanging(connection, "WRITE_DATA", "writeEntries", store || undefined).reason;

  useCommands([
    {
      id: "new-entry",
      title: t("command.newEntry"),
      shortcut: "Alt+N",
      run: () => setCreating(true),
      offReason,
    },
  ]);

  if (known && !connection) {
    return <UnknownConnection name={route.connection} />;
  }
  const depth = route.view === "stores" ? "stores" : route.view === "standard" && route.entry ? "entry" : "keys";
  return (
    <div
      className="explorer"
      data-depth={depth}
      style={{ "--stores-width": `${storesWidth}px`, "--keys-width": `${keysWidth}px` } as React.CSSProperties}
    >
      <h1 className="hidden-text">{t("explorer.title", { connection: route.connection })}</h1>
      <StoresPanel
        connection={connection}
        name={route.connection}
        route={route}
        newOffReason={offReason}
        onNew={() => setCreating(true)}
      />
      <Splitter
        id="explorer-split-stores"
        label={t("explorer.splitStores")}
        width={storesWidth}
        minimum={140}
        maximum={480}
        onChange={(width) => changeSettings({ storesWidth: width })}
      />
      {route.view === "stores" && (
        <div className="explorer-rest">
          <Empty icon="table" title={t("explorer.chooseStore")}>
            {t("explorer.chooseStoreBody")}
          </Empty>
        </div>
      )}
      {route.view === "ordered" && <OrderedPanel key={route.store} route={route} connection={connection} />}
      {route.view === "memory" && (
        <Suspense fallback={<div className="explorer-rest" />}>
          <MemoryPanel key={route.store} route={route} connection={connection} />
        </Suspense>
      )}
      {route.view === "queue" && (
        <Suspense fallback={<div className="explorer-rest" />}>
          <QueuePanel key={route.store} route={route} connection={connection} />
        </Suspense>
      )}
      {route.view === "standard" && (
        <>
          <KeysPanel
            key={`${route.connection}/${route.store}`}
            route={route}
            connection={connection}
            newOffReason={offReason}
            onNew={() => setCreating(true)}
          />
          <Splitter
            id="explorer-split-keys"
            label={t("explorer.splitKeys")}
            width={keysWidth}
            minimum={180}
            maximum={720}
            onChange={(width) => changeSettings({ keysWidth: width })}
          />
          <EntryPanel route={route} connection={connection} />
        </>
      )}
      {creating && connection && (
        <NewEntryDialog
          connection={connection}
          store={route.view === "standard" ? store : ""}
          onClose={() => setCreating(false)}
          onCreated={(address) => {
            setCreating(false);
            navigate({
              view: "standard",
              connection: address.connection,
              store: address.store,
              entry: { scope: address.scope, key: address.key, tab: "value", view: "tree" },
            });
          }}
        />
      )}
    </div>
  );
}
