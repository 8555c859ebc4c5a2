/** One of a few, all in sight: radio buttons in a frame of their own name. */
import type { ReactNode } from "react";

interface ChoiceProps<Value extends string> {
  readonly id: string;
  readonly label: string;
  readonly options: readonly { readonly value: Value; readonly text: ReactNode }[];
  /** Null while nothing is chosen. */
  readonly chosen: Value | null;
  readonly onChoose: (value: Value) => void;
}

export function Choice<Value extends string>({ id, label, options, chosen, onChoose }: ChoiceProps<Value>) {
  return (
    <fieldset className="choice">
      <legend>{label}</legend>
      <div className="choice-options">
        {options.map((option) => (
          <label key={option.value} className="choice-option">
            <input
              id={`${id}-${option.value}`}
              type="radio"
              name={id}
              checked={option.value === chosen}
              onChange={() => onChoose(option.value)}
            />
            {option.text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
