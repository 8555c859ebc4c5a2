/** How this browser shows the dashboard. Nothing here is a secret or a player's data. */
import { Cell } from "../cell";

export type ThemeChoice = "dark" | "light" | "auto";
export type Density = "comfortable" | "compact";

export interface Settings {
  readonly theme: ThemeChoice;
  readonly density: Density;
  /** Whether single-letter shortcuts work. */
  readonly letterShortcuts: boolean;
  readonly storesWidth: number;
  readonly keysWidth: number;
}

const STORAGE_KEY = "dsmp.settings";
const DEFAULTS: Settings = {
  theme: "dark",
  density: "compact",
  letterShortcuts: true,
  storesWidth: 280,
  keysWidth: 320,
};

function read(): Settings {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}") as Partial<Settings>) };
  } catch {
    return DEFAULTS;
  }
}

export const settings = new Cell<Settings>(read());

export function changeSettings(part: Partial<Settings>): void {
  settings.set({ ...settings.get(), ...part });
  localStorage.setItem(STORAGE_KEY, JSON.stringify(settings.get()));
}

/** Keeps the page's theme and density as chosen, and in step with the system for `auto`. */
export function applySettings(): void {
  const systemIsLight = window.matchMedia("(prefers-color-scheme: light)");
  const apply = () => {
    const { theme, density } = settings.get();
    const shown = theme === "auto" ? (systemIsLight.matches ? "light" : "dark") : theme;
    document.documentElement.dataset.theme = shown;
    document.documentElement.dataset.density = density;
  };
  systemIsLight.addEventListener("change", apply);
  settings.subscribe(apply);
  apply();
}
