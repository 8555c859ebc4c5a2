/**
 * The entries open side by side. A single press opens a preview that the next press reuses; editing or a double press
 * keeps it.
 */
import { type Address, addressText } from "../../api/entries";
import { Cell } from "../../cell";
import { drafts } from "../entry/drafts";

export interface OpenTab {
  readonly address: Address;
  readonly pinned: boolean;
}

const STORAGE_KEY = "dsmp.openTabs";
const MOST_TABS = 20;

export const openTabs = new Cell<readonly OpenTab[]>(readStored());

function readStored(): readonly OpenTab[] {
  try {
    return JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "[]") as OpenTab[];
  } catch {
    return [];
  }
}

function put(tabs: readonly OpenTab[]): void {
  openTabs.set(tabs);
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(tabs));
}

export function sameAddress(left: Address, right: Address): boolean {
  return addressText(left) === addressText(right);
}

function isKept(tab: OpenTab): boolean {
  return tab.pinned || drafts.get().has(addressText(tab.address));
}

/** Shows an entry in its tab, in the preview tab, or in a new one. */
export function showTab(address: Address): void {
  const tabs = openTabs.get();
  if (tabs.some((tab) => sameAddress(tab.address, address))) {
    return;
  }
  const preview = tabs.findIndex((tab) => !isKept(tab));
  const opened = { address, pinned: false };
  const next = preview === -1 ? [...tabs, opened] : tabs.with(preview, opened);
  const oldest = next.findIndex((tab) => tab !== opened && !drafts.get().has(addressText(tab.address)));
  put(next.length > MOST_TABS && oldest !== -1 ? next.toSpliced(oldest, 1) : next);
}

export function pinTab(address: Address): void {
  put(openTabs.get().map((tab) => (sameAddress(tab.address, address) ? { ...tab, pinned: true } : tab)));
}

/** Closes a tab and gives the one to show instead, if any. Its draft is kept. */
export function closeTab(address: Address): OpenTab | null {
  const tabs = openTabs.get();
  const at = tabs.findIndex((tab) => sameAddress(tab.address, address));
  const rest = tabs.filter((tab) => !sameAddress(tab.address, address));
  put(rest);
  return rest[Math.min(at, rest.length - 1)] ?? null;
}
