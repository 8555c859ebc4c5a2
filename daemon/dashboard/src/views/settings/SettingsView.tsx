/** How the dashboard looks and listens, in this browser. */
import { useCell } from "../../cell";
import { Choice } from "../../components/Choice";
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
          id="settings-theme"
          label={t("settings.theme")}
          options={THEMES.map((theme) => ({ value: theme, text: t(`settings.theme.${theme}`) }))}
          chosen={current.theme}
          onChoose={(theme) => changeSettings({ theme })}
        />
        <Choice
          id="settings-density"
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
