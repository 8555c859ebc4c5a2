/**
 * The question that a conflict asks, wherever it came up: base, theirs and mine of each place, what the result is, and the
 * four ways on (ux.md 5.5).
 */
import { type ReactNode, useState } from "react";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Menu } from "../../components/Menu";
import { Failure } from "../../components/Panels";
import { SafeText } from "../../components/SafeText";
import { type Choices, type ConflictRow, rowPath, type Side, sideOf, undecided } from "../../changes/conflictRows";
import { t } from "../../text/message";

const SHOWN_LENGTH = 80;
/** Rows beyond these are told as a number: deciding more one by one is no help to anybody. */
const SHOWN_ROWS = 200;

interface ConflictFrameProps {
  readonly rows: readonly ConflictRow[];
  readonly body: string;
  /** Text of the button that writes the result. */
  readonly useText: string;
  /** Why the result cannot be written whatever is chosen; the button stays and says so. */
  readonly useReason?: string | null;
  readonly keepText: string;
  /** Where there is no draft to go back to. */
  readonly backText?: string;
  readonly error: unknown;
  readonly running: boolean;
  readonly onUse: (choices: Choices) => void;
  readonly onKeep: () => void;
  readonly onBack: () => void;
  readonly onCancel: () => void;
  /** Absent where there is nothing to overwrite. */
  readonly onOverwrite?: () => void;
  readonly children?: ReactNode;
}

export function ConflictFrame(props: ConflictFrameProps) {
  const { rows, error, running, onOverwrite } = props;
  const [choices, setChoices] = useState<Choices>(new Map());
  const open = undecided(rows, choices);
  const contested = rows.filter((row) => row.contested);
  const busy = running ? t("reason.running") : null;
  return (
    <Dialog
      id="conflict-dialog"
      title={t("error.DS006.title")}
      onCancel={props.onCancel}
      wide
      buttons={
        <>
          <Button id="conflict-back" offReason={busy} onPress={props.onBack} autoFocus>
            {props.backText ?? t("conflict.back")}
          </Button>
          <Button id="conflict-theirs" offReason={busy} onPress={props.onKeep}>
            {props.keepText}
          </Button>
          {onOverwrite && (
            <Menu
              id="conflict-more"
              label={t("conflict.more")}
              align="end"
              items={[
                {
                  id: "conflict-overwrite",
                  text: t("conflict.overwrite"),
                  danger: true,
                  run: onOverwrite,
                  offReason: busy,
                },
              ]}
            >
              {t("conflict.more")}
            </Menu>
          )}
          <Button
            id="conflict-use"
            kind="primary"
            offReason={busy ?? props.useReason ?? (open > 0 ? t("conflict.choose", { count: open }) : null)}
            onPress={() => props.onUse(choices)}
          >
            {props.useText}
          </Button>
        </>
      }
    >
      <p>{props.body}</p>
      {props.children}
      {rows.length > 0 && (
        <>
          <div className="conflict-summary">
            <p className="muted" role="status">
              {t("conflict.summary", { count: rows.length, open })}
            </p>
            {contested.length > 1 &&
              (["theirs", "mine"] as const).map((side) => (
                <Button
                  key={side}
                  id={`conflict-all-${side}`}
                  kind="quiet"
                  onPress={() => setChoices(new Map(contested.map((row) => [row.id, side])))}
                >
                  {t(`conflict.all.${side}`, { count: contested.length })}
                </Button>
              ))}
          </div>
          <div className="conflict-scroll">
            <table id="conflict-table" className="table conflict-table">
              <thead>
                <tr>
                  {(["path", "base", "theirs", "mine", "result"] as const).map((column) => (
                    <th key={column} scope="col">
                      {t(`conflict.${column}`)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.slice(0, SHOWN_ROWS).map((row) => (
                  <Row
                    key={row.id}
                    row={row}
                    side={sideOf(row, choices)}
                    onChoose={(side) => setChoices(new Map(choices).set(row.id, side))}
                  />
                ))}
              </tbody>
            </table>
          </div>
          {rows.length > SHOWN_ROWS && (
            <p className="muted">{t("difference.more", { shown: SHOWN_ROWS, count: rows.length })}</p>
          )}
        </>
      )}
      {error !== null && <Failure id="conflict-error" error={error} />}
    </Dialog>
  );
}

interface RowProps {
  readonly row: ConflictRow;
  readonly side: Side | null;
  readonly onChoose: (side: Side) => void;
}

/** What a row is about: its path, or the name of what lies beside the value. */
function RowName({ row }: { readonly row: ConflictRow }) {
  const path = rowPath(row);
  return path === null ? nameBeside(row.id) : path === "" ? t("tree.root") : <SafeText text={path} code />;
}

function nameBeside(id: string): string {
  return id === "userIds" ? t("users.title") : id === "attributes" ? t("metadata.title") : t("conflict.entry");
}

function Row({ row, side, onChoose }: RowProps) {
  const path = rowPath(row) ?? nameBeside(row.id);
  const result = side === "mine" ? row.mine : side === "theirs" ? row.theirs : undefined;
  return (
    <tr data-path={row.id} data-contested={row.contested}>
      <th scope="row">
        <RowName row={row} />
      </th>
      <td data-column={t("conflict.base")}>
        <Shown text={row.base} />
      </td>
      {(["theirs", "mine"] as const).map((name) => (
        <td key={name} data-column={t(`conflict.${name}`)} className={side === name ? "conflict-taken" : undefined}>
          {row.contested ? (
            <label className="conflict-choice">
              <input
                type="radio"
                name={`conflict ${row.id}`}
                checked={side === name}
                aria-label={t(`conflict.take.${name}`, { path: path || t("tree.root") })}
                onChange={() => onChoose(name)}
              />
              <Shown text={row[name]} />
            </label>
          ) : (
            <Shown text={row[name]} />
          )}
        </td>
      ))}
      <td data-column={t("conflict.result")}>
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
