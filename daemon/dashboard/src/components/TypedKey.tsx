/** The field in which a key is typed to confirm a deed on its entry (effect E2). */
import { t } from "../text/message";
import { TextField } from "./Field";

interface TypedKeyProps {
  readonly id: string;
  readonly typed: string;
  readonly entryKey: string;
  readonly onChange: (typed: string) => void;
}

/** Whether what was typed is the key; case and spacing do not count. */
export function isKeyTyped(typed: string, key: string): boolean {
  return normalised(typed) === normalised(key);
}

function normalised(text: string): string {
  return text.replaceAll(/\s/g, "").toLowerCase();
}

export function TypedKey({ id, typed, entryKey, onChange }: TypedKeyProps) {
  return (
    <TextField
      id={id}
      label={t("remove.field")}
      value={typed}
      onChange={onChange}
      hint={isKeyTyped(typed, entryKey) ? null : t("remove.typeKey")}
      code
      autoFocus
    />
  );
}
