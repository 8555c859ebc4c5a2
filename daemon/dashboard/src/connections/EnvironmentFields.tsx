/** The parts of a connection that people choose: environment, colour, and whether it begins as read-only. */
import { Choice } from "../components/Choice";
import { type Colour, ColourDot, COLOURS } from "../components/ColourDot";
import { EnvironmentChip } from "../components/EnvironmentChip";
import type { Environment } from "../protocol";
import { t } from "../text/message";

const CHOICES: readonly Environment[] = ["production", "staging", "development", "local", "unclassified"];

interface EnvironmentChoiceProps {
  readonly id: string;
  /** Null: not chosen yet, for there is no default. */
  readonly chosen: Environment | null;
  readonly onChoose: (environment: Environment) => void;
}

export function EnvironmentChoice({ id, chosen, onChoose }: EnvironmentChoiceProps) {
  return (
    <Choice
      id={id}
      label={t("connection.environment")}
      options={CHOICES.map((environment) => ({
        value: environment,
        text:
          environment === "unclassified" ? (
            <>
              <EnvironmentChip environment={environment} /> {t("connection.decideLater")}
            </>
          ) : (
            <EnvironmentChip environment={environment} />
          ),
      }))}
      chosen={chosen}
      onChoose={onChoose}
    />
  );
}

interface ColourChoiceProps {
  readonly id: string;
  readonly chosen: Colour | null;
  readonly onChoose: (colour: Colour | null) => void;
}

export function ColourChoice({ id, chosen, onChoose }: ColourChoiceProps) {
  return (
    <Choice
      id={id}
      label={t("connection.colour")}
      options={[
        { value: "none" as const, text: t("connection.noColour") },
        ...COLOURS.map((colour) => ({
          value: colour,
          text: (
            <>
              <ColourDot colour={colour} /> <span aria-hidden="true">{t(`colour.${colour}`)}</span>
            </>
          ),
        })),
      ]}
      chosen={chosen ?? "none"}
      onChoose={(colour) => onChoose(colour === "none" ? null : colour)}
    />
  );
}

interface ReadOnlyFieldProps {
  readonly id: string;
  readonly checked: boolean;
  readonly onChange: (readOnly: boolean) => void;
}

export function ReadOnlyField({ id, checked, onChange }: ReadOnlyFieldProps) {
  return (
    <div className="field">
      <label className="check" htmlFor={id}>
        <input
          id={id}
          type="checkbox"
          checked={checked}
          aria-describedby={`${id}-note`}
          onChange={(event) => onChange(event.target.checked)}
        />
        {t("connection.readOnly")}
      </label>
      <p id={`${id}-note`} className="field-note">
        {t(checked ? "connection.readOnlyHint" : "connection.writableHint")}
      </p>
    </div>
  );
}
