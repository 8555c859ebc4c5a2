/** Runs commands by their shortcuts. Single letters do nothing inside text fields, and can be switched off. */
import { settings } from "../settings/settings";
import { type Command, commands } from "./commands";

const SEQUENCE_MS = 1_200;

/** What text fields do themselves. */
const TYPING_KEYS: ReadonlySet<string> = new Set(["Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+Y"]);

function isTextField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select"))
  );
}

function keyName(event: KeyboardEvent): string {
  const modifiers = [(event.ctrlKey || event.metaKey) && "Ctrl", event.altKey && "Alt"].filter(Boolean);
  const shifted = event.shiftKey && (event.key.length > 1 || modifiers.length > 0);
  const key = modifiers.length > 0 ? keyWithModifiers(event) : event.key;
  return [...modifiers, shifted && "Shift", key].filter(Boolean).join("+");
}

/** The key that a shortcut names: with Shift, layouts give the full stop different characters. */
function keyWithModifiers(event: KeyboardEvent): string {
  if (event.code === "Period") {
    return ".";
  }
  return event.key.length === 1 ? event.key.toUpperCase() : event.key;
}

function find(shortcut: string): Command | undefined {
  return commands.get().findLast((command) => command.shortcut === shortcut);
}

/** Listens for shortcuts until the returned function is called. */
export function listenForShortcuts(): () => void {
  let first: { readonly key: string; readonly at: number } | null = null;
  const listen = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) {
      return;
    }
    const name = keyName(event);
    if (isTextField(event.target) && TYPING_KEYS.has(name)) {
      return;
    }
    const isLetter = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (isLetter && (isTextField(event.target) || !settings.get().letterShortcuts)) {
      first = null;
      return;
    }
    const begun = first && performance.now() - first.at < SEQUENCE_MS ? first.key : null;
    const command = (begun && find(`${begun} ${name}`)) || find(name);
    first = isLetter && !command ? { key: name, at: performance.now() } : null;
    if (command) {
      event.preventDefault();
      if (!command.offReason) {
        command.run();
      }
    }
  };
  window.addEventListener("keydown", listen);
  return () => window.removeEventListener("keydown", listen);
}

/** Moves the focus to the next or previous region of the page. */
export function moveRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>("[data-region]")].filter(
    (region) => region.offsetParent !== null || region.getClientRects().length > 0,
  );
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[(at + step + regions.length) % regions.length];
  const first = next?.querySelector<HTMLElement>("[data-region-focus], [tabindex='0'], button, input, select, a[href]");
  (first ?? next)?.focus();
}
