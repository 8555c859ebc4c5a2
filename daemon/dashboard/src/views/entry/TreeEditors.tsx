/** The inputs inside the tree: a scalar's value, a member's name, and a new member. */
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import { runCommandSoon } from "../../frame/commands";
import { checkJson, decodeString, kindAt, rootSpan } from "../../json/scan";
import { t } from "../../text/message";

/** How what is typed becomes JSON: as the characters of a string, or as JSON. */
type Writing = "text" | "json";

/** Where the focus goes after an edit: to the tree, to the next scalar, or where the person put it. */
export type AfterEdit = "tree" | "next" | "stay";

function useFocused(): RefObject<HTMLInputElement | null> {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  return input;
}

function written(typed: string, writing: Writing): string | null {
  if (writing === "text") {
    return JSON.stringify(typed);
  }
  const trimmed = typed.trim();
  return checkJson(trimmed) === null ? trimmed : null;
}

interface ScalarEditorProps {
  readonly label: string;
  /** The value's exact text. */
  readonly raw: string;
  readonly onCancel: () => void;
  readonly onUse: (value: string, then: AfterEdit) => void;
}

export function ScalarEditor({ label, raw, onCancel, onUse }: ScalarEditorProps) {
  const isString = kindAt(raw, 0) === "string";
  const [writing, setWriting] = useState<Writing>(isString ? "text" : "json");
  const [typed, setTyped] = useState(isString ? decodeString(raw, rootSpan(raw)) : raw);
  const [refused, setRefused] = useState(false);
  const input = useFocused();
  // The focus leaves when the tree takes it back, which must not use the value a second time.
  const isUsed = useRef(false);
  const use = (then: AfterEdit) => {
    if (isUsed.current) {
      return;
    }
    // A string that was only looked at keeps its own spelling of escapes.
    const unchanged = isString && writing === "text" && typed === decodeString(raw, rootSpan(raw));
    const value = unchanged ? raw : written(typed, writing);
    if (value === null) {
      setRefused(true);
    } else {
      isUsed.current = true;
      onUse(value, then);
    }
  };
  const keys = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey && event.target === input.current)) {
      event.preventDefault();
      use(event.key === "Tab" ? "next" : "tree");
    } else if (event.key === "Escape") {
      event.preventDefault();
      isUsed.current = true;
      onCancel();
    } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      use("tree");
      runCommandSoon("save");
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only notices that the focus left
    <span
      className="inline-editor"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget) && written(typed, writing) !== null) {
          use("stay");
        }
      }}
    >
      <input
        ref={input}
        id="tree-value"
        className="inline-input code"
        aria-label={label}
        aria-invalid={refused || undefined}
        aria-describedby={refused ? "tree-value-problem" : undefined}
        value={typed}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          setTyped(event.target.value);
          setRefused(false);
        }}
        onKeyDown={keys}
      />
      <WritingChoice writing={writing} onChoose={setWriting} onKeyDown={keys} />
      {refused && (
        <span id="tree-value-problem" className="inline-problem" role="alert">
          {t("tree.notJson")}
        </span>
      )}
    </span>
  );
}

interface WritingChoiceProps {
  readonly writing: Writing;
  readonly onChoose: (writing: Writing) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

function WritingChoice({ writing, onChoose, onKeyDown }: WritingChoiceProps) {
  return (
    <select
      id="tree-writing"
      className="inline-select"
      aria-label={t("tree.writing")}
      value={writing}
      onChange={(event) => onChoose(event.target.value as Writing)}
      onKeyDown={onKeyDown}
    >
      <option value="json">{t("tree.writing.json")}</option>
      <option value="text">{t("tree.writing.text")}</option>
    </select>
  );
}

interface RenameCellProps {
  readonly name: string;
  readonly isTaken: (name: string) => boolean;
  readonly onCancel: () => void;
  readonly onUse: (name: string) => void;
}

export function RenameCell({ name, isTaken, onCancel, onUse }: RenameCellProps) {
  const [typed, setTyped] = useState(name);
  const [refused, setRefused] = useState(false);
  const input = useFocused();
  const use = () => {
    if (typed === name) {
      onCancel();
    } else if (isTaken(typed)) {
      setRefused(true);
    } else {
      onUse(typed);
    }
  };
  return (
    <span className="inline-editor">
      <input
        ref={input}
        id="tree-name"
        className="inline-input code"
        aria-label={t("tree.nameLabel")}
        aria-invalid={refused || undefined}
        value={typed}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          setTyped(event.target.value);
          setRefused(false);
        }}
        onBlur={use}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === "Enter") {
            event.preventDefault();
            use();
          } else if (event.key === "Escape") {
            event.preventDefault();
            onCancel();
          }
        }}
      />
      {refused && (
        <span className="inline-problem" role="alert">
          {t("tree.nameTaken")}
        </span>
      )}
    </span>
  );
}

interface AddRowProps {
  readonly withName: boolean;
  readonly isTaken: (name: string) => boolean;
  readonly onCancel: () => void;
  readonly onAdd: (name: string, value: string) => void;
}

export function AddRow({ withName, isTaken, onCancel, onAdd }: AddRowProps) {
  const [name, setName] = useState("");
  const [typed, setTyped] = useState("");
  const [writing, setWriting] = useState<Writing>("json");
  const [problem, setProblem] = useState<string | null>(null);
  const first = useFocused();
  const add = () => {
    const value = written(typed, writing);
    if (withName && isTaken(name)) {
      setProblem(t("tree.nameTaken"));
    } else if (value === null) {
      setProblem(t("tree.notJson"));
    } else {
      onAdd(name, value);
    }
  };
  const keys = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "Enter") {
      event.preventDefault();
      add();
    } else if (event.key === "Escape") {
      event.preventDefault();
      onCancel();
    }
  };
  return (
    <span className="inline-editor">
      {withName && (
        <input
          ref={first}
          id="tree-add-name"
          className="inline-input inline-name code"
          aria-label={t("tree.nameLabel")}
          placeholder={t("tree.nameLabel")}
          value={name}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
          onKeyDown={keys}
        />
      )}
      <input
        ref={withName ? undefined : first}
        id="tree-add-value"
        className="inline-input code"
        aria-label={t("tree.value")}
        placeholder={t("tree.addValue")}
        value={typed}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          setTyped(event.target.value);
          setProblem(null);
        }}
        onKeyDown={keys}
      />
      <WritingChoice writing={writing} onChoose={setWriting} onKeyDown={keys} />
      <button type="button" id="tree-add-confirm" className="button button-primary button-small" onClick={add}>
        {t("tree.addConfirm")}
      </button>
      <button type="button" id="tree-add-cancel" className="button button-quiet button-small" onClick={onCancel}>
        {t("dialog.cancel")}
      </button>
      {problem && (
        <span className="inline-problem" role="alert">
          {problem}
        </span>
      )}
    </span>
  );
}
