/** Questions about whole data stores: adding a name Roblox does not list, deleting one, taking a snapshot. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client";
import { queryNames } from "../../api/queries";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { EnvironmentChip, environmentWord } from "../../components/EnvironmentChip";
import { TextField } from "../../components/Field";
import { Failure } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { showToast } from "../../components/Toasts";
import type { Connection } from "../../protocol";
import { formatDay, formatMoment } from "../../text/format";
import { t } from "../../text/message";
import { type AddedKind, addName } from "./addedNames";

interface AddNameProps {
  readonly connection: Connection;
  readonly kind: AddedKind;
  readonly onClose: () => void;
  readonly onAdded: (name: string) => void;
}

export function AddNameDialog({ connection, kind, onClose, onAdded }: AddNameProps) {
  const [name, setName] = useState("");
  const add = () => {
    addName(connection.id, kind, name);
    onAdded(name);
  };
  return (
    <Dialog
      id="add-name-dialog"
      title={t(`stores.add.${kind}`)}
      onCancel={onClose}
      buttons={
        <>
          <Button id="add-name-cancel" onPress={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="add-name-confirm"
            kind="primary"
            icon="plus"
            offReason={name === "" ? t("new.nameEmpty") : null}
            onPress={add}
          >
            {t("stores.addConfirm")}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name !== "") {
            add();
          }
        }}
      >
        <TextField
          id="add-name"
          label={t("stores.addName")}
          value={name}
          onChange={setName}
          hint={t("stores.addHint")}
          code
          autoFocus
        />
      </form>
    </Dialog>
  );
}

interface DeleteStoreProps {
  readonly connection: Connection;
  readonly store: string;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

/** Deleting a data store: its whole name is typed to confirm (effect E3). Roblox keeps it for a while. */
export function DeleteStoreDialog({ connection, store, onClose, onDeleted }: DeleteStoreProps) {
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const matches = typed === store;
  const environment = environmentWord(connection.environment);
  const remove = async () => {
    setRunning(true);
    setError(null);
    try {
      const { expiresAt } = await call("datastores.delete", {
        connection: connection.id,
        store,
        confirmName: typed,
      });
      showToast({
        kind: "success",
        text: expiresAt
          ? t("stores.deletedUntil", { store, time: formatDay(expiresAt) })
          : t("stores.deletedToast", { store }),
      });
      await client.invalidateQueries({ queryKey: queryNames.stores(connection.name) });
      onDeleted();
    } catch (failure) {
      setError(failure);
      setRunning(false);
    }
  };
  return (
    <Dialog
      id="delete-store-dialog"
      title={t("stores.deleteTitle", { store })}
      alert
      onCancel={onClose}
      buttons={
        <>
          <Button id="delete-store-cancel" onPress={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="delete-store-confirm"
            kind="danger"
            icon="trash"
            offReason={!matches ? t("ordered.typeStore") : running ? t("reason.running") : null}
            onPress={() => void remove()}
          >
            {t("stores.deleteOne", { environment })}
          </Button>
        </>
      }
    >
      <p className="unlock-place">
        <EnvironmentChip environment={connection.environment} />
        <SafeText text={`${connection.name} › ${store}`} code />
      </p>
      <p>{t("stores.deleteBody")}</p>
      <TextField
        id="delete-store-name"
        label={t("ordered.removeField")}
        value={typed}
        onChange={setTyped}
        hint={matches ? null : t("stores.typeExactly")}
        code
        autoFocus
      />
      {error !== null && <Failure id="delete-store-error" error={error} context={{ store }} />}
    </Dialog>
  );
}

interface SnapshotProps {
  readonly connection: Connection;
  readonly onClose: () => void;
}

/** Roblox's own marker, at most one per UTC day. It holds no data, so it is asked for and never relied on. */
export function SnapshotDialog({ connection, onClose }: SnapshotProps) {
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const take = async () => {
    setRunning(true);
    setError(null);
    try {
      const { taken, latestAt } = await call("datastores.snapshot", { connection: connection.id });
      const time = latestAt ? formatMoment(latestAt) : "";
      showToast({
        kind: "success",
        text: taken
          ? t("stores.snapshotTaken", { connection: connection.name })
          : t("stores.snapshotWasTaken", { connection: connection.name, time }),
      });
      onClose();
    } catch (failure) {
      setError(failure);
      setRunning(false);
    }
  };
  return (
    <Dialog
      id="snapshot-dialog"
      title={t("stores.snapshotTitle", { connection: connection.name })}
      onCancel={onClose}
      buttons={
        <>
          <Button id="snapshot-cancel" onPress={onClose} autoFocus>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="snapshot-confirm"
            kind="primary"
            icon="camera"
            offReason={running ? t("reason.running") : null}
            onPress={() => void take()}
          >
            {t("stores.snapshotTake", { environment: environmentWord(connection.environment) })}
          </Button>
        </>
      }
    >
      <p>{t("stores.snapshotBody")}</p>
      {error !== null && <Failure id="snapshot-error" error={error} />}
    </Dialog>
  );
}

interface UndeleteStoreProps {
  readonly connection: Connection;
  readonly store: string;
  readonly onClose: () => void;
}

export function UndeleteStoreDialog({ connection, store, onClose }: UndeleteStoreProps) {
  const client = useQueryClient();
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const restore = async () => {
    setRunning(true);
    setError(null);
    try {
      await call("datastores.undelete", { connection: connection.id, store });
      showToast({ kind: "success", text: t("stores.restored", { store }) });
      await client.invalidateQueries({ queryKey: queryNames.stores(connection.name) });
      onClose();
    } catch (failure) {
      setError(failure);
      setRunning(false);
    }
  };
  return (
    <Dialog
      id="undelete-dialog"
      title={t("stores.restoreTitle", { store })}
      onCancel={onClose}
      buttons={
        <>
          <Button id="undelete-cancel" onPress={onClose} autoFocus>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="undelete-confirm"
            kind="primary"
            icon="restore"
            offReason={running ? t("reason.running") : null}
            onPress={() => void restore()}
          >
            {t("stores.restoreOne", { environment: environmentWord(connection.environment) })}
          </Button>
        </>
      }
    >
      <p>{t("stores.restoreBody")}</p>
      {error !== null && <Failure id="undelete-error" error={error} context={{ store }} />}
    </Dialog>
  );
}
