/**
 * A value as JSON text. A value stored without white space is shown indented and stays without it; its tokens are never
 * rewritten. Loaded only when it is opened.
 */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec, type Text } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef, useState } from "react";
import type { Address, StoredEntry } from "../../api/entries";
import { Button } from "../../components/Button";
import { Failure, Skeleton } from "../../components/Panels";
import { useCommands } from "../../frame/commands";
import { ask, LARGE } from "../../json/background";
import type { Problem } from "../../json/deeds";
import type { ValueView } from "../../routing/route";
import { formatSize } from "../../text/format";
import { t } from "../../text/message";
import { type Draft, heldBack, onFlush, typeDraft, typeInvalidDraft } from "./drafts";
import { documentOf, textOf } from "./editorText";
import { ViewChoice } from "./TreeToolbar";
import "../../styles/json.css";

/** Texts up to this length wrap: a value stored on one line, but with spaces, is shown as it is. Wrapping more is slow. */
const WRAP_BELOW = 100_000;

/** Larger values open read-only, until a person asks to edit them as text. */
const READ_ONLY_ABOVE = 262_144;
/** Large texts are checked after a pause instead of at every key. */
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

function cspNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}

/** What the editor's content stands for: the stored text or the draft, and what was typed while it was not JSON. */
interface Standing {
  readonly stored: string;
  readonly invalid: string | null;
}

function isSame(left: Standing | null, right: Standing): boolean {
  return left !== null && left.stored === right.stored && left.invalid === right.invalid;
}

export function JsonEditor({ address, entry, draft, offReason, onView }: JsonEditorProps) {
  const frame = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);
  const readOnly = useRef(new Compartment());
  const base = entry.text;
  const stored = draft?.content.text ?? base;
  const invalid = draft?.invalidText ?? null;
  const [opened, setOpened] = useState(false);
  const [indented, setIndented] = useState(false);
  const [allowLarge, setAllowLarge] = useState(false);
  const isLarge = base.length > READ_ONLY_ABOVE;
  const locked = offReason !== null || (isLarge && !allowLarge);
  const [problem, setProblem] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);

  // The editor lives longer than one render: it reads what is current from here.
  const latest = useRef({ address, entry, stored, indented, locked });
  latest.current = { address, entry, stored, indented, locked };
  const standing = useRef<Standing | null>(null);
  const timer = useRef<number | undefined>(undefined);
  const unsent = useRef(false);
  const taking = useRef<Promise<void>>(Promise.resolve());

  const show = useRef((found: Problem | null, document: Text | null) => {
    setProblem(
      found && t("json.problem", { line: found.line, column: found.column, reason: t(`json.${found.reason}`) }),
    );
    const view = editor.current;
    if (view && view.state.doc === document) {
      view.dispatch(setDiagnostics(view.state, found ? [diagnosticOf(found, document)] : []));
    }
  });

  const take = useRef((): Promise<void> => {
    window.clearTimeout(timer.current);
    const document = editor.current?.state.doc;
    if (document && unsent.current) {
      unsent.current = false;
      const { address: at, entry: of, indented: without } = latest.current;
      taking.current = taking.current.then(async () => {
        const typed = await ask("take", [await textOf(document)], without);
        const { stored: before } = latest.current;
        standing.current = typed.problem
          ? { stored: before, invalid: typed.text }
          : { stored: typed.text, invalid: null };
        show.current(typed.problem, document);
        if (typed.problem) {
          typeInvalidDraft(at, of, typed.text);
        } else {
          typeDraft(at, of, typed.text);
        }
        heldBack.set(unsent.current);
      });
      // Nothing is lost: the text still stands in the editor, and is handed over with the next one.
      taking.current = taking.current.catch(() => {
        unsent.current = true;
      });
    }
    return taking.current;
  });

  const create = useRef((document: Text) => {
    const parent = frame.current;
    if (!parent) {
      return;
    }
    editor.current = new EditorView({
      parent,
      state: EditorState.create({
        doc: document,
        extensions: [
          EditorView.cspNonce.of(cspNonce()),
          lineNumbers(),
          foldGutter(),
          history(),
          drawSelection(),
          document.length < WRAP_BELOW ? EditorView.lineWrapping : [],
          bracketMatching(),
          highlightActiveLine(),
          highlightSelectionMatches(),
          search({ top: true }),
          json(),
          lintGutter(),
          syntaxHighlighting(colours),
          Prec.high(keymap.of([{ key: "Escape", run: leave }])),
          keymap.of([...searchKeymap, ...foldKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab]),
          readOnly.current.of(EditorState.readOnly.of(latest.current.locked)),
          EditorView.contentAttributes.of({
            "aria-label": t("json.label", { key: latest.current.address.key }),
            id: "json-text",
          }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged || update.transactions.some((transaction) => transaction.isUserEvent("draft"))) {
              return;
            }
            unsent.current = true;
            window.clearTimeout(timer.current);
            if (update.state.doc.length < LARGE) {
              void take.current();
            } else {
              heldBack.set(true);
              timer.current = window.setTimeout(() => void take.current(), pauseFor(update.state.doc.length));
            }
          }),
        ],
      }),
    });
    setOpened(true);
  });

  useEffect(() => {
    const hand = take.current;
    const stopFlush = onFlush(hand);
    return () => {
      // What was typed last is handed over even though the view goes.
      void hand();
      stopFlush();
      heldBack.set(false);
      editor.current?.destroy();
      editor.current = null;
      standing.current = null;
    };
  }, []);

  useEffect(() => {
    editor.current?.dispatch({ effects: readOnly.current.reconfigure(EditorState.readOnly.of(locked)) });
  }, [locked]);

  // Undo, discard, another revision: the editor follows, but never rewrites what was just typed in it.
  useEffect(() => {
    const wanted = { stored, invalid };
    let isWanted = true;
    const follow = async () => {
      const shown = await ask("show", [base, stored]);
      const document = await documentOf(invalid ?? shown.text);
      const found = invalid === null ? null : (await ask("take", [invalid], shown.indented)).problem;
      if (!isWanted || unsent.current) {
        return;
      }
      standing.current = wanted;
      setIndented(shown.indented);
      const view = editor.current;
      if (view) {
        view.dispatch({
          changes: { from: 0, to: view.state.doc.length, insert: document },
          userEvent: "draft",
        });
      } else {
        create.current(document);
      }
      show.current(found, editor.current?.state.doc ?? null);
    };
    if (!unsent.current && !isSame(standing.current, wanted)) {
      setFailure(null);
      follow().catch(setFailure);
    }
    return () => {
      isWanted = false;
    };
  }, [base, stored, invalid]);

  useCommands([
    {
      id: "find-in-value",
      title: t("command.findInValue"),
      shortcut: "Ctrl+F",
      run: () => editor.current && openSearchPanel(editor.current),
    },
  ]);

  const status = opened ? (problem ?? offReason ?? t(indented ? "json.indented" : "json.exact")) : "";
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
        {opened && isLarge && !allowLarge && offReason === null && (
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
      {!opened && failure === null && (
        <Skeleton rows={10} label={t("json.opening")} cancel={{ id: "json-cancel", run: () => onView("tree") }} />
      )}
      {failure !== null && <Failure id="json-error" error={failure} />}
      <div ref={frame} id="json-editor" className="json-editor" data-region-focus="" />
    </div>
  );
}

function diagnosticOf({ offset, reason }: Problem, document: Text): Diagnostic {
  const from = Math.min(offset, document.length);
  return { from, to: Math.min(from + 1, document.length), severity: "error", message: t(`json.${reason}`) };
}

/** Esc leaves the editor, so that Tab is no trap. */
function leave(view: EditorView): boolean {
  if (view.dom.querySelector(".cm-search")) {
    return false;
  }
  document.getElementById("value-view-json")?.focus();
  return true;
}
