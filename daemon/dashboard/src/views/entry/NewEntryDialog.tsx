/** A new entry, or a copy of one. It is written, or staged for review, only where nothing is yet. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError } from "../../api/error";
import { type Address, readEntry, writeEntry } from "../../api/entries";
import { tellSaved } from "../../changes/committing";
import { openReview, stage } from "../../changes/staging";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field, TextField } from "../../components/Field";
import { useChanging } from "../../connections/useAccess";
import { position } from "../../json/layout";
import { checkJson, sizeInBytes } from "../../json/scan";
import { errorText } from "../../text/errors";
import type { Connection } from "../../protocol";
import { formatSize } from "../../text/format";
import { t } from "../../text/message";
import type { Content } from "./drafts";

const NAME_LIMIT_BYTES = 50;

interface NewEntryDialogProps {
  readonly connection: Connection;
  readonly store: string;
  readonly copyOf?: { readonly address: Address; readonly content: Content };
  readonly onClose: () => void;
  readonly onCreated: (address: Address) => void;
}

/** Why a data store name, scope or key cannot be used, or null. */
function nameProblem(name: string): string | null {
  if (name === "") {
    return t("new.nameEmpty");
  }
  const bytes = sizeInBytes(name);
  if (bytes > NAME_LIMIT_BYTES) {
    return t("new.nameTooLong", { bytes, limit: NAME_LIMIT_BYTES });
  }
  return /\p{Cc}/u.test(name) ? t("new.nameControl") : null;
}

export function NewEntryDialog({ connection, store: givenStore, copyOf, onClose, onCreated }: NewEntryDialogProps) {
  const [store, setStore] = useState(givenStore);
  const [scope, setScope] = useState(copyOf?.address.scope ?? "global");
  const [key, setKey] = useState(copyOf ? `${copyOf.address.key}_copy` : "");
  const [text, setText] = useState(copyOf?.content.text ?? "{}");
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const client = useQueryClient();
  const { reviewed } = useChanging(connection, "WRITE_DATA");
  const wrong = checkJson(text);
  const place = wrong ? position(text, wrong.offset) : null;
  const textProblem = wrong && place ? t("json.problem", { ...place, reason: t(`json.${wrong.reason}`) }) : null;
  const firstProblem = nameProblem(store) ?? nameProblem(scope) ?? nameProblem(key) ?? textProblem;
  const taken = error instanceof ApiError && error.code === "DS006";

  const create = async () => {
    const address = { connection: connection.name, store, scope, key };
    const more = copyOf ? { userIds: [...copyOf.content.userIds], attributesText: copyOf.content.attributesText } : {};
    setRunning(true);
    try {
      if (reviewed) {
        await checkAbsent(address);
        const staged = await stage(connection, { kind: "set", store, scope, key, text, ...more });
        if (staged) {
          onClose();
          openReview(connection.name, staged.set.id, staged.item);
        }
        return;
      }
      const written = await writeEntry(address, text, { createOnly: true, ...more });
      if (written.outcome === "staged") {
        onClose();
        openReview(connection.name, written.changeSet, 1);
        return;
      }
      tellSaved(client, t("new.created", { key }), connection.name, written.changeSet);
      onCreated(address);
    } catch (failure) {
      setError(failure);
      setRunning(false);
    }
  };
  return (
    <Dialog
      id="new-dialog"
      title={copyOf ? t("new.copyTitle", { key: copyOf.address.key }) : t("entry.new")}
      onCancel={onClose}
      buttons={
        <>
          <Button id="new-cancel" onPress={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="new-create"
            kind="primary"
            offReason={firstProblem ?? (running ? t("reason.running") : null)}
            onPress={() => void create()}
          >
            {reviewed ? t("review.open", { count: 1 }) : t("new.create")}
          </Button>
        </>
      }
    >
      <TextField
        id="new-store"
        label={t("new.store")}
        value={store}
        onChange={setStore}
        code
        hint={t("new.storeHint")}
        error={store === "" ? null : nameProblem(store)}
        autoFocus={givenStore === ""}
      />
      <div className="field-pair">
        <TextField
          id="new-key"
          label={t("new.key")}
          value={key}
          onChange={(value) => {
            setKey(value);
            setError(null);
          }}
          code
          error={taken ? t("new.taken", { key }) : key === "" ? null : nameProblem(key)}
          autoFocus={givenStore !== ""}
        />
        <TextField
          id="new-scope"
          label={t("new.scope")}
          value={scope}
          onChange={setScope}
          code
          error={nameProblem(scope)}
        />
      </div>
      <Field
        id="new-value"
        label={t("new.value")}
        hint={formatSize(sizeInBytes(text))}
        error={textProblem ?? (error !== null && !taken ? errorText(error).title : null)}
      >
        {(attributes) => (
          <textarea
            {...attributes}
            className="input code new-value"
            value={text}
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
    </Dialog>
  );
}

/** A staged change writes whatever is there; that nothing is, has to be seen before. */
async function checkAbsent(address: Address): Promise<void> {
  const isThere = await readEntry(address).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ApiError && (error.code === "DS005" || error.code === "DS001")) {
        return false;
      }
      throw error;
    },
  );
  if (isThere) {
    throw new ApiError("DS006", "there is an entry under this key", null);
  }
}
