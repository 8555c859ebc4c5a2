/** The places of an entry that differ, as a tree; each row says in words what became of its place. */
import type { StoredDetail } from "../../api/changeSets";
import { type DifferenceRow, differenceRows } from "../../changes/differenceTree";
import { Icon } from "../../components/Icon";
import { SafeText } from "../../components/SafeText";
import { diff } from "../../json/diff";
import { formatPointer } from "../../json/pointer";
import type { DifferenceKind, PlaceDifference } from "../../protocol";
import { t } from "../../text/message";
import { KindMark } from "./marks";

/** The daemon cuts the texts of places here. */
const CUT_LENGTH = 200;

interface TreeDifferenceProps {
  readonly detail: Pick<StoredDetail, "differences" | "differenceCount">;
  /** User tags and metadata before and after, once they are known and where they differ. */
  readonly beside: readonly BesideDifference[];
}

export interface BesideDifference {
  readonly name: "userIds" | "attributes";
  readonly differences: readonly PlaceDifference[];
}

export function TreeDifference({ detail, beside }: TreeDifferenceProps) {
  const { differences, differenceCount } = detail;
  return (
    <div className="difference-tree">
      {differences.length > 0 && <Rows label={t("entry.value")} root={t("tree.root")} differences={differences} />}
      {differenceCount > differences.length && (
        <p className="muted">{t("difference.more", { shown: differences.length, count: differenceCount })}</p>
      )}
      {beside.map(({ name, differences: places }) => {
        const title = t(name === "userIds" ? "users.title" : "metadata.title");
        return (
          <section key={name} data-beside={name}>
            <h3>{title}</h3>
            {name === "userIds" ? (
              <Tags label={title} differences={places} />
            ) : (
              <Rows label={title} root={title} differences={places} />
            )}
          </section>
        );
      })}
      {differenceCount === 0 && beside.length === 0 && <p className="muted">{t("difference.none")}</p>}
    </div>
  );
}

/** User tags that came or went, each as it is. */
function Tags({ label, differences }: Omit<RowsProps, "root">) {
  return (
    <ul className="difference-rows" aria-label={label}>
      {differences.map(({ path, kind, before, after }) => (
        <li key={path} className={`difference-row difference-${kind}`} data-kind={kind}>
          <KindMark kind={kind} />
          <SafeText text={before ?? after ?? ""} code />
          <span className="hidden-text">{t(`difference.word.${kind}`)}</span>
        </li>
      ))}
    </ul>
  );
}

interface RowsProps {
  readonly label: string;
  /** What the whole is called. */
  readonly root: string;
  readonly differences: readonly PlaceDifference[];
}

function Rows({ label, root, differences }: RowsProps) {
  return (
    <ul className="difference-rows" aria-label={label}>
      {differenceRows(differences).map((row) => (
        <Row key={`${row.pointer} ${row.kind}`} row={row} root={root} />
      ))}
    </ul>
  );
}

function Row({ row, root }: { readonly row: DifferenceRow; readonly root: string }) {
  const { kind, label, before, after, level } = row;
  return (
    <li
      className={kind ? `difference-row difference-${kind}` : "difference-row"}
      data-path={row.pointer}
      data-kind={kind ?? "inside"}
      style={{ paddingInlineStart: `${8 + Math.min(level, 12) * 16}px` }}
    >
      {kind ? <KindMark kind={kind} /> : <Icon name="chevronDown" size={12} />}
      <span className="difference-name">
        {label === "" ? root : <SafeText text={label} code />}
        {kind && <span className="hidden-text"> {t(`difference.word.${kind}`)}</span>}
      </span>
      {kind && (
        <span className="difference-texts">
          {before !== null && (
            <del>
              <span className="hidden-text">{t("difference.was")} </span>
              <Cut text={before} />
            </del>
          )}
          {before !== null && after !== null && (
            <span className="difference-arrow" aria-hidden="true">
              →
            </span>
          )}
          {after !== null && (
            <ins>
              <span className="hidden-text">{t("difference.now")} </span>
              <Cut text={after} />
            </ins>
          )}
        </span>
      )}
    </li>
  );
}

function Cut({ text }: { readonly text: string }) {
  return <SafeText text={[...text].length >= CUT_LENGTH ? `${text}…` : text} code />;
}

/** How one JSON text became another, as places. */
export function placesOf(before: string, after: string): PlaceDifference[] {
  return diff(before, after).map((change) => ({
    path: formatPointer(change.path),
    kind: kindOf(change.before, change.after),
    before: change.before,
    after: change.after,
  }));
}

/** How one list of user tags became another, each tag for itself. */
export function tagPlaces(before: readonly string[], after: readonly string[]): PlaceDifference[] {
  return [
    ...before
      .filter((id) => !after.includes(id))
      .map((id) => ({ path: `/${id}`, kind: "removed" as const, before: id })),
    ...after.filter((id) => !before.includes(id)).map((id) => ({ path: `/${id}`, kind: "added" as const, after: id })),
  ];
}

function kindOf(before: string | null, after: string | null): DifferenceKind {
  return before === null ? "added" : after === null ? "removed" : "changed";
}
