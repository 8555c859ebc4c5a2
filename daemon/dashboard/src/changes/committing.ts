/** Says what came of commits once they are done, and opens the way back; the way back is never gone by itself. */
import type { QueryClient } from "@tanstack/react-query";
import { changeNames, keepSet } from "../api/changeQueries";
import { readItems } from "../api/changeSets";
import { call } from "../api/client";
import type { ApiError } from "../api/error";
import { onEvent, onResync } from "../api/socket";
import { showToast } from "../components/Toasts";
import type { ChangeSet, Connection } from "../protocol";
import { navigate } from "../routing/navigation";
import { errorText } from "../text/errors";
import { t } from "../text/message";
import { openReview } from "./staging";

/** Sets committed in this tab that have no outcome yet, with their connection's name. */
const watched = new Map<string, string>();

export function report(error: unknown): void {
  const { title, body } = errorText(error);
  showToast({ kind: "error", text: [title, body].filter(Boolean).join(" ") });
}

/** Tells of a change that was sent without an answer, and leads to where it is settled. */
export async function tellUnknown(error: ApiError, connection: Pick<Connection, "id" | "name">): Promise<void> {
  const open = await call("changesets.list", { connection: connection.id, state: "open" }).catch(() => null);
  const set = open?.sets.find(({ counts }) => counts.unknown > 0);
  if (!set) {
    report(error);
    return;
  }
  showToast({
    kind: "error",
    text: errorText(error).title,
    action: {
      label: t("entry.show"),
      run: () => navigate({ view: "history", connection: connection.name, set: set.id, items: "unknown" }),
    },
  });
}

/** Tells that one entry was saved at once, with the way back. */
export function tellSaved(client: QueryClient, text: string, connection: string, set: string): void {
  showToast({
    kind: "success",
    text,
    action: { label: t("undo.action"), run: () => void openUndo(client, connection, set) },
  });
}

/** Tells what came of a commit, now or as soon as it is done. */
export function tellWhenDone(client: QueryClient, connection: string, set: ChangeSet): void {
  if (set.state !== "done") {
    watched.set(set.id, connection);
    return;
  }
  watched.delete(set.id);
  const { total, saved } = set.counts;
  if (saved < total) {
    showToast({
      kind: "error",
      text: t("commit.problems", { saved, count: total }),
      action: {
        label: t("entry.show"),
        run: () => navigate({ view: "history", connection, set: set.id }),
      },
    });
    return;
  }
  const text = t(set.undoOf ? "commit.undone" : "commit.saved", { count: saved });
  if (set.undoProblem) {
    showToast({ kind: "success", text });
  } else {
    const label = t(set.undoOf ? "redo.action" : "undo.action");
    showToast({ kind: "success", text, action: { label, run: () => void openUndo(client, connection, set.id) } });
  }
}

/** Looks at the sets that were committed in this tab whenever something came of them. */
export function followCommits(client: QueryClient): void {
  const look = async (id: string) => {
    const connection = watched.get(id);
    if (connection === undefined) {
      return;
    }
    const { set } = await readItems({ set: id, limit: 1 });
    keepSet(client, set);
    if (set.state === "done" && watched.has(id)) {
      tellWhenDone(client, connection, set);
    }
  };
  // A look that fails is repeated by the next event, or once the link is back.
  const lookLater = (id: string) => void look(id).catch(() => undefined);
  onEvent("changesets.changed", ({ set }) => lookLater(set));
  onResync(() => [...watched.keys()].forEach(lookLater));
}

/** Stages what takes a set back, and opens its review; one that is there already is opened instead. */
export async function openUndo(
  client: QueryClient,
  connection: string,
  id: string,
  items: readonly number[] = [],
): Promise<void> {
  try {
    const { set } = await readItems({ set: id, limit: 1 });
    const known = set.undoneBy && items.length === 0 ? (await readItems({ set: set.undoneBy, limit: 1 })).set : null;
    if (known) {
      navigate({ view: known.state === "staged" ? "changes" : "history", connection, set: known.id });
      return;
    }
    const answer = await call("changesets.undo", { set: id, items: [...items] });
    keepSet(client, answer.set);
    void client.invalidateQueries({ queryKey: changeNames.set(id) });
    openReview(connection, answer.set.id);
    if (answer.leftOut > 0) {
      showToast({ kind: "success", text: t("undo.leftOut", { count: answer.leftOut }) });
    }
  } catch (error) {
    report(error);
  }
}

const LOOKED_AT = 100;

/** Opens the undo of the person's last operation, or for `redo` of their last undo, that was not taken back yet. */
export async function openLast(
  client: QueryClient,
  connection: Connection,
  person: string,
  which: "undo" | "redo",
): Promise<void> {
  try {
    const { sets } = await call("changesets.list", { connection: connection.id, state: "done", limit: LOOKED_AT });
    const staged = await call("changesets.list", { connection: connection.id, state: "staged", limit: LOOKED_AT });
    const isOpen = (set: ChangeSet) => staged.sets.some(({ id }) => id === set.undoneBy);
    const last = sets.find(
      (set) =>
        (set.committedBy ?? set.createdBy) === person &&
        set.counts.saved > 0 &&
        (set.undoOf != null) === (which === "redo") &&
        (set.undoneBy ? isOpen(set) : !set.undoProblem),
    );
    if (last) {
      await openUndo(client, connection.name, last.id);
    } else {
      showToast({ kind: "success", text: t(which === "undo" ? "undo.nothing" : "redo.nothing") });
    }
  } catch (error) {
    report(error);
  }
}
