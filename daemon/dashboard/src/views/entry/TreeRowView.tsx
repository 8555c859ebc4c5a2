/** One row of the tree: name, value, type and size, with its mark when the draft changed it. */
import type { ReactNode } from "react";
import { Icon } from "../../components/Icon";
import { SafeText } from "../../components/SafeText";
import type { ValueRow } from "../../protocol";
import { formatSize } from "../../text/format";
import { t } from "../../text/message";
import type { ChangeMark } from "./changeMarks";
import type { Side } from "./treeModel";
import type { ShownRow } from "./ValueTree";

const MARKS: Readonly<Record<ChangeMark, string>> = { changed: "~", added: "+", inside: "·" };
const INDENT = 16;

interface TreeRowViewProps {
  readonly id: string;
  readonly visible: ShownRow;
  readonly place: { readonly height: number; readonly transform: string };
  readonly selected: boolean;
  readonly mark: ChangeMark | null;
  readonly editor: ReactNode;
  readonly onSelect: (row: ValueRow) => void;
  readonly onToggle: (row: ValueRow) => void;
  readonly onEdit: (row: ValueRow) => void;
  readonly onMore: (pointer: string, side: Side) => void;
}

export function TreeRowView(props: TreeRowViewProps) {
  const { id, visible, place } = props;
  const indent = { paddingInlineStart: (visible.level - 1) * INDENT + 4 };
  switch (visible.type) {
    case "row":
      return <DataRow {...props} visible={visible} indent={indent} />;
    case "add":
      return (
        <div id={id} className="treegrid-row treegrid-adding" role="row" aria-level={visible.level} style={place}>
          <div className="treegrid-whole" role="gridcell" style={indent}>
            {props.editor}
          </div>
        </div>
      );
    case "more":
      return (
        <div id={id} className="treegrid-row" role="row" aria-level={visible.level} style={place}>
          <div className="treegrid-whole" role="gridcell" style={indent}>
            <button
              type="button"
              className="link"
              tabIndex={-1}
              onClick={() => props.onMore(visible.pointer, visible.side)}
            >
              {t(`tree.more.${visible.side}`, { shown: visible.shown, total: visible.total })}
            </button>
          </div>
        </div>
      );
    case "loading":
      return (
        <div id={id} className="treegrid-row" role="row" aria-level={visible.level} style={place}>
          <div className="treegrid-whole muted" role="gridcell" style={indent}>
            {t("tree.reading")}
          </div>
        </div>
      );
  }
}

interface DataRowProps extends TreeRowViewProps {
  readonly visible: Extract<ShownRow, { type: "row" }>;
  readonly indent: { readonly paddingInlineStart: number };
}

function DataRow({ id, visible, place, selected, mark, editor, indent, onSelect, onToggle, onEdit }: DataRowProps) {
  const { row, level, position, setSize, expanded } = visible;
  const container = row.kind === "object" || row.kind === "array";
  const renaming = editor !== null && container;
  const name = row.path === "" ? t("tree.root") : row.name;
  return (
    <div
      id={id}
      className={`treegrid-row${mark ? ` treegrid-${mark}` : ""}`}
      role="row"
      aria-level={level}
      aria-posinset={position}
      aria-setsize={setSize}
      aria-expanded={container ? expanded : undefined}
      aria-selected={selected}
      data-path={row.path}
      data-kind={row.kind}
      style={place}
      onClick={() => !editor && onSelect(row)}
      onDoubleClick={() => !editor && onEdit(row)}
    >
      <div className="treegrid-name" role="gridcell" style={indent}>
        {container ? (
          <button
            type="button"
            className="twisty"
            tabIndex={-1}
            aria-label={expanded ? t("tree.close", { name }) : t("tree.open", { name })}
            onClick={(event) => {
              event.stopPropagation();
              onToggle(row);
            }}
            onDoubleClick={(event) => event.stopPropagation()}
          >
            <Icon name={expanded ? "chevronDown" : "chevronRight"} size={12} />
          </button>
        ) : (
          <span className="twisty-space" />
        )}
        {mark && (
          <span className={`change-mark change-${mark}`} title={t(`tree.mark.${mark}`)}>
            {MARKS[mark]}
            <span className="hidden-text">{t(`tree.mark.${mark}`)} </span>
          </span>
        )}
        {renaming ? (
          editor
        ) : (
          <span className={row.path === "" ? "tree-root-name" : "tree-key"}>
            <SafeText text={name} />
          </span>
        )}
      </div>
      <div className="treegrid-value" role="gridcell">
        {editor && !renaming ? editor : <Value row={row} />}
      </div>
      <div className="treegrid-type" role="gridcell">
        {t(`kind.${row.kind}`)}
      </div>
      <div className="treegrid-size" role="gridcell">
        {formatSize(row.sizeBytes)}
      </div>
    </div>
  );
}

function Value({ row }: { readonly row: ValueRow }) {
  if (row.kind === "object" || row.kind === "array") {
    return (
      <span className="muted">
        {t(row.kind === "object" ? "tree.members" : "tree.items", { count: row.childCount })}
      </span>
    );
  }
  return (
    <span className={`value-${row.kind}`}>
      <SafeText text={row.preview} code />
      {row.cut && "…"}
    </span>
  );
}
