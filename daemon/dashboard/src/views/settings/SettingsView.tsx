/** How the dashboard looks and listens, in this browser. */
import { useCell } from "../../cell";
import { ViewRoot } from "../../components/ViewRoot";
import { changeSettings, type Density, settings, type ThemeChoice } from "../../settings/settings";
import { t } from "../../text/message";

const THEMES: readonly ThemeChoice[] = ["dark", "light", "auto"];
const DENSITIES: readonly Density[] = ["compact", "comfortable"];

export function SettingsView() {
  const current = useCell(settings);
  return (
    <ViewRoot name="settings" label={t("view.settings")} state="ready">
      <h1 tabIndex={-1}>{t("view.settings")}</h1>
      <section className="page-section" aria-labelledby="settings-appearance">
        <h2 id="settings-appearance">{t("settings.appearance")}</h2>
        <Choice
          name="theme"
          label={t("settings.theme")}
          options={THEMES.map((theme) => ({ value: theme, text: t(`settings.theme.${theme}`) }))}
          chosen={current.theme}
          onChoose={(theme) => changeSettings({ theme })}
        />
        <Choice
          name="density"
          label={t("settings.density")}
          options={DENSITIES.map((density) => ({ value: density, text: t(`settings.density.${density}`) }))}
          chosen={current.density}
          onChoose={(density) => changeSettings({ density })}
        />
      </section>
      <section className="page-section" aria-labelledby="settings-keyboard">
        <h2 id="settings-keyboard">{t("settings.keyboard")}</h2>
        <label className="check">
          <input
            id="settings-letter-shortcuts"
            type="checkbox"
            checked={current.letterShortcuts}
            onChange={(event) => changeSettings({ letterShortcuts: event.target.checked })}
          />
          {t("settings.letterShortcuts")}
        </label>
        <p className="muted">{t("settings.letterShortcutsHint")}</p>
      </section>
    </ViewRoot>
  );
}

interface ChoiceProps<Value extends string> {
  readonly name: string;
  readonly label: string;
  readonly options: readonly { readonly value: Value; readonly text: string }[];
  readonly chosen: Value;
  readonly onChoose: (value: Value) => void;
}

function Choice<Value extends string>({ name, label, options, chosen, onChoose }: ChoiceProps<Value>) {
  return (
    <fieldset className="choice">
      <legend>{label}</legend>
      <div className="choice-options">
        {options.map((option) => (
          <label key={option.value} className="choice-option">
            <input
              id={`settings-${name}-${option.value}`}
              type="radio"
              name={name}
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
