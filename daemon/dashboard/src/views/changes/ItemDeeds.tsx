/** What can be done about one item where it stands. Nothing here sends a change once more by itself. */
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { changeNames, keepSet } from "../../api/changeQueries";
import { readItem } from "../../api/changeSets";
import { call } from "../../api/client";
import { openUndo, report } from "../../changes/committing";
import { Button } from "../../components/Button";
import { showToast } from "../../components/Toasts";
import { useConnection } from "../../api/queries";
import { useAccess } from "../../connections/useAccess";
import type { ChangeItem, ChangeSet } from "../../protocol";
import { navigate } from "../../routing/navigation";
import { t } from "../../text/message";
import { takeBackAsDraft } from "../entry/drafts";
import { ItemConflict } from "./ItemConflict";
import { SettleDialog } from "./SettleDialog";
import { ValuesDialog } from "./ValuesDialog";

interface ItemDeedsProps {
  readonly set: ChangeSet;
  readonly item: ChangeItem;
  /** The connection's name. */
  readonly connection: string;
  /** Told apart from the same buttons elsewhere on the page. */
  readonly idPrefix?: string;
}

export function ItemDeeds({ set, item, connection: name, idPrefix = "item" }: ItemDeedsProps) {
  const client = useQueryClient();
  const { connection } = useConnection(name);
  const [asked, setAsked] = useState<"settle" | "values" | "conflict" | null>(null);
  const [running, setRunning] = useState(false);
  // Reading an entry back writes nothing, so it works in a read-only connection.
  const { reason } = useAccess(connection, "WRITE_DATA", undefined, item.store, true);
  const offReason = reason ?? (running ? t("reason.running") : null);
  const id = (deed: string) => `${idPrefix}-${deed}-${item.item}`;
  const run = async (deed: () => Promise<void>) => {
    setRunning(true);
    try {
      await deed();
    } catch (error) {
      report(error);
    } finally {
      setRunning(false);
    }
  };
  const check = () =>
    run(async () => {
      const answer = await call("changesets.resolve", { set: set.id, item: item.item, resolution: "check" });
      keepSet(client, answer.set);
      await client.invalidateQueries({ queryKey: changeNames.items(set.id) });
      showToast({
        kind: answer.item.state === "unknown" ? "error" : "success",
        text: t(answer.item.state === "unknown" ? "unknown.still" : "unknown.found", {
          key: item.key,
          state: t(`itemState.${answer.item.state}`),
        }),
      });
    });
  const drop = () =>
    run(async () => {
      keepSet(client, (await call("changesets.amend", { set: set.id, drop: [item.item] })).set);
      await client.invalidateQueries({ queryKey: changeNames.items(set.id) });
    });
  const editOn = () =>
    run(async () => {
      const found = await readItem(set.id, item.item, true);
      const { before, after } = found?.detail ?? { before: null, after: null };
      const { store, scope, key } = item;
      if (!before || !after || !before.revision) {
        showToast({ kind: "error", text: t("item.noDraft", { key }) });
        return;
      }
      takeBackAsDraft({ connection: name, store, scope, key }, before.revision, before, after);
      keepSet(client, (await call("changesets.amend", { set: set.id, drop: [item.item] })).set);
      navigate({ view: "standard", connection: name, store, entry: { scope, key, tab: "value", view: "tree" } });
    });
  const buttonOf = (deed: Deed): ReactNode => {
    switch (deed) {
      case "check":
        return (
          <Button
            key={deed}
            id={id("check")}
            kind="primary"
            icon="refresh"
            offReason={offReason}
            onPress={() => void check()}
          >
            {t("unknown.check")}
          </Button>
        );
      case "values":
        return (
          <Button key={deed} id={id("values")} onPress={() => setAsked("values")} hasPopup="dialog">
            {t("unknown.values")}
          </Button>
        );
      case "settle":
        return (
          <Button
            key={deed}
            id={id("settle")}
            offReason={offReason}
            onPress={() => setAsked("settle")}
            hasPopup="dialog"
          >
            {t("unknown.settle")}
          </Button>
        );
      case "conflict":
        return (
          <Button
            key={deed}
            id={id("conflict")}
            kind="primary"
            offReason={offReason}
            onPress={() => setAsked("conflict")}
            hasPopup="dialog"
          >
            {t("entry.compare")}
          </Button>
        );
      case "editOn":
        return (
          <Button
            key={deed}
            id={id("edit")}
            kind="quiet"
            icon="edit"
            offReason={offReason}
            onPress={() => void editOn()}
          >
            {t("conflict.back")}
          </Button>
        );
      case "drop":
        return (
          <Button
            key={deed}
            id={id("drop")}
            kind="quiet"
            icon="cross"
            offReason={offReason}
            onPress={() => void drop()}
          >
            {t("review.drop")}
          </Button>
        );
      case "undo":
        return (
          <Button
            key={deed}
            id={id("undo")}
            kind="quiet"
            icon={set.undoOf ? "redo" : "undo"}
            offReason={offReason ?? (set.undoneBy ? null : (set.undoProblem ?? null))}
            onPress={() => void openUndo(client, name, set.id, [item.item])}
          >
            {t("undo.one")}
          </Button>
        );
    }
  };
  const deeds = deedsOf(set, item);
  return (
    <>
      {deeds.length > 0 && <div className="item-deeds">{deeds.map(buttonOf)}</div>}
      {asked === "settle" && <SettleDialog set={set.id} item={item} onClose={() => setAsked(null)} />}
      {asked === "values" && <ValuesDialog set={set.id} item={item} connection={name} onClose={() => setAsked(null)} />}
      {asked === "conflict" && connection && (
        <ItemConflict set={set} item={item} connection={connection} onClose={() => setAsked(null)} />
      )}
    </>
  );
}

type Deed = "check" | "values" | "settle" | "conflict" | "editOn" | "drop" | "undo";

function deedsOf(set: ChangeSet, item: ChangeItem): readonly Deed[] {
  switch (item.state) {
    case "unknown":
      return ["check", "values", "settle"];
    case "conflict":
      return ["conflict", ...(set.state === "staged" ? (["drop"] as const) : [])];
    case "staged":
      return [...(item.effect === "update" && !item.ordered ? (["editOn"] as const) : []), "drop"];
    case "saved":
      // With one item, the operation's own Undo is this one.
      return set.counts.saved > 1 ? ["undo"] : [];
    default:
      return [];
  }
}
