/** Above the tree: which view, find in value, and what can be done with the selected row. */
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Button } from "../../components/Button";
import { Tabs } from "../../components/Tabs";
import { ask } from "../../json/background";
import { type Path, parsePointer, readablePath } from "../../json/pointer";
import type { ValueRow } from "../../protocol";
import type { ValueView } from "../../routing/route";
import { t } from "../../text/message";

const MOST_MATCHES = 1_000;

export function ViewChoice({ view, onView }: { readonly view: ValueView; readonly onView: (view: ValueView) => void }) {
  return (
    <Tabs
      id="value-view"
      label={t("value.views")}
      tabs={[
        { name: "tree", text: t("value.tree") },
        { name: "json", text: t("value.json") },
      ]}
      chosen={view}
      onChoose={onView}
      panelId="entry-panel"
      kind="segments"
    />
  );
}

interface TreeToolbarProps {
  readonly text: string;
  readonly row: ValueRow | null;
  readonly offReason: string | null;
  readonly onView: (view: ValueView) => void;
  readonly onFound: (path: Path, withFocus: boolean) => void;
  readonly onAdd: () => void;
  readonly onRename: () => void;
  readonly onRemove: () => void;
  readonly onShowAll: () => void;
}

export function TreeToolbar(props: TreeToolbarProps) {
  const { text, row, offReason, onFound } = props;
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const { found, isKnown } = useFound(text, query);
  // What was asked for before the answer came: it is done then.
  const pending = useRef<{ readonly step: number; readonly withFocus: boolean } | null>(null);
  const go = (index: number, withFocus: boolean) => {
    if (!isKnown) {
      pending.current = { step: index - at, withFocus };
      return;
    }
    const next = (index + found.length) % Math.max(1, found.length);
    const path = found[next];
    if (path) {
      setAt(next);
      onFound(path, withFocus);
    }
  };
  useEffect(() => {
    const wish = pending.current;
    if (isKnown && wish) {
      pending.current = null;
      go(at + wish.step, wish.withFocus);
    }
  });
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      event.preventDefault();
      go(at, true);
    } else if (event.key === "ArrowDown" || event.key === "F3") {
      event.preventDefault();
      go(at + (event.shiftKey ? -1 : 1), false);
    } else if (event.key === "ArrowUp") {
      event.preventDefault();
      go(at - 1, false);
    } else if (event.key === "Escape" && query) {
      event.preventDefault();
      setQuery("");
    }
  };
  const rowReason = offReason ?? (row && row.path !== "" ? null : t("reason.noField"));
  const isMember = row !== null && row.path !== "" && !/^\d+$/.test(row.name);
  return (
    <div className="value-bar">
      <ViewChoice view="tree" onView={props.onView} />
      <div className="find">
        <input
          id="tree-find"
          className="input"
          type="search"
          aria-label={t("tree.find")}
          placeholder={t("tree.find")}
          value={query}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => {
            pending.current = null;
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={keys}
        />
        {query && isKnown && (
          <span id="tree-find-count" className="find-count" role="status">
            {found.length === 0
              ? t("tree.notFound")
              : t("tree.found", {
                  at: at + 1,
                  count: found.length === MOST_MATCHES ? `${MOST_MATCHES}+` : found.length,
                })}
          </span>
        )}
      </div>
      <div className="value-deeds">
        {row?.cut && (
          <Button id="tree-show-all" kind="quiet" onPress={props.onShowAll}>
            {t("tree.showAll")}
          </Button>
        )}
        <Button
          id="tree-add"
          kind="quiet"
          icon="plus"
          label={t("tree.add")}
          shortcut="Insert"
          offReason={offReason}
          onPress={props.onAdd}
        />
        <Button
          id="tree-rename"
          kind="quiet"
          icon="edit"
          label={t("tree.rename")}
          shortcut="Shift+F2"
          offReason={rowReason ?? (isMember ? null : t("reason.noName"))}
          onPress={props.onRename}
        />
        <Button
          id="tree-remove"
          kind="quiet"
          icon="trash"
          label={t("tree.remove")}
          shortcut="Delete"
          offReason={rowReason}
          onPress={props.onRemove}
        />
        <Button
          id="tree-copy-path"
          kind="quiet"
          icon="copy"
          label={t("tree.copyPath")}
          shortcut="Alt+C"
          offReason={row && row.path !== "" ? null : t("reason.noField")}
          onPress={() => row && void navigator.clipboard.writeText(readablePath(parsePointer(row.path)))}
        />
      </div>
    </div>
  );
}

/** Where `query` stands in a text. One search runs at a time, so that typing on does not wait for what is out of date. */
function useFound(text: string, query: string): { readonly found: readonly Path[]; readonly isKnown: boolean } {
  const [answer, setAnswer] = useState<{ text: string; query: string; paths: readonly Path[] } | null>(null);
  const [runs, setRuns] = useState(false);
  const isKnown = query === "" || (answer !== null && answer.query === query && answer.text === text);
  useEffect(() => {
    if (isKnown || runs) {
      return;
    }
    const take = (paths: readonly Path[]) => {
      setAnswer({ text, query, paths });
      setRuns(false);
    };
    const paths = ask("find", [text], query, MOST_MATCHES);
    if (paths instanceof Promise) {
      setRuns(true);
      void paths.then(take, () => take([]));
    } else {
      take(paths);
    }
  }, [text, query, isKnown, runs]);
  return { found: query !== "" && isKnown ? (answer?.paths ?? []) : [], isKnown };
}
