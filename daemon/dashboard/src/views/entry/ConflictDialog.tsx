/**
 * The entry changed since the draft began: base, theirs and mine per changed path, and the result. Paths that one side
 * touched are taken; where both did, a person chooses.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { ApiError } from "../../api/error";
import { type Address, readEntry, type StoredEntry, writeEntry } from "../../api/entries";
import { queryNames } from "../../api/queries";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Menu } from "../../components/Menu";
import { environmentWord } from "../../components/EnvironmentChip";
import { Failure } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { showToast } from "../../components/Toasts";
import { type MergeRow, mergedText, mergeRows } from "../../json/diff";
import { formatPointer, readablePath } from "../../json/pointer";
import type { Environment } from "../../protocol";
import { t } from "../../text/message";
import { type Content, contentOf, discardDraft, type Draft, rebaseDraft, sameContent } from "./drafts";
import { OverwriteDialog } from "./OverwriteDialog";
import { saveDraft } from "./useSave";

const SHOWN_LENGTH = 80;

interface ConflictDialogProps {
  readonly draft: Draft;
  /** Null when the entry was removed. */
  readonly theirs: StoredEntry | null;
  readonly address: Address;
  readonly environment: Environment;
  readonly onClose: () => void;
}

type Side = "theirs" | "mine";

export function ConflictDialog({ draft, theirs, address, environment, onClose }: ConflictDialogProps) {
  const client = useQueryClient();
  const rows = useMemo(
    () => (theirs ? mergeRows(draft.base.text, theirs.text, draft.content.text) : []),
    [draft, theirs],
  );
  const [choices, setChoices] = useState<ReadonlyMap<string, Side>>(new Map());
  const [error, setError] = useState<unknown>(null);
  const [overwriting, setOverwriting] = useState(false);
  const open = rows.filter((row) => row.contested && !choices.has(formatPointer(row.path)));
  const sideOf = (row: MergeRow): Side | null =>
    row.contested ? (choices.get(formatPointer(row.path)) ?? null) : row.edit ? "mine" : "theirs";

  const keepTheirs = () => {
    discardDraft(address);
    void client.invalidateQueries({ queryKey: queryNames.entry(address) });
    onClose();
  };
  const result = (): Content =>
    theirs
      ? mergedContent(
          draft,
          theirs,
          mergedText(theirs.text, rows, (row) => sideOf(row) === "mine"),
        )
      : draft.content;
  /** Writes on condition that nobody has changed the entry once more. */
  const save = async (content: Content) => {
    try {
      if (theirs && sameContent(content, contentOf(theirs))) {
        return keepTheirs();
      }
      if (theirs) {
        await saveDraft(address, rebaseDraft(draft, theirs, content));
      } else {
        await writeEntry(address, content.text, { ...content, createOnly: true });
      }
      client.setQueryData(queryNames.entry(address), await readEntry(address));
      discardDraft(address);
      showToast({ kind: "success", text: t("toast.saved", { key: address.key }) });
      onClose();
    } catch (failure) {
      setError(failure);
      if (failure instanceof ApiError && failure.code === "DS006") {
        await client.invalidateQueries({ queryKey: queryNames.entry(address) });
      }
    }
  };
  const count = rows.length;
  if (overwriting) {
    return (
      <OverwriteDialog
        address={address}
        environment={environment}
        error={error}
        onBack={() => setOverwriting(false)}
        onOverwrite={() => void save(draft.content)}
      />
    );
  }
  return (
    <Dialog
      id="conflict-dialog"
      title={t("error.DS006.title")}
      onCancel={onClose}
      wide
      buttons={
        <>
          <Button id="conflict-back" onPress={onClose} autoFocus>
            {t("conflict.back")}
          </Button>
          <Button id="conflict-theirs" onPress={keepTheirs}>
            {theirs ? t("conflict.keepTheirs") : t("conflict.keepRemoved")}
          </Button>
          {theirs && (
            <Menu
              id="conflict-more"
              label={t("conflict.more")}
              align="end"
              items={[
                {
                  id: "conflict-overwrite",
                  text: t("conflict.overwrite"),
                  danger: true,
                  run: () => setOverwriting(true),
                },
              ]}
            >
              {t("conflict.more")}
            </Menu>
          )}
          <Button
            id="conflict-use"
            kind="primary"
            offReason={open.length > 0 ? t("conflict.choose", { count: open.length }) : null}
            onPress={() => void save(result())}
          >
            {t(theirs ? "conflict.use" : "conflict.createAgain", { environment: environmentWord(environment) })}
          </Button>
        </>
      }
    >
      <p>{theirs ? t("conflict.body") : t("conflict.bodyRemoved")}</p>
      {theirs && (
        <>
          <p className="muted">{t("conflict.summary", { count, open: open.length })}</p>
          <table id="conflict-table" className="table conflict-table">
            <thead>
              <tr>
                <th scope="col">{t("conflict.path")}</th>
                <th scope="col">{t("conflict.base")}</th>
                <th scope="col">{t("conflict.theirs")}</th>
                <th scope="col">{t("conflict.mine")}</th>
                <th scope="col">{t("conflict.result")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <ConflictRow
                  key={formatPointer(row.path)}
                  row={row}
                  side={sideOf(row)}
                  onChoose={(side) => setChoices(new Map(choices).set(formatPointer(row.path), side))}
                />
              ))}
            </tbody>
          </table>
        </>
      )}
      {error !== null && <Failure id="conflict-error" error={error} />}
    </Dialog>
  );
}

/** User tags and metadata follow the side that changed them; where both did, mine are taken. */
function mergedContent(draft: Draft, theirs: StoredEntry, text: string): Content {
  const other = contentOf(theirs);
  const tagsAreMine = draft.content.userIds.join() !== draft.base.userIds.join();
  const attributesAreMine = draft.content.attributesText !== draft.base.attributesText;
  return {
    text,
    userIds: tagsAreMine ? draft.content.userIds : other.userIds,
    attributesText: attributesAreMine ? draft.content.attributesText : other.attributesText,
  };
}

interface ConflictRowProps {
  readonly row: MergeRow;
  readonly side: Side | null;
  readonly onChoose: (side: Side) => void;
}

function ConflictRow({ row, side, onChoose }: ConflictRowProps) {
  const path = readablePath(row.path) || t("tree.root");
  const result = side === "mine" ? row.mine : side === "theirs" ? row.theirs : undefined;
  return (
    <tr data-path={formatPointer(row.path)} data-contested={row.contested}>
      <th scope="row">
        <SafeText text={path} code />
      </th>
      <td>
        <Shown text={row.base} />
      </td>
      {(["theirs", "mine"] as const).map((name) => (
        <td key={name} className={side === name ? "conflict-taken" : undefined}>
          {row.contested ? (
            <label className="conflict-choice">
              <input
                type="radio"
                name={`conflict ${formatPointer(row.path)}`}
                checked={side === name}
                aria-label={t(`conflict.take.${name}`, { path })}
                onChange={() => onChoose(name)}
              />
              <Shown text={row[name]} />
            </label>
          ) : (
            <Shown text={row[name]} />
          )}
        </td>
      ))}
      <td>
        {result === undefined ? <span className="field-error">{t("conflict.open")}</span> : <Shown text={result} />}
      </td>
    </tr>
  );
}

function Shown({ text }: { readonly text: string | null }) {
  if (text === null) {
    return <span className="muted">{t("conflict.absent")}</span>;
  }
  return <SafeText text={text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text} code />;
}
