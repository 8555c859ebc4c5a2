/**
 * A value as JSON text. A value stored without white space is shown indented and stays without it; its tokens are never
 * rewritten. Loaded only when it is opened.
 */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, linter, lintGutter } from "@codemirror/lint";
import { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Address, StoredEntry } from "../../api/entries";
import { Button } from "../../components/Button";
import { useCommands } from "../../frame/commands";
import { compact, indent, isCompact, position } from "../../json/layout";
import { checkJson } from "../../json/scan";
import type { ValueView } from "../../routing/route";
import { formatSize } from "../../text/format";
import { t } from "../../text/message";
import { type Draft, onFlush, typeDraft, typeInvalidDraft } from "./drafts";
import { ViewChoice } from "./TreeToolbar";
import "../../styles/json.css";

/** Texts up to this length wrap: a value stored on one line, but with spaces, is shown as it is. Wrapping more is slow. */
const WRAP_BELOW = 100_000;

/** Larger values open read-only, until a person asks to edit them as text. */
const READ_ONLY_ABOVE = 262_144;
/** Larger texts are checked after a pause instead of at every key. */
const CHECK_AT_ONCE_BELOW = 65_536;
const CHECK_PAUSE_MS = 200;
const LONG_CHECK_PAUSE_MS = 800;

function pauseFor(length: number): number {
  return length > READ_ONLY_ABOVE ? LONG_CHECK_PAUSE_MS : CHECK_PAUSE_MS;
}

interface JsonEditorProps {
  readonly address: Address;
  readonly entry: StoredEntry;
  readonly draft: Draft | null;
  readonly offReason: string | null;
  readonly onView: (view: ValueView) => void;
}

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--code-key)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: tags.bool, color: "var(--code-boolean)" },
  { tag: tags.null, color: "var(--code-null)" },
  { tag: tags.invalid, color: "var(--danger)" },
]);

const lint = linter(
  (view): Diagnostic[] => {
    const problem = checkJson(view.state.doc.toString());
    if (!problem) {
      return [];
    }
    const from = Math.min(problem.offset, view.state.doc.length);
    return [
      {
        from,
        to: Math.min(from + 1, view.state.doc.length),
        severity: "error",
        message: t(`json.${problem.reason}`),
      },
    ];
  },
  { delay: LONG_CHECK_PAUSE_MS },
);

function cspNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}

export function JsonEditor({ address, entry, draft, offReason, onView }: JsonEditorProps) {
  const frame = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);
  const readOnly = useRef(new Compartment());
  const stored = draft?.content.text ?? entry.text;
  const storedCompact = useMemo(() => isCompact(entry.text), [entry.text]);
  const shownText = draft?.invalidText ?? (storedCompact ? indent(stored) : stored);
  const [allowLarge, setAllowLarge] = useState(false);
  const isLarge = entry.text.length > READ_ONLY_ABOVE;
  const locked = offReason !== null || (isLarge && !allowLarge);
  const [problem, setProblem] = useState<string | null>(null);

  // The editor lives longer than one render: it reads what is current from here.
  const latest = useRef({ address, entry, storedCompact });
  latest.current = { address, entry, storedCompact };
  const timer = useRef<number | undefined>(undefined);
  const unsent = useRef(false);

  const take = useRef(() => {
    window.clearTimeout(timer.current);
    const view = editor.current;
    if (!view || !unsent.current) {
      return;
    }
    unsent.current = false;
    const text = view.state.doc.toString();
    const { address: at, entry: of, storedCompact: without } = latest.current;
    const wrong = checkJson(text);
    if (wrong) {
      const { line, column } = position(text, wrong.offset);
      setProblem(t("json.problem", { line, column, reason: t(`json.${wrong.reason}`) }));
      typeInvalidDraft(at, of, text);
    } else {
      setProblem(null);
      typeDraft(at, of, without ? compact(text) : text);
    }
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor is made once and then kept in step
  useEffect(() => {
    if (!frame.current) {
      return;
    }
    const view = new EditorView({
      parent: frame.current,
      state: EditorState.create({
        doc: shownText,
        extensions: [
          EditorView.cspNonce.of(cspNonce()),
          lineNumbers(),
          foldGutter(),
          history(),
          drawSelection(),
          shownText.length < WRAP_BELOW ? EditorView.lineWrapping : [],
          bracketMatching(),
          highlightActiveLine(),
          highlightSelectionMatches(),
          search({ top: true }),
          json(),
          lint,
          lintGutter(),
          syntaxHighlighting(colours),
          Prec.high(keymap.of([{ key: "Escape", run: leave }])),
          keymap.of([...searchKeymap, ...foldKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab]),
          readOnly.current.of(EditorState.readOnly.of(locked)),
          EditorView.contentAttributes.of({ "aria-label": t("json.label", { key: address.key }), id: "json-text" }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged || update.transactions.some((transaction) => transaction.isUserEvent("draft"))) {
              return;
            }
            unsent.current = true;
            window.clearTimeout(timer.current);
            if (update.state.doc.length < CHECK_AT_ONCE_BELOW) {
              take.current();
            } else {
              timer.current = window.setTimeout(() => take.current(), pauseFor(update.state.doc.length));
            }
          }),
        ],
      }),
    });
    editor.current = view;
    const stopFlush = onFlush(() => take.current());
    return () => {
      take.current();
      stopFlush();
      view.destroy();
      editor.current = null;
    };
  }, []);

  useEffect(() => {
    editor.current?.dispatch({ effects: readOnly.current.reconfigure(EditorState.readOnly.of(locked)) });
  }, [locked]);

  // Undo, discard, another revision: the editor follows, but never rewrites what was just typed in it.
  useEffect(() => {
    const view = editor.current;
    const here = view?.state.doc.toString();
    if (!view || here === undefined || unsent.current || here === shownText) {
      return;
    }
    const same =
      checkJson(here) === null && draft?.invalidText == null && compact(here) === compact(shownText) && storedCompact;
    if (!same) {
      setProblem(null);
      view.dispatch({ changes: { from: 0, to: here.length, insert: shownText }, userEvent: "draft" });
    }
  }, [shownText, draft?.invalidText, storedCompact]);

  useCommands([
    {
      id: "find-in-value",
      title: t("command.findInValue"),
      shortcut: "Ctrl+F",
      run: () => editor.current && openSearchPanel(editor.current),
    },
  ]);

  const status = problem ?? (offReason ? offReason : storedCompact ? t("json.indented") : t("json.exact"));
  return (
    <div className="json-view">
      <div className="value-bar">
        <ViewChoice view="json" onView={onView} />
        <p
          id="json-status"
          className={problem ? "json-status json-problem" : "json-status"}
          role="status"
          data-valid={!problem}
        >
          {status}
        </p>
        {isLarge && !allowLarge && offReason === null && (
          <Button id="json-edit-large" onPress={() => setAllowLarge(true)}>
            {t("json.editLarge", { size: formatSize(entry.metadata.size) })}
          </Button>
        )}
        <Button
          id="json-copy"
          kind="quiet"
          icon="copy"
          label={t("json.copy")}
          onPress={() => void navigator.clipboard.writeText(stored)}
        />
      </div>
      <div ref={frame} id="json-editor" className="json-editor" data-region-focus="" />
    </div>
  );
}

/** Esc leaves the editor, so that Tab is no trap. */
function leave(view: EditorView): boolean {
  if (view.dom.querySelector(".cm-search")) {
    return false;
  }
  document.getElementById("value-view-json")?.focus();
  return true;
}
