/**
 * Jump to a data store, a key or a player's keys, or run a command (Ctrl+K). `>` commands, `@` players, `#` data stores, `/` keys, `!` changes and jobs,
 * `?` shortcuts.
 */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { useActiveJobs, useChangeSets } from "../api/changeQueries";
import { call } from "../api/client";
import { useStores } from "../api/queries";
import { useCell } from "../cell";
import { keyPrefixes, playerTyped } from "../connections/playerNames";
import { type Player, playersNote, usePlayers } from "../connections/players";
import { Icon, type IconName } from "../components/Icon";
import { SafeText } from "../components/SafeText";
import { useSettled } from "../components/settled";
import type { ChangeSet, Connection, Job } from "../protocol";
import { navigate } from "../routing/navigation";
import type { Route } from "../routing/route";
import { t } from "../text/message";
import { requestFocus } from "./focus";
import { type Command, commands } from "./commands";

const NOBODY: readonly Player[] = [];
const KEYS_SHOWN = 20;
const STORES_SHOWN = 8;
const SETS_SHOWN = 50;

interface Choice {
  readonly id: string;
  readonly group: string;
  readonly icon: IconName;
  readonly text: string;
  readonly detail?: string;
  readonly shortcut?: string;
  readonly offReason?: string | null;
  readonly run: () => void;
}

interface PaletteProps {
  readonly route: Route;
  readonly connection: Connection | null;
  readonly onClose: () => void;
}

export function Palette({ route, connection, onClose }: PaletteProps) {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const asked = playerTyped(useSettled(query));
  const players = usePlayers(connection?.name ?? "", asked);
  const choices = useChoices(query, route, connection, asked === null ? NOBODY : (players.data ?? NOBODY));
  const note = query.startsWith("@") ? playersNote(asked, players) : null;
  const listId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const before = useRef<Element | null>(document.activeElement);
  const current = Math.min(at, Math.max(0, choices.length - 1));

  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector("input")?.focus();
    const focused = before.current;
    return () => {
      element?.close();
      if (focused instanceof HTMLElement && focused.isConnected) {
        focused.focus();
      }
    };
  }, []);

  const run = (choice: Choice | undefined) => {
    if (choice && !choice.offReason) {
      onClose();
      // After the dialog gave the focus back, so that the deed may move it.
      window.setTimeout(choice.run);
    }
  };
  const keys = (event: KeyboardEvent) => {
    event.stopPropagation();
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt((current + step + choices.length) % Math.max(1, choices.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(choices[current]);
    }
  };

  return (
    <dialog
      ref={dialog}
      id="palette"
      className="palette"
      aria-label={t("palette.label")}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
      onKeyDown={keys}
    >
      <div className="palette-field">
        <Icon name="search" />
        <input
          id="palette-input"
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={choices[current] ? `palette-${choices[current].id}` : undefined}
          aria-label={t("palette.label")}
          placeholder={t("palette.placeholder")}
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
        />
      </div>
      <div id={listId} className="palette-list" role="listbox" aria-label={t("palette.label")}>
        {choices.map((choice, index) => (
          <PaletteRow
            key={choice.id}
            choice={choice}
            heading={choices[index - 1]?.group === choice.group ? null : choice.group}
            chosen={index === current}
            onRun={() => run(choice)}
          />
        ))}
        {choices.length === 0 && <p className="palette-empty">{note ?? t("palette.nothing")}</p>}
      </div>
      <p className="palette-hint">{t("palette.hint", { work: "!" })}</p>
    </dialog>
  );
}

interface PaletteRowProps {
  readonly choice: Choice;
  readonly heading: string | null;
  readonly chosen: boolean;
  readonly onRun: () => void;
}

function PaletteRow({ choice, heading, chosen, onRun }: PaletteRowProps) {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (chosen) {
      row.current?.scrollIntoView({ block: "nearest" });
    }
  }, [chosen]);
  return (
    <>
      {heading && (
        <div className="palette-heading" role="presentation">
          {heading}
        </div>
      )}
      <div
        ref={row}
        id={`palette-${choice.id}`}
        className="palette-row"
        role="option"
        tabIndex={-1}
        aria-selected={chosen}
        aria-disabled={choice.offReason ? true : undefined}
        onClick={onRun}
      >
        <Icon name={choice.icon} />
        <span className="palette-text">
          <SafeText text={choice.text} />
        </span>
        {(choice.offReason ?? choice.detail) && (
          <span className="palette-detail">{choice.offReason ?? choice.detail}</span>
        )}
        {choice.shortcut && <kbd>{choice.shortcut}</kbd>}
      </div>
    </>
  );
}

function useChoices(
  query: string,
  route: Route,
  connection: Connection | null,
  players: readonly Player[],
): readonly Choice[] {
  const offered = useCell(commands);
  const mark = [">", "@", "#", "/", "!", "?"].find((prefix) => query.startsWith(prefix)) ?? "";
  const text = query.slice(mark.length).trim();
  const name = connection?.name ?? "";
  const standard = useStores(name, "standard", "");
  const ordered = useStores(name, "ordered", "");
  const store = route.view === "standard" ? route.store : null;
  // Each listing of a universe costs a request, so there it waits until typing rests.
  const settled = useSettled(text);
  const prefix = connection?.source === "cloud" ? settled : text;
  const keys = useQuery({
    queryKey: ["palette-keys", name, store, prefix],
    queryFn: ({ signal }) =>
      call("keys.list", { connection: name, store: store ?? "", prefix, allScopes: true, limit: KEYS_SHOWN }, signal),
    enabled: store !== null && prefix !== "" && (mark === "" || mark === "/"),
    placeholderData: keepPreviousData,
    gcTime: 10_000,
    staleTime: 2_000,
  });
  const { sets, jobs } = useWork(mark === "!" ? connection : null);
  return useMemo(() => {
    const matches = (title: string) => title.toLowerCase().includes(text.toLowerCase());
    const stores = [standard, ordered].flatMap((list) => list.data?.pages.flatMap((page) => page.datastores) ?? []);
    const storeChoices = stores
      .filter((candidate) => matches(candidate.name))
      .slice(0, STORES_SHOWN)
      .map(
        (candidate): Choice => ({
          id: `store-${candidate.kind}-${candidate.name}`,
          group: t("palette.stores"),
          icon: candidate.kind === "ordered" ? "sorted" : "table",
          text: candidate.name,
          detail: t(`stores.${candidate.kind}`),
          run: () => {
            requestFocus("keys");
            navigate({ view: candidate.kind, connection: name, store: candidate.name });
          },
        }),
      );
    const keyChoices = (store !== null && text !== "" ? (keys.data?.entries ?? []) : []).map(
      (id): Choice => ({
        id: `key-${id.scope}-${id.key}`,
        group: t("palette.keys", { store: store ?? "" }),
        icon: "key",
        text: id.key,
        detail: id.scope,
        run: () => {
          requestFocus("entry");
          navigate({
            view: "standard",
            connection: name,
            store: store ?? "",
            entry: { scope: id.scope, key: id.key, tab: "value", view: "tree" },
          });
        },
      }),
    );
    const playerChoices = players.flatMap((player) =>
      keyPrefixes(player).map(
        (prefix): Choice => ({
          id: `player-${prefix}`,
          group: t("palette.players"),
          icon: "person",
          text: prefix,
          detail: `${player.displayName || player.name} @${player.name}`,
          offReason: store === null ? t("palette.openStore") : null,
          run: () => {
            requestFocus("keys");
            navigate({ view: "standard", connection: name, store: store ?? "", prefix });
          },
        }),
      ),
    );
    const workChoices = [
      ...sets
        .filter((set) => matches(set.title))
        .map(
          (set): Choice => ({
            id: `set-${set.id}`,
            group: t("view.changes"),
            icon: "changes",
            text: set.title,
            detail: t(`setState.${set.state}`),
            run: () =>
              navigate({ view: set.state === "staged" ? "changes" : "history", connection: name, set: set.id }),
          }),
        ),
      ...jobs
        .filter((job) => matches(job.title))
        .map(
          (job): Choice => ({
            id: `job-${job.id}`,
            group: t("view.jobs"),
            icon: "jobs",
            text: job.title,
            detail: t(`jobState.${job.state}`),
            run: () => navigate({ view: "jobs", job: job.id }),
          }),
        ),
    ];
    const commandChoices = offered
      .filter((command) => matches(command.title) && command.id !== "palette")
      .filter((command) => mark !== "?" || command.shortcut)
      .map(commandChoice);
    switch (mark) {
      case ">":
      case "?":
        return commandChoices;
      case "#":
        return storeChoices;
      case "@":
        return playerChoices;
      case "/":
        return keyChoices;
      case "!":
        return workChoices;
      default:
        return [...keyChoices, ...storeChoices, ...commandChoices];
    }
  }, [offered, mark, text, name, store, standard, ordered, keys.data, players, sets, jobs]);
}

const NO_SETS: readonly ChangeSet[] = [];
const NO_JOBS: readonly Job[] = [];

/** What is staged, needs somebody or runs; read once it is asked for. */
function useWork(connection: Connection | null): {
  readonly sets: readonly ChangeSet[];
  readonly jobs: readonly Job[];
} {
  const staged = useChangeSets(connection?.id ?? null, "staged", connection !== null).data;
  const open = useChangeSets(connection?.id ?? null, "open", connection !== null).data;
  const jobs = useActiveJobs().data;
  const sets = useMemo(
    () =>
      connection
        ? [...(open?.pages ?? []), ...(staged?.pages ?? [])].flatMap((page) => page.sets).slice(0, SETS_SHOWN)
        : NO_SETS,
    [connection, open, staged],
  );
  return { sets, jobs: connection ? (jobs ?? NO_JOBS) : NO_JOBS };
}

function commandChoice(command: Command): Choice {
  return {
    id: `command-${command.id}`,
    group: t("palette.commands"),
    icon: "chevronRight",
    text: command.title,
    run: command.run,
    ...(command.shortcut ? { shortcut: command.shortcut } : {}),
    offReason: command.offReason ?? null,
  };
}
