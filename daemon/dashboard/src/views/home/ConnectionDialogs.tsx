/** Questions about a connection: changing it, taking it off the list, and what its key may do. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client";
import { keepConnection, queryNames, useConnections } from "../../api/queries";
import { Button } from "../../components/Button";
import type { Colour } from "../../components/ColourDot";
import { Dialog } from "../../components/Dialog";
import { EnvironmentChip, environmentWord } from "../../components/EnvironmentChip";
import { TextField } from "../../components/Field";
import { Failure } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { showToast } from "../../components/Toasts";
import { checkFailureText } from "../../connections/checking";
import { ColourChoice, EnvironmentChoice, ReadOnlyField } from "../../connections/EnvironmentFields";
import { baseUrlProblem, isNoKey, nameProblem } from "../../connections/form";
import { KeyFacts, PermissionMatrix } from "../../connections/PermissionMatrix";
import type { Connection } from "../../protocol";
import { t } from "../../text/message";

const ROBLOX = "https://apis.roblox.com";

interface DialogProps {
  readonly connection: Connection;
  readonly onClose: () => void;
}

/** The stored key is never shown; a new one takes its place, and only with it can the address change (S-20). */
export function EditConnectionDialog({ connection, onClose }: DialogProps) {
  const client = useQueryClient();
  const { data: connections = [] } = useConnections();
  const [name, setName] = useState(connection.name);
  const [environment, setEnvironment] = useState(connection.environment);
  const [colour, setColour] = useState<Colour | null>(connection.colour ?? null);
  const [readOnly, setReadOnly] = useState(connection.readOnly);
  const [apiKey, setApiKey] = useState("");
  const knownUrl = connection.cloud?.baseUrl ?? "";
  const [baseUrl, setBaseUrl] = useState(knownUrl);
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const others = connections.filter((other) => other.id !== connection.id).map((other) => other.name);
  const problem = nameProblem(name, others);
  const urlProblem = baseUrlProblem(baseUrl);
  const changes = {
    ...(name.trim() === connection.name ? {} : { name: name.trim() }),
    ...(environment === connection.environment ? {} : { environment }),
    ...(colour === (connection.colour ?? null) ? {} : { colour }),
    ...(readOnly === connection.readOnly ? {} : { readOnly }),
    // Without an address the daemon keeps the one it has, so Roblox's own is named where it takes another's place.
    ...(apiKey === "" ? {} : { apiKey, ...(baseUrl === knownUrl ? {} : { baseUrl: baseUrl || ROBLOX }) }),
  };
  const offReason =
    (running ? t("reason.running") : null) ??
    (problem ? t(`form.name.${problem}`) : null) ??
    (isNoKey(apiKey) ? t("form.noKey") : null) ??
    (apiKey !== "" && urlProblem ? t(`form.${urlProblem}`) : null) ??
    (Object.keys(changes).length === 0 ? t("reason.noChange") : null);
  const save = async () => {
    setRunning(true);
    setError(null);
    try {
      const answer = await call("connections.update", { connection: connection.id, ...changes });
      setApiKey("");
      keepConnection(client, answer.connection);
      await client.invalidateQueries({ queryKey: queryNames.connections() });
      showToast({ kind: "success", text: t("connection.saved", { connection: answer.connection.name }) });
      onClose();
    } catch (failure) {
      setError(failure);
      setRunning(false);
    }
  };
  return (
    <Dialog
      id="edit-connection-dialog"
      title={t("connection.editTitle", { connection: connection.name })}
      onCancel={onClose}
      buttons={
        <>
          <Button id="edit-connection-cancel" onPress={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button id="edit-connection-save" kind="primary" offReason={offReason} onPress={() => void save()}>
            {t("connection.saveOne", { environment: environmentWord(environment) })}
          </Button>
        </>
      }
    >
      <TextField
        id="edit-connection-name"
        label={t("connection.name")}
        value={name}
        onChange={setName}
        error={problem ? t(`form.name.${problem}`) : null}
        autoFocus
      />
      <EnvironmentChoice id="edit-connection-environment" chosen={environment} onChoose={setEnvironment} />
      <ColourChoice id="edit-connection-colour" chosen={colour} onChoose={setColour} />
      <ReadOnlyField id="edit-connection-read-only" checked={readOnly} onChange={setReadOnly} />
      {connection.cloud && (
        <TextField
          id="edit-connection-key"
          label={t("key.newKey")}
          value={apiKey}
          onChange={(value) => setApiKey(value.trim())}
          hint={t("key.newKeyHint")}
          error={isNoKey(apiKey) ? t("form.noKey") : null}
          secret
          code
        />
      )}
      {connection.cloud && apiKey !== "" && (
        <TextField
          id="edit-connection-base-url"
          label={t("key.baseUrl")}
          value={baseUrl}
          onChange={(value) => setBaseUrl(value.trim())}
          hint={t("key.baseUrlHint")}
          error={urlProblem ? t(`form.${urlProblem}`) : null}
          placeholder={ROBLOX}
          code
        />
      )}
      {error !== null && (
        <Failure id="edit-connection-error" error={error} text={checkFailureText(error)} withDetails />
      )}
    </Dialog>
  );
}

/** Takes the connection and its key off this computer; nothing changes at Roblox. */
export function RemoveConnectionDialog({ connection, onClose }: DialogProps) {
  const client = useQueryClient();
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const remove = async () => {
    setRunning(true);
    setError(null);
    try {
      await call("connections.remove", { connection: connection.id });
      showToast({ kind: "success", text: t("connection.removed", { connection: connection.name }) });
      onClose();
      await client.invalidateQueries({ queryKey: queryNames.connections() });
    } catch (failure) {
      setError(failure);
      setRunning(false);
    }
  };
  return (
    <Dialog
      id="remove-connection-dialog"
      title={t("connection.removeTitle", { connection: connection.name })}
      alert
      onCancel={onClose}
      buttons={
        <>
          <Button id="remove-connection-cancel" onPress={onClose} autoFocus>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="remove-connection-confirm"
            kind="danger"
            icon="trash"
            offReason={running ? t("reason.running") : null}
            onPress={() => void remove()}
          >
            {t("connection.removeOne", { environment: environmentWord(connection.environment) })}
          </Button>
        </>
      }
    >
      <p>{t("connection.removeBody")}</p>
      {error !== null && <Failure id="remove-connection-error" error={error} withDetails />}
    </Dialog>
  );
}

export function ReportDialog({ connection, onClose }: DialogProps) {
  const report = connection.cloud?.lastCheck;
  return (
    <Dialog
      id="report-dialog"
      title={t("permissions.title", { connection: connection.name })}
      onCancel={onClose}
      wide
      buttons={
        <Button id="report-close" onPress={onClose} autoFocus>
          {t("dialog.close")}
        </Button>
      }
    >
      <p className="unlock-place">
        <EnvironmentChip environment={connection.environment} />
        <SafeText text={connection.name} />
      </p>
      {report && (
        <>
          <KeyFacts report={report} />
          <PermissionMatrix report={report} preset="readWrite" />
        </>
      )}
    </Dialog>
  );
}
