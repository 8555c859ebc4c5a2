/** Questions about ordered entries: a new one, an increment, a removal that cannot be undone. */
import { useState } from "react";
import { call } from "../../api/client";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { environmentWord } from "../../components/EnvironmentChip";
import { TextField } from "../../components/Field";
import { Failure } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { showToast } from "../../components/Toasts";
import type { Environment, OrderedEntry } from "../../protocol";
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
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function NewOrderedDialog({ place, onClose, onDone }: DialogProps) {
  const [key, setKey] = useState("");
  const [value, setValue] = useState("0");
  const [error, setError] = useState<unknown>(null);
  const problem = integerProblem(value);
  const create = async () => {
    try {
      await call("ordered.set", { ...place, key, value: BigInt(value).toString() });
      showToast({ kind: "success", text: t("new.created", { key }) });
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
            {t("ordered.set")}
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

export function IncrementDialog({ place, entry, onClose, onDone }: DialogProps & { readonly entry: OrderedEntry }) {
  const [delta, setDelta] = useState("1");
  const [error, setError] = useState<unknown>(null);
  const problem = integerProblem(delta);
  const sum = problem === null ? (BigInt(entry.value) + BigInt(delta)).toString() : null;
  const sumProblem = sum === null ? problem : integerProblem(sum);
  const increment = async () => {
    try {
      const answer = await call("ordered.increment", { ...place, key: entry.key, delta: BigInt(delta).toString() });
      showToast({ kind: "success", text: t("ordered.incremented", { key: entry.key, value: answer.value }) });
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
            {t("ordered.addDelta", { delta: problem === null ? delta : "…" })}
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
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<unknown>(null);
  const matches = typed.trim().toLowerCase() === place.store.toLowerCase();
  const remove = async () => {
    try {
      await call("ordered.remove", { ...place, key: entry.key });
      showToast({ kind: "success", text: t("ordered.removed", { key: entry.key, value: entry.value }) });
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
