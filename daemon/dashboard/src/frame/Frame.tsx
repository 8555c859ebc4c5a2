/** What every view shares: header band, rail, status bar, the state of the link, the palette and the shortcuts. */
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useConnections, useStatus } from "../api/queries";
import { BudgetBand } from "../budget/BudgetBand";
import { useCell } from "../cell";
import { openLast } from "../changes/committing";
import { Toasts } from "../components/Toasts";
import { unlockAsked } from "../connections/unlocking";
import { UnlockDialog } from "../connections/UnlockDialog";
import { useAccess } from "../connections/useAccess";
import type { Connection } from "../protocol";
import { navigate, useRoute } from "../routing/navigation";
import type { Route } from "../routing/route";
import { t } from "../text/message";
import { useCommands } from "./commands";
import { HeaderBand } from "./HeaderBand";
import { listenForShortcuts, moveRegion } from "./keyboard";
import { LinkBand } from "./LinkBand";
import { Palette } from "./Palette";
import { Rail } from "./Rail";
import { SafetyBand } from "./SafetyBand";
import { Shortcuts } from "./Shortcuts";
import { StatusBar } from "./StatusBar";

/** The connection a route is about; on other pages the selected one. */
export function connectionOf(route: Route, connections: readonly Connection[]): Connection | null {
  const name = "connection" in route ? route.connection : null;
  return (
    connections.find((connection) => (name === null ? connection.selected : connection.name === name)) ??
    (name === null ? (connections[0] ?? null) : null)
  );
}

export function Frame({ children }: { readonly children: ReactNode }) {
  const route = useRoute();
  const { data: connections } = useConnections();
  const connection = connectionOf(route, connections ?? []);
  const [opened, setOpened] = useState<"palette" | "shortcuts" | null>(null);

  const client = useQueryClient();
  const person = useStatus().data?.principal.name ?? "";
  const undoReason = useAccess(connection, "WRITE_DATA", undefined, undefined, true).reason;
  // There, Ctrl+Z takes typing back first.
  const isInEntry = route.view === "standard" && route.entry !== undefined;

  useEffect(listenForShortcuts, []);
  useFocusOnHeading(route.view);
  useTitle(route, connection);
  useCommands([
    { id: "palette", title: t("command.palette"), shortcut: "Ctrl+K", run: () => setOpened("palette") },
    { id: "shortcuts", title: t("command.shortcuts"), shortcut: "?", run: () => setOpened("shortcuts") },
    { id: "go-home", title: t("command.goHome"), shortcut: "g h", run: () => navigate({ view: "home" }) },
    {
      id: "go-explorer",
      title: t("command.goExplorer"),
      shortcut: "g e",
      run: () => connection && navigate({ view: "stores", connection: connection.name }),
      offReason: connection ? null : t("reason.noConnection"),
    },
    {
      id: "go-changes",
      title: t("command.goChanges"),
      shortcut: "g c",
      run: () => connection && navigate({ view: "changes", connection: connection.name }),
      offReason: connection ? null : t("reason.noConnection"),
    },
    {
      id: "go-operations",
      title: t("command.goOperations"),
      run: () => connection && navigate({ view: "history", connection: connection.name }),
      offReason: connection ? null : t("reason.noConnection"),
    },
    { id: "go-jobs", title: t("command.goJobs"), shortcut: "g j", run: () => navigate({ view: "jobs" }) },
    {
      id: "undo-last",
      title: t("command.undoLast"),
      ...(isInEntry ? {} : { shortcut: "Ctrl+Z" }),
      run: () => connection && void openLast(client, connection, person, "undo"),
      offReason: undoReason,
    },
    {
      id: "redo-last",
      title: t("command.redoLast"),
      ...(isInEntry ? {} : { shortcut: "Ctrl+Shift+Z" }),
      run: () => connection && void openLast(client, connection, person, "redo"),
      offReason: undoReason,
    },
    {
      id: "go-security",
      title: t("command.goSecurity"),
      shortcut: "g x",
      run: () => navigate({ view: "security", section: "tokens" }),
    },
    { id: "connect", title: t("home.addUniverse"), run: () => navigate({ view: "welcome" }) },
    { id: "go-settings", title: t("command.goSettings"), shortcut: "g ,", run: () => navigate({ view: "settings" }) },
    { id: "next-region", title: t("command.nextRegion"), shortcut: "F6", run: () => moveRegion(1) },
    { id: "previous-region", title: t("command.previousRegion"), shortcut: "Shift+F6", run: () => moveRegion(-1) },
  ]);

  return (
    <div className="frame" data-environment={connection?.environment ?? "unclassified"}>
      {/* biome-ignore lint/a11y/useValidAnchor: the fragment belongs to the routes, so the focus is moved by hand */}
      <a
        id="skip-content"
        className="skip-link"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("content")?.focus();
        }}
      >
        {t("frame.skip")}
      </a>
      <HeaderBand connection={connection} connections={connections ?? []} onJump={() => setOpened("palette")} />
      <div className="frame-bands">
        <LinkBand />
        <SafetyBand />
        <BudgetBand connection={connection} />
      </div>
      <div className="frame-body">
        <Rail route={route} connection={connection} />
        <main id="content" className="frame-content" tabIndex={-1}>
          {children}
        </main>
      </div>
      <StatusBar connection={connection} />
      {opened === "palette" && <Palette route={route} connection={connection} onClose={() => setOpened(null)} />}
      {opened === "shortcuts" && <Shortcuts onClose={() => setOpened(null)} />}
      <Unlocking connections={connections ?? []} />
      <Toasts />
    </div>
  );
}

/** The question for reason and time, whoever asked for the unlock. */
function Unlocking({ connections }: { readonly connections: readonly Connection[] }) {
  const id = useCell(unlockAsked);
  const connection = connections.find((candidate) => candidate.id === id);
  return connection ? <UnlockDialog connection={connection} onClose={() => unlockAsked.set(null)} /> : null;
}

/** After a change of page the focus is on its heading, so that it is read out and Tab goes on from there. */
function useFocusOnHeading(view: Route["view"]): void {
  const shown = useRef(view);
  useEffect(() => {
    if (shown.current !== view) {
      shown.current = view;
      document.querySelector<HTMLElement>("#content h1[tabindex]")?.focus();
    }
  }, [view]);
}

const TITLE_WORDS = { production: "PROD", staging: "STAG", development: "DEV", local: "LOCAL", unclassified: "UNCL" };

function useTitle(route: Route, connection: Connection | null): void {
  useEffect(() => {
    const subject =
      route.view === "standard" && route.entry
        ? route.entry.key
        : "store" in route
          ? route.store
          : t(`view.${route.view}`);
    const marks = connection
      ? [TITLE_WORDS[connection.environment], ...(connection.sampleData ? [t("mark.sample")] : [])]
      : [];
    document.title = [...marks, subject].join(" · ");
    document.getElementById("favicon")?.setAttribute("href", `/icons/${connection?.environment ?? "unclassified"}.svg`);
  }, [route, connection]);
}
