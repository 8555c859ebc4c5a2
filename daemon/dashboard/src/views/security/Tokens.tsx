/** API tokens and paired Studios' credentials: made, listed and revoked. A secret is shown once. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client";
import { queryNames, stopReading, useStatus, useTokens } from "../../api/queries";
import { Age } from "../../components/Age";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field, TextField } from "../../components/Field";
import { Icon } from "../../components/Icon";
import { Empty, Failure, Skeleton } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { showToast } from "../../components/Toasts";
import { stateOf, ViewRoot } from "../../components/ViewRoot";
import type { Role, Token } from "../../protocol";
import { errorText } from "../../text/errors";
import { t } from "../../text/message";

/** Roles a token can have, each with all that the ones before it permit; none above one's own can be given. */
const ROLES: readonly Role[] = ["VIEWER", "EDITOR", "ADMIN", "SUPER_ADMIN"];
const DAY_SECONDS = 86_400;
const LIFETIMES = [1, 7, 30, 90, 365] as const;

export function Tokens() {
  const client = useQueryClient();
  const tokens = useTokens();
  const [asked, setAsked] = useState<"create" | Token | null>(null);
  const list = tokens.data ?? [];
  return (
    <ViewRoot name="tokens" label={t("security.tokens")} state={stateOf(tokens, list.length === 0)}>
      <div className="page-actions">
        <p className="muted">{t("tokens.explain")}</p>
        <Button id="tokens-new" kind="primary" icon="plus" onPress={() => setAsked("create")}>
          {t("tokens.new")}
        </Button>
      </div>
      {tokens.isPending && (
        <Skeleton
          rows={4}
          label={t("tokens.reading")}
          cancel={{ id: "tokens-cancel", run: () => stopReading(client, queryNames.tokens()) }}
        />
      )}
      {tokens.error && <Failure id="tokens-error" error={tokens.error} onRetry={() => void tokens.refetch()} />}
      {tokens.data && list.length === 0 && <Empty icon="key" title={t("tokens.none")} />}
      {list.length > 0 && (
        <table className="table" id="tokens-table">
          <thead>
            <tr>
              {(["name", "kind", "role", "begins", "created", "used", "expires", "state"] as const).map((column) => (
                <th key={column} scope="col">
                  {t(`tokens.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {list.map((token) => (
              <TokenRow key={token.id} token={token} onRevoke={() => setAsked(token)} />
            ))}
          </tbody>
        </table>
      )}
      {asked === "create" && <CreateToken onClose={() => setAsked(null)} />}
      {asked !== null && asked !== "create" && <RevokeToken token={asked} onClose={() => setAsked(null)} />}
    </ViewRoot>
  );
}

function TokenRow({ token, onRevoke }: { readonly token: Token; readonly onRevoke: () => void }) {
  const expired = token.expiresAt != null && new Date(token.expiresAt).getTime() < Date.now();
  return (
    <tr data-token={token.id}>
      <th scope="row">
        <SafeText text={token.name} />
      </th>
      <td>{t(`tokens.kind.${token.kind}`)}</td>
      <td>{token.role}</td>
      <td>
        <code>{token.prefix}…</code>
      </td>
      <td>
        <Age time={token.createdAt} />
      </td>
      <td>{token.lastUsedAt ? <Age time={token.lastUsedAt} /> : t("tokens.never")}</td>
      <td>{token.expiresAt ? <Age time={token.expiresAt} /> : t("tokens.noExpiry")}</td>
      <td>
        {token.revokedAt ? (
          <span className="state-off">
            <Icon name="cross" size={12} /> {t("tokens.revoked")}
          </span>
        ) : expired ? (
          <span className="state-off">
            <Icon name="clock" size={12} /> {t("tokens.expired")}
          </span>
        ) : (
          <Button id={`tokens-revoke-${token.id}`} kind="quiet" icon="trash" onPress={onRevoke}>
            {t("tokens.revoke")}
          </Button>
        )}
      </td>
    </tr>
  );
}

function CreateToken({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("VIEWER");
  const [days, setDays] = useState<number>(30);
  const own = useStatus().data?.principal.role ?? "SUPER_ADMIN";
  const [secret, setSecret] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const create = async () => {
    try {
      const answer = await call("tokens.create", {
        name: name.trim(),
        role,
        ...(days > 0 ? { expiresInSeconds: days * DAY_SECONDS } : {}),
      });
      setSecret(answer.secret);
      await client.invalidateQueries({ queryKey: queryNames.tokens() });
    } catch (failure) {
      setError(failure);
    }
  };
  if (secret !== null) {
    return (
      <Dialog
        id="token-secret-dialog"
        title={t("tokens.secretTitle", { name: name.trim() })}
        onCancel={onClose}
        buttons={
          <Button id="token-secret-close" onPress={onClose}>
            {t("tokens.secretKept")}
          </Button>
        }
      >
        <p>{t("tokens.secretBody")}</p>
        <div className="secret">
          <code id="token-secret">{secret}</code>
          <Button
            id="token-secret-copy"
            icon="copy"
            autoFocus
            onPress={() => void navigator.clipboard.writeText(secret)}
          >
            {t("action.copy")}
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      id="token-dialog"
      title={t("tokens.new")}
      onCancel={onClose}
      buttons={
        <>
          <Button id="token-cancel" onPress={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="token-create"
            kind="primary"
            offReason={name.trim() === "" ? t("reason.nameMissing") : null}
            onPress={() => void create()}
          >
            {t("tokens.create", { role })}
          </Button>
        </>
      }
    >
      <TextField
        id="token-name"
        label={t("tokens.name")}
        value={name}
        onChange={setName}
        hint={t("tokens.nameHint")}
        error={error ? errorText(error).title : null}
        autoFocus
      />
      <Field id="token-role" label={t("tokens.role")} hint={t(`role.${role}`)}>
        {(attributes) => (
          <select
            {...attributes}
            className="input"
            value={role}
            onChange={(event) => setRole(event.target.value as Role)}
          >
            {ROLES.slice(0, ROLES.indexOf(own) + 1).map((choice) => (
              <option key={choice}>{choice}</option>
            ))}
          </select>
        )}
      </Field>
      <Field id="token-lifetime" label={t("tokens.lifetime")}>
        {(attributes) => (
          <select
            {...attributes}
            className="input"
            value={days}
            onChange={(event) => setDays(Number(event.target.value))}
          >
            {LIFETIMES.map((lifetime) => (
              <option key={lifetime} value={lifetime}>
                {t("tokens.days", { count: lifetime })}
              </option>
            ))}
            <option value={0}>{t("tokens.noExpiry")}</option>
          </select>
        )}
      </Field>
    </Dialog>
  );
}

function RevokeToken({ token, onClose }: { readonly token: Token; readonly onClose: () => void }) {
  const client = useQueryClient();
  const revoke = async () => {
    onClose();
    try {
      await call("tokens.revoke", { token: token.id });
      showToast({ kind: "success", text: t("tokens.revokedToast", { name: token.name }) });
      await client.invalidateQueries({ queryKey: queryNames.tokens() });
    } catch (error) {
      showToast({ kind: "error", text: errorText(error).title });
    }
  };
  return (
    <Dialog
      id="revoke-dialog"
      title={t("tokens.revokeTitle", { name: token.name })}
      alert
      onCancel={onClose}
      buttons={
        <>
          <Button id="revoke-cancel" onPress={onClose} autoFocus>
            {t("dialog.cancel")}
          </Button>
          <Button id="revoke-confirm" kind="danger" onPress={() => void revoke()}>
            {t("tokens.revokeOne")}
          </Button>
        </>
      }
    >
      <p>{t(token.kind === "studio" ? "tokens.revokeStudioBody" : "tokens.revokeBody")}</p>
    </Dialog>
  );
}
