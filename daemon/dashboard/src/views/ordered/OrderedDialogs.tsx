/** Questions about ordered entries: a new one, an increment, a removal that cannot be undone. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client";
import { tellSaved } from "../../changes/committing";
import { openReview, stageAndReview } from "../../changes/staging";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { environmentWord } from "../../components/EnvironmentChip";
import { TextField } from "../../components/Field";
import { Failure } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import type { Connection, Environment, OrderedEntry, OrderedWritten } from "../../protocol";
import { errorText } from "../../text/errors";
import { t } from "../../text/message";
import { integerProblem } from "./integer";

interface Place {
  readonly connection: string;
  readonly store: string;
  readonly scope: string;
}

interface DialogProps {
  readonly place: Place;
  /** The connection in which the change is staged for review instead of done at once; null where it is done. */
  readonly reviewIn: Connection | null;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Opens the review of what a write staged, if it did; answers whether. */
function reviews(connection: string, { outcome, changeSet }: Pick<OrderedWritten, "outcome" | "changeSet">): boolean {
  if (outcome === "staged") {
    openReview(connection, changeSet, 1);
  }
  return outcome === "staged";
}

export function NewOrderedDialog({ place, reviewIn, onClose, onDone }: DialogProps) {
  const client = useQueryClient();
  const [key, setKey] = useState("");
  const [value, setValue] = useState("0");
  const [error, setError] = useState<unknown>(null);
  const problem = integerProblem(value);
  const create = async () => {
    const { connection, store, scope } = place;
    const number = BigInt(value).toString();
    try {
      if (reviewIn) {
        onClose();
        await stageAndReview(reviewIn, { kind: "set", ordered: true, store, scope, key, text: number });
        return;
      }
      const written = await call("ordered.set", { ...place, key, value: number });
      if (!reviews(connection, written)) {
        tellSaved(client, t("new.created", { key }), connection, written.changeSet);
      }
      onDone();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Dialog
      id="ordered-new-dialog"
      title={t("ordered.newTitle", { store: place.store })}
      onCancel={onClose}
      buttons={
        <>
          <Button id="ordered-new-cancel" onPress={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="ordered-new-create"
            kind="primary"
            offReason={key === "" ? t("new.nameEmpty") : problem}
            onPress={() => void create()}
          >
            {reviewIn ? t("review.open", { count: 1 }) : t("ordered.set")}
          </Button>
        </>
      }
    >
      <TextField
        id="ordered-new-key"
        label={t("new.key")}
        value={key}
        onChange={setKey}
        code
        hint={t("ordered.newHint")}
        error={error === null ? null : errorText(error).title}
        autoFocus
      />
      <TextField
        id="ordered-new-value"
        label={t("tree.value")}
        value={value}
        onChange={setValue}
        code
        error={problem}
      />
    </Dialog>
  );
}

export function IncrementDialog(props: DialogProps & { readonly entry: OrderedEntry }) {
  const { place, reviewIn, entry, onClose, onDone } = props;
  const client = useQueryClient();
  const [delta, setDelta] = useState("1");
  const [error, setError] = useState<unknown>(null);
  const problem = integerProblem(delta);
  const sum = problem === null ? (BigInt(entry.value) + BigInt(delta)).toString() : null;
  const sumProblem = sum === null ? problem : integerProblem(sum);
  const increment = async () => {
    const { connection, store, scope } = place;
    const { key } = entry;
    const amount = BigInt(delta).toString();
    try {
      if (reviewIn) {
        onClose();
        await stageAndReview(reviewIn, { kind: "increment", ordered: true, store, scope, key, amount });
        return;
      }
      const written = await call("ordered.increment", { ...place, key, delta: amount });
      if (!reviews(connection, written)) {
        tellSaved(client, t("ordered.incremented", { key, value: written.value }), connection, written.changeSet);
      }
      onDone();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Dialog
      id="ordered-increment-dialog"
      title={t("ordered.incrementTitle", { key: entry.key })}
      onCancel={onClose}
      buttons={
        <>
          <Button id="ordered-increment-cancel" onPress={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button id="ordered-increment-confirm" kind="primary" offReason={sumProblem} onPress={() => void increment()}>
            {reviewIn
              ? t("review.open", { count: 1 })
              : t("ordered.addDelta", { delta: problem === null ? delta : "…" })}
          </Button>
        </>
      }
    >
      <TextField
        id="ordered-delta"
        label={t("ordered.delta")}
        value={delta}
        onChange={setDelta}
        code
        hint={sum === null ? null : t("ordered.sum", { before: entry.value, after: sum })}
        error={sumProblem ?? (error === null ? null : errorText(error).title)}
        autoFocus
      />
    </Dialog>
  );
}

interface RemoveOrderedProps extends DialogProps {
  readonly entry: OrderedEntry;
  readonly environment: Environment;
}

/** Ordered entries leave no revision, so the data store's name is typed to confirm (effect E4). */
export function RemoveOrderedDialog({ place, entry, environment, onClose, onDone }: RemoveOrderedProps) {
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<unknown>(null);
  const matches = typed.trim().toLowerCase() === place.store.toLowerCase();
  const remove = async () => {
    try {
      const removed = await call("ordered.remove", { ...place, key: entry.key });
      if (!reviews(place.connection, removed)) {
        const text = t("ordered.removed", { key: entry.key, value: entry.value });
        tellSaved(client, text, place.connection, removed.changeSet);
      }
      onDone();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Dialog
      id="ordered-remove-dialog"
      title={t("remove.title", { key: entry.key })}
      alert
      onCancel={onClose}
      buttons={
        <>
          <Button id="ordered-remove-cancel" onPress={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="ordered-remove-confirm"
            kind="danger"
            icon="trash"
            offReason={matches ? null : t("ordered.typeStore")}
            onPress={() => void remove()}
          >
            {t("remove.one", { environment: environmentWord(environment) })}
          </Button>
        </>
      }
    >
      <p>
        <SafeText text={`${place.store} › ${place.scope} › ${entry.key} = ${entry.value}`} code />
      </p>
      <p>{t("ordered.removeBody")}</p>
      <TextField
        id="ordered-remove-store"
        label={t("ordered.removeField")}
        value={typed}
        onChange={setTyped}
        hint={matches ? null : t("ordered.typeStore")}
        code
        autoFocus
      />
      {error !== null && <Failure id="ordered-remove-error" error={error} />}
    </Dialog>
  );
}
