/** A labelled input with its hint or what is wrong with it. */
import type { ReactNode } from "react";

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | null;
  readonly children: (attributes: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
}

export function Field({ id, label, hint, error, children }: FieldProps) {
  const note = error ?? hint;
  const noteId = `${id}-note`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        ...(note ? { "aria-describedby": noteId } : {}),
        ...(error ? { "aria-invalid": true as const } : {}),
      })}
      {note && (
        <p id={noteId} className={error ? "field-note field-error" : "field-note"}>
          {note}
        </p>
      )}
    </div>
  );
}

interface TextFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: ReactNode;
  readonly error?: string | null;
  readonly placeholder?: string;
  readonly code?: boolean;
  readonly autoFocus?: boolean;
  /** For secrets: what is typed is neither shown nor kept by the browser. */
  readonly secret?: boolean;
}

export function TextField(props: TextFieldProps) {
  const { id, label, value, onChange, hint, error, placeholder, code, autoFocus, secret } = props;
  return (
    <Field id={id} label={label} {...(hint === undefined ? {} : { hint })} {...(error ? { error } : {})}>
      {(attributes) => (
        <input
          {...attributes}
          type={secret ? "password" : "text"}
          className={code ? "input code" : "input"}
          value={value}
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={false}
          data-autofocus={autoFocus ? "" : undefined}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
