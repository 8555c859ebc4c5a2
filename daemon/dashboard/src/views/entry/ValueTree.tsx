/** A value as a tree grid: shown page by page, edited in place. Edits go to the draft; nothing is sent before Save. */
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { ReadingStopped } from "../../api/error";
import { type Address, addressText, type StoredEntry } from "../../api/entries";
import { useCell } from "../../cell";
import { useFixedRows } from "../../components/fixedRows";
import { Failure, Skeleton } from "../../components/Panels";
import { showToast } from "../../components/Toasts";
import { useCommands } from "../../frame/commands";
import { focusRequest, takeFocusRequest } from "../../frame/focus";
import { ask } from "../../json/background";
import type { Edit } from "../../json/edit";
import { formatPointer, isWithin, parsePointer, readablePath } from "../../json/pointer";
import { scalarText } from "../../json/rows";
import { childNamed, kindAt, locate, type Span } from "../../json/scan";
import type { ValueRow } from "../../protocol";
import { navigate } from "../../routing/navigation";
import type { ValueView } from "../../routing/route";
import { settings } from "../../settings/settings";
import { t } from "../../text/message";
import { type Draft, editDraft } from "./drafts";
import type { EntryRoute } from "./EntryPanel";
import { LongTextDialog } from "./LongTextDialog";
import { AddRow, type AfterEdit, RenameCell, ScalarEditor } from "./TreeEditors";
import { useChangeMarks } from "./changeMarks";
import { TreeRowView } from "./TreeRowView";
import { TreeToolbar } from "./TreeToolbar";
import { TreeModel, type TreeSource, type VisibleRow } from "./treeModel";

const ROW_HEIGHTS = { compact: 24, comfortable: 32 } as const;
const ADDRESS_PAUSE_MS = 300;

interface ValueTreeProps {
  readonly route: EntryRoute;
  readonly address: Address;
  readonly entry: StoredEntry;
  readonly draft: Draft | null;
  readonly offReason: string | null;
  readonly onView: (view: ValueView) => void;
}

type Editing =
  | { readonly type: "name" | "add"; readonly pointer: string }
  /** `raw` is the value's exact text. */
  | { readonly type: "value"; readonly pointer: string; readonly raw: string }
  | { readonly type: "text"; readonly pointer: string; readonly readOnly: boolean };

export function ValueTree(props: ValueTreeProps) {
  const { route, address, entry, draft, offReason, onView } = props;
  const text = draft?.content.text ?? entry.text;
  const tree = useTree(text);
  const { rows, error } = useSyncExternalStore(tree.subscribe, tree.snapshot);
  const [selected, setSelected] = useState(route.entry.path ?? "");
  const [editing, setEditing] = useState<Editing | null>(null);
  const marks = useChangeMarks(draft);
  const container = useEditedContainer(text, editing);
  const { density } = useCell(settings);
  const rowHeight = ROW_HEIGHTS[density];
  const scroller = useRef<HTMLDivElement>(null);

  const shown = useMemo(() => withAddRow(rows, editing), [rows, editing]);
  const virtual = useFixedRows(scroller, shown.length, rowHeight);

  useSelectionInAddress(route, selected);
  const focusGrid = useCallback(() => scroller.current?.focus(), []);
  const request = useCell(focusRequest);
  useEffect(() => {
    if (request === "entry" && rows.length > 0 && takeFocusRequest("entry")) {
      focusGrid();
    }
  }, [request, rows.length, focusGrid]);

  // A revealed row is in the list only after the branches above it were read, unless another one was chosen meanwhile.
  const pendingReveal = useRef<string | null>(null);
  const indexOf = (pointer: string) =>
    shown.findIndex((visible) => visible.type === "row" && visible.row.path === pointer);
  const select = (pointer: string) => {
    pendingReveal.current = null;
    setSelected(pointer);
    const index = indexOf(pointer);
    if (index !== -1) {
      virtual.scrollToIndex(index);
    }
  };
  useEffect(() => {
    const wanted = pendingReveal.current;
    if (wanted !== null) {
      const index = shown.findIndex((visible) => visible.type === "row" && visible.row.path === wanted);
      if (index !== -1) {
        pendingReveal.current = null;
        virtual.scrollToIndex(index, "center");
      }
    }
  }, [shown, virtual]);
  const reveal = async (pointer: string) => {
    pendingReveal.current = pointer;
    setSelected(pointer);
    await tree.reveal(pointer);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the field of the address the view was opened with
  useEffect(() => {
    if (route.entry.path) {
      void reveal(route.entry.path);
    }
  }, []);

  const apply = (edits: readonly Edit[]): boolean => {
    const refuse = () => showToast({ kind: "error", text: t("tree.editFailed") });
    try {
      editDraft(address, entry, edits)?.catch(refuse);
      return true;
    } catch {
      refuse();
      return false;
    }
  };
  const finish = (then: AfterEdit = "tree") => {
    setEditing(null);
    if (then === "next") {
      moveToNextScalar(shown, selected, startEdit, focusGrid);
    } else if (then === "tree") {
      focusGrid();
    }
  };
  const remove = (row: ValueRow) => {
    if (row.path === "") {
      return;
    }
    const next = neighbourOf(shown, row.path);
    tree.forget(row.path);
    if (apply([{ type: "remove", path: parsePointer(row.path) }])) {
      setSelected(next);
    }
  };
  const startEdit = (row: ValueRow) => {
    if (row.kind === "object" || row.kind === "array") {
      toggle(row);
      return;
    }
    if (offReason) {
      return;
    }
    setSelected(row.path);
    const open = (span: Span | null) => {
      const value = span ? scalarText(text, span) : row.preview;
      setEditing(
        row.kind === "string" && (row.cut || value.includes("\n"))
          ? { type: "text", pointer: row.path, readOnly: false }
          : { type: "value", pointer: row.path, raw: span ? text.slice(span.start, span.end) : "null" },
      );
    };
    const place = ask("locate", [text], parsePointer(row.path));
    if (place instanceof Promise) {
      place.then(open, () => showToast({ kind: "error", text: t("tree.editFailed") }));
    } else {
      open(place);
    }
  };
  const toggle = (row: ValueRow) => {
    if (tree.isExpanded(row.path)) {
      tree.collapse(row.path);
    } else {
      void tree.expand(row.path);
    }
  };
  const startAdd = async (pointer: string) => {
    const span = locate(text, parsePointer(pointer));
    const kind = span ? kindAt(text, span.start) : "null";
    const container =
      kind === "object" || kind === "array" ? pointer : formatPointer(parsePointer(pointer).slice(0, -1));
    const outer = locate(text, parsePointer(container));
    const outerKind = outer ? kindAt(text, outer.start) : "null";
    if (offReason || (outerKind !== "object" && outerKind !== "array")) {
      return;
    }
    await tree.expand(container);
    setEditing({ type: "add", pointer: container });
  };

  const current = shown.find((visible) => visible.type === "row" && visible.row.path === selected);
  const selectedRow = current?.type === "row" ? current.row : null;
  const keys = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) {
      return;
    }
    const at = indexOf(selected);
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
    const target = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: shown.length - 1,
    }[event.key];
    if (target !== undefined && !event.altKey) {
      event.preventDefault();
      const step = target < at ? -1 : 1;
      const index = Math.max(0, Math.min(shown.length - 1, target));
      const row = rowNear(shown, index, step);
      const more = shown[index];
      if (more?.type === "more") {
        void tree.showMore(more.pointer, more.side);
      }
      if (row) {
        select(row.path);
      }
      return;
    }
    if (!selectedRow) {
      return;
    }
    const deed = deedOf(event, selectedRow, tree.isExpanded(selectedRow.path));
    if (!deed) {
      return;
    }
    event.preventDefault();
    switch (deed) {
      case "edit":
        return startEdit(selectedRow);
      case "rename":
        return startRename(selectedRow);
      case "add":
        return void startAdd(selectedRow.path);
      case "remove":
        return offReason ? undefined : remove(selectedRow);
      case "toggle":
        return toggle(selectedRow);
      case "parent":
        return select(formatPointer(parsePointer(selectedRow.path).slice(0, -1)));
      case "copy":
        return void navigator.clipboard.writeText(readablePath(parsePointer(selectedRow.path)));
    }
  };
  const startRename = (row: ValueRow) => {
    const path = parsePointer(row.path);
    const parent = locate(text, path.slice(0, -1));
    if (!offReason && path.length > 0 && parent && kindAt(text, parent.start) === "object") {
      setEditing({ type: "name", pointer: row.path });
    }
  };

  useCommands([
    {
      id: "find-in-value",
      title: t("command.findInValue"),
      shortcut: "Ctrl+F",
      run: () => document.getElementById("tree-find")?.focus(),
    },
  ]);

  const selectedIndex = indexOf(selected);
  return (
    <div className="tree-view">
      <TreeToolbar
        text={text}
        row={selectedRow}
        offReason={offReason}
        onView={onView}
        onFound={(path, withFocus) => {
          void reveal(formatPointer(path));
          if (withFocus) {
            focusGrid();
          }
        }}
        onAdd={() => void startAdd(selected)}
        onRename={() => selectedRow && startRename(selectedRow)}
        onRemove={() => selectedRow && remove(selectedRow)}
        onShowAll={() => selectedRow && setEditing({ type: "text", pointer: selectedRow.path, readOnly: true })}
      />
      <div className="tree-columns" aria-hidden="true">
        <span>{t("tree.name")}</span>
        <span>{t("tree.value")}</span>
        <span>{t("tree.type")}</span>
        <span className="number">{t("tree.size")}</span>
      </div>
      <div
        ref={scroller}
        id="tree-grid"
        className="treegrid"
        role="treegrid"
        aria-label={t("tree.label", { key: address.key })}
        aria-colcount={4}
        aria-readonly={offReason !== null}
        aria-activedescendant={selectedIndex === -1 ? undefined : `tree-row-${selectedIndex}`}
        tabIndex={0}
        data-region-focus=""
        onKeyDown={keys}
      >
        {rows.length === 0 && !error && (
          <Skeleton
            rows={8}
            label={t("entry.reading")}
            cancel={{ id: "tree-cancel", run: () => tree.stop(new ReadingStopped()) }}
          />
        )}
        {error !== null && error !== undefined && (
          <Failure id="tree-error" error={error} onRetry={() => tree.readAgain()} />
        )}
        <div className="grid-space" role="presentation" style={{ height: virtual.height }}>
          {virtual.items.map((item) => {
            const visible = shown[item.index];
            if (!visible) {
              return null;
            }
            const box = { height: rowHeight, transform: `translateY(${item.start}px)` };
            return (
              <TreeRowView
                key={keyOf(visible)}
                id={`tree-row-${item.index}`}
                visible={visible}
                place={box}
                selected={visible.type === "row" && visible.row.path === selected}
                mark={visible.type === "row" ? (marks.get(visible.row.path) ?? null) : null}
                onSelect={(row) => {
                  pendingReveal.current = null;
                  setSelected(row.path);
                  focusGrid();
                }}
                onToggle={toggle}
                onEdit={startEdit}
                onMore={(pointer, side) => void tree.showMore(pointer, side)}
                editor={editorOf(visible, editing, text, container, address, apply, finish)}
              />
            );
          })}
        </div>
      </div>
      {editing?.type === "text" && (
        <LongTextDialog
          text={text}
          pointer={editing.pointer}
          readOnly={editing.readOnly}
          onClose={() => finish()}
          onUse={(value) => {
            apply([{ type: "set", path: parsePointer(editing.pointer), value: JSON.stringify(value) }]);
            finish();
          }}
        />
      )}
    </div>
  );
}

type Deed = "edit" | "rename" | "add" | "remove" | "toggle" | "parent" | "copy";

function deedOf(event: KeyboardEvent, row: ValueRow, expanded: boolean): Deed | null {
  const container = row.kind === "object" || row.kind === "array";
  if (event.altKey) {
    return event.key.toLowerCase() === "c" ? "copy" : null;
  }
  switch (event.key) {
    case "Enter":
      return "edit";
    case "F2":
      return event.shiftKey ? "rename" : container ? "rename" : "edit";
    case "Insert":
      return "add";
    case "Delete":
      return "remove";
    case "ArrowRight":
      return container && !expanded ? "toggle" : null;
    case "ArrowLeft":
      return container && expanded ? "toggle" : row.path === "" ? null : "parent";
    default:
      return null;
  }
}

/** The tree's model, showing a text. */
function useTree(text: string): TreeModel {
  const tree = useMemo(() => new TreeModel(), []);
  const source = useMemo(
    (): TreeSource => ({
      rows: (pointer, offset, limit) => ask("rows", [text], parsePointer(pointer), offset, limit),
      place: (pointer) => ask("place", [text], parsePointer(pointer)),
    }),
    [text],
  );
  useEffect(() => tree.setSource(source), [tree, source]);
  return tree;
}

/** Keeps the selected field in the address, without a step in the browser's history. */
function useSelectionInAddress(route: EntryRoute, selected: string): void {
  const latest = useRef(route);
  latest.current = route;
  useEffect(() => {
    const timer = window.setTimeout(() => {
      const { path, ...rest } = latest.current.entry;
      if ((path ?? "") !== selected) {
        navigate({ ...latest.current, entry: selected ? { ...rest, path: selected } : rest }, { replace: true });
      }
    }, ADDRESS_PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [selected]);
}

export type ShownRow = VisibleRow | { readonly type: "add"; readonly pointer: string; readonly level: number };

function withAddRow(rows: readonly VisibleRow[], editing: Editing | null): readonly ShownRow[] {
  if (editing?.type !== "add") {
    return rows;
  }
  const at = rows.findIndex((visible) => visible.type === "row" && visible.row.path === editing.pointer);
  const parent = rows[at];
  return at === -1 || parent?.type !== "row"
    ? rows
    : rows.toSpliced(at + 1, 0, { type: "add", pointer: editing.pointer, level: parent.level + 1 } as never);
}

function keyOf(visible: ShownRow): string {
  switch (visible.type) {
    case "row":
      return `row ${visible.position} ${visible.row.path}`;
    case "more":
      return `${visible.side} ${visible.pointer}`;
    default:
      return `${visible.type} ${visible.pointer}`;
  }
}

function rowNear(shown: readonly ShownRow[], from: number, step: number): ValueRow | null {
  for (let index = from; index >= 0 && index < shown.length; index += step) {
    const visible = shown[index];
    if (visible?.type === "row") {
      return visible.row;
    }
  }
  return null;
}

/** The row that takes the selection when `pointer` goes: the next one outside of it, else the one before. */
function neighbourOf(shown: readonly ShownRow[], pointer: string): string {
  const at = shown.findIndex((visible) => visible.type === "row" && visible.row.path === pointer);
  const after = shown
    .slice(at + 1)
    .find((visible) => visible.type === "row" && !isWithin(parsePointer(visible.row.path), parsePointer(pointer)));
  const target = after?.type === "row" ? after.row : rowNear(shown, at - 1, -1);
  const path = parsePointer(target?.path ?? "");
  const gone = parsePointer(pointer);
  // Items after a removed one move down by one.
  const index = gone.length - 1;
  const isSibling = path.length === gone.length && isWithin(path, gone.slice(0, -1));
  return isSibling && /^\d+$/.test(path[index] ?? "") && /^\d+$/.test(gone[index] ?? "") && after
    ? pointer
    : (target?.path ?? "");
}

function moveToNextScalar(
  shown: readonly ShownRow[],
  pointer: string,
  startEdit: (row: ValueRow) => void,
  focusGrid: () => void,
): void {
  const at = shown.findIndex((visible) => visible.type === "row" && visible.row.path === pointer);
  const next = shown
    .slice(at + 1)
    .find((visible) => visible.type === "row" && visible.row.kind !== "object" && visible.row.kind !== "array");
  if (next?.type === "row") {
    startEdit(next.row);
  } else {
    focusGrid();
  }
}

/** The container a name is chosen in; looked up once, for it takes a walk through the text. */
function useEditedContainer(text: string, editing: Editing | null): Span | null {
  const path = editing?.type === "add" || editing?.type === "name" ? parsePointer(editing.pointer) : null;
  const wanted = path && formatPointer(editing?.type === "name" ? path.slice(0, -1) : path);
  return useMemo(() => (wanted === null ? null : locate(text, parsePointer(wanted))), [text, wanted]);
}

function editorOf(
  visible: ShownRow,
  editing: Editing | null,
  text: string,
  span: Span | null,
  address: Address,
  apply: (edits: readonly Edit[]) => boolean,
  finish: (then?: AfterEdit) => void,
): React.ReactNode {
  if (visible.type === "add") {
    const path = parsePointer(visible.pointer);
    const isObject = span !== null && kindAt(text, span.start) === "object";
    return (
      <AddRow
        key={addressText(address)}
        withName={isObject}
        isTaken={(name) => span !== null && childNamed(text, span, name) !== null}
        onCancel={() => finish()}
        onAdd={(name, value) => {
          apply([{ type: "set", path: [...path, isObject ? name : "-"], value }]);
          finish();
        }}
      />
    );
  }
  if (visible.type !== "row" || editing === null || editing.pointer !== visible.row.path) {
    return null;
  }
  const path = parsePointer(visible.row.path);
  if (editing.type === "value") {
    return (
      <ScalarEditor
        label={t("tree.editLabel", { name: visible.row.name || t("tree.root") })}
        raw={editing.raw}
        onCancel={() => finish()}
        onUse={(value, then) => {
          if (value !== editing.raw) {
            apply([{ type: "set", path, value }]);
          }
          finish(then);
        }}
      />
    );
  }
  if (editing.type === "name") {
    return (
      <RenameCell
        name={visible.row.name}
        isTaken={(name) => span !== null && childNamed(text, span, name) !== null}
        onCancel={() => finish()}
        onUse={(name) => {
          apply([{ type: "rename", path, name }]);
          finish();
        }}
      />
    );
  }
  return null;
}
