/** One item of a sorted map, to read or to write: its value as JSON, what it is sorted by, and how long it lives. */
import { useState } from "react";
import { ApiError } from "../../api/error";
import { setItem } from "../../api/memory";
import type { StoredItem } from "../../api/memoryPage";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { environmentWord } from "../../components/EnvironmentChip";
import { Field, TextField } from "../../components/Field";
import { Failure } from "../../components/Panels";
import { showToast } from "../../components/Toasts";
import { sizeInBytes } from "../../json/scan";
import type { Connection } from "../../protocol";
import { formatSize } from "../../text/format";
import { t } from "../../text/message";
import { itemNameProblem, lifetimeProblem, LONGEST_LIFE_SECONDS, sortKeyProblem } from "./limits";
import { valueProblem } from "./valueProblem";

interface ItemDialogProps {
  readonly connection: Connection;
  readonly map: string;
  /** Null for a new one. */
  readonly item: StoredItem | null;
  /** Why it can only be read. */
  readonly offReason: string | null;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

type SortKind = "none" | "text" | "number";

function sortKindOf(item: StoredItem | null): SortKind {
  return item?.sortKey?.text != null ? "text" : item?.sortKey?.number != null ? "number" : "none";
}

export function ItemDialog({ connection, map, item, offReason, onClose, onDone }: ItemDialogProps) {
  const [name, setName] = useState(item?.item ?? "");
  const [text, setText] = useState(item?.text ?? "{}");
  const [sortKind, setSortKind] = useState<SortKind>(sortKindOf(item));
  const [sortKey, setSortKey] = useState(String(item?.sortKey?.text ?? item?.sortKey?.number ?? ""));
  const [lifetime, setLifetime] = useState(String(LONGEST_LIFE_SECONDS));
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState(false);
  const textProblem = valueProblem(text);
  const nameWrong = itemNameProblem(name) ? t("memory.nameRule") : null;
  const sortWrong = sortKind !== "none" && sortKeyProblem(sortKind, sortKey) ? t(`memory.sortRule.${sortKind}`) : null;
  const lifeWrong = lifetimeProblem(lifetime) ? t("memory.lifetimeRule", { limit: LONGEST_LIFE_SECONDS }) : null;
  const isTaken = error instanceof ApiError && error.code === "DS006";
  const save = async () => {
    setRunning(true);
    setError(null);
    try {
      await setItem(
        {
          connection: connection.id,
          map,
          item: name,
          createOnly: item === null,
          ttlSeconds: Number(lifetime),
          ...(sortKind === "text" ? { sortKey: { text: sortKey } } : {}),
          ...(sortKind === "number" ? { sortKey: { number: Number(sortKey) } } : {}),
        },
        text,
      );
      showToast({ kind: "success", text: t("toast.saved", { key: name }) });
      onDone();
    } catch (failure) {
      setError(failure);
      setRunning(false);
    }
  };
  return (
    <Dialog
      id="memory-item-dialog"
      title={item ? t("memory.itemTitle", { item: item.item }) : t("memory.newTitle", { map })}
      onCancel={onClose}
      buttons={
        <>
          <Button id="memory-item-cancel" onPress={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button
            id="memory-item-save"
            kind="primary"
            offReason={
              offReason ?? nameWrong ?? textProblem ?? sortWrong ?? lifeWrong ?? (running ? t("reason.running") : null)
            }
            onPress={() => void save()}
          >
            {t("memory.saveOne", { environment: environmentWord(connection.environment) })}
          </Button>
        </>
      }
    >
      {item === null && (
        <TextField
          id="memory-item-name"
          label={t("memory.column.item")}
          value={name}
          onChange={(value) => {
            setName(value);
            setError(null);
          }}
          error={isTaken ? t("memory.taken", { item: name }) : name === "" ? null : nameWrong}
          code
          autoFocus
        />
      )}
      <Field id="memory-item-value" label={t("new.value")} hint={formatSize(sizeInBytes(text))} error={textProblem}>
        {(attributes) => (
          <textarea
            {...attributes}
            className="input code new-value"
            value={text}
            spellCheck={false}
            readOnly={offReason !== null}
            data-autofocus={item ? "" : undefined}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <div className="field-pair">
        <TextField
          id="memory-item-sort"
          label={t("memory.column.sortKey")}
          value={sortKind === "none" ? "" : sortKey}
          onChange={(value) => {
            setSortKey(value);
            setSortKind(value === "" ? "none" : sortKind === "none" ? "text" : sortKind);
          }}
          hint={item && sortKind === "none" ? t("memory.sortKept") : t("memory.sortHint")}
          error={sortWrong}
          code
        />
        <Field id="memory-item-sort-kind" label={t("memory.sortKind")}>
          {(attributes) => (
            <select
              {...attributes}
              className="input"
              value={sortKind}
              onChange={(event) => setSortKind(event.target.value as SortKind)}
            >
              <option value="none">{t("memory.sortKind.none")}</option>
              <option value="text">{t("memory.sortKind.text")}</option>
              <option value="number">{t("memory.sortKind.number")}</option>
            </select>
          )}
        </Field>
      </div>
      <TextField
        id="memory-item-lifetime"
        label={t("memory.lifetime")}
        value={lifetime}
        onChange={(value) => setLifetime(value.trim())}
        hint={t("memory.lifetimeHint")}
        error={lifeWrong}
        code
      />
      {error !== null && !isTaken && <Failure id="memory-item-error" error={error} />}
    </Dialog>
  );
}
