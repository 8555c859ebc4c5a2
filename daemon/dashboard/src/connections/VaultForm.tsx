/** Makes or opens the vault that keeps API keys where the computer has no key store of its own. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../api/client";
import { queryNames } from "../api/queries";
import { Button } from "../components/Button";
import { Dialog } from "../components/Dialog";
import { TextField } from "../components/Field";
import { Failure } from "../components/Panels";
import type { Operations } from "../protocol";
import { t } from "../text/message";
import { passphraseProblem, SHORTEST_PASSPHRASE } from "./form";
import { useRoleReason } from "./useAccess";

export type Vault = Operations["vault.status"]["response"];

/** Whether keys can be stored and read right now. */
export function isVaultOpen(vault: Vault): boolean {
  return vault.place === "system" || vault.state === "open";
}

interface VaultFormProps {
  readonly vault: Vault;
  readonly onOpen: () => void;
}

/** The passphrase goes to the daemon and nowhere else; the fields are emptied once it answered. */
export function VaultForm({ vault, onOpen }: VaultFormProps) {
  const client = useQueryClient();
  const roleReason = useRoleReason("SYSTEM_CONFIG");
  const [passphrase, setPassphrase] = useState("");
  const [repeated, setRepeated] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const isNew = vault.state === "absent";
  const problem = isNew ? passphraseProblem(passphrase, repeated) : passphrase === "" ? "empty" : null;
  const send = async () => {
    setRunning(true);
    setError(null);
    try {
      const status = await call(isNew ? "vault.create" : "vault.open", { passphrase });
      client.setQueryData(queryNames.vault(), status);
      void client.invalidateQueries({ queryKey: queryNames.connections() });
      onOpen();
    } catch (failure) {
      setError(failure);
    } finally {
      setPassphrase("");
      setRepeated("");
      setRunning(false);
    }
  };
  return (
    <form
      id="vault-form"
      className="form"
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <p>{t(isNew ? "vault.absent" : "vault.locked")}</p>
      <TextField
        id="vault-passphrase"
        label={t("vault.passphrase")}
        value={passphrase}
        onChange={setPassphrase}
        hint={isNew ? t("vault.passphraseHint", { count: SHORTEST_PASSPHRASE }) : null}
        error={isNew && problem === "tooShort" ? t("form.tooShort", { count: SHORTEST_PASSPHRASE }) : null}
        secret
        autoFocus
      />
      {isNew && (
        <TextField
          id="vault-repeated"
          label={t("vault.repeat")}
          value={repeated}
          onChange={setRepeated}
          error={repeated !== "" && problem === "different" ? t("form.different") : null}
          secret
        />
      )}
      {isNew && <p className="muted">{t("vault.lost")}</p>}
      {error !== null && (
        <Failure
          id="vault-error"
          error={error}
          text={{ title: t(isNew ? "vault.notMade" : "vault.notOpened"), body: null }}
          withDetails
        />
      )}
      <Button
        id="vault-submit"
        kind="primary"
        icon="unlock"
        offReason={roleReason ?? (running ? t("reason.running") : problem ? t("vault.typeFirst") : null)}
        submits
      >
        {t(isNew ? "vault.make" : "vault.open")}
      </Button>
    </form>
  );
}

/** The same in front of the page, for a connection whose key lies behind the vault. */
export function VaultDialog({ vault, onClose }: { readonly vault: Vault; readonly onClose: () => void }) {
  return (
    <Dialog
      id="vault-dialog"
      title={t("vault.title")}
      onCancel={onClose}
      buttons={
        <Button id="vault-cancel" onPress={onClose}>
          {t("dialog.cancel")}
        </Button>
      }
    >
      <VaultForm vault={vault} onOpen={onClose} />
    </Dialog>
  );
}
