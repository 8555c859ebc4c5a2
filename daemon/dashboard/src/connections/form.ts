/**
 * What a person types to make or change a connection, and what is wrong with it. Knows no page.
 *
 * **Invariant:** a base URL that is let through is an https host or this machine, because a key goes there (S-20).
 */
import { sizeInBytes } from "../json/scan";
import type { Environment } from "../protocol";
import { RESERVED } from "../routing/route";
import { beginsReadOnly } from "./access";

export type UrlProblem = "notUrl" | "notSafe" | "notHost";
export type NameProblem = "empty" | "tooLong" | "reserved" | "taken";
export type PassphraseProblem = "empty" | "tooShort" | "different";

const LONGEST_ID = "9223372036854775807";
const NAME_LIMIT_BYTES = 100;
export const SHORTEST_PASSPHRASE = 8;

/** Why a text is no universe id. */
export function universeProblem(text: string): "empty" | "notUniverse" | null {
  if (text === "") {
    return "empty";
  }
  const isId = /^[1-9]\d{0,18}$/.test(text) && (text.length < LONGEST_ID.length || text <= LONGEST_ID);
  return isId ? null : "notUniverse";
}

/** Whether a text that is not empty cannot be an API key: they are one word of visible ASCII. */
export function isNoKey(text: string): boolean {
  return text !== "" && !/^[!-~]+$/.test(text);
}

/** Why no key may be sent to that address; an empty one stands for Roblox. */
export function baseUrlProblem(text: string): UrlProblem | null {
  if (text === "") {
    return null;
  }
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return "notUrl";
  }
  const isLoopback = url.hostname === "localhost" || url.hostname === "[::1]" || /^127(\.\d+){3}$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback)) {
    return "notSafe";
  }
  const isBare = url.username === "" && url.password === "" && url.pathname === "/" && url.search + url.hash === "";
  return isBare ? null : "notHost";
}

/** Why a connection cannot be called so, `others` being the names of all others. */
export function nameProblem(name: string, others: readonly string[]): NameProblem | null {
  if (name.trim() === "") {
    return "empty";
  }
  if (sizeInBytes(name.trim()) > NAME_LIMIT_BYTES) {
    return "tooLong";
  }
  if (RESERVED.has(name.trim())) {
    return "reserved";
  }
  return others.includes(name.trim()) ? "taken" : null;
}

/** Why a new passphrase cannot be used. */
export function passphraseProblem(passphrase: string, repeated: string): PassphraseProblem | null {
  if ([...passphrase].length < SHORTEST_PASSPHRASE) {
    return passphrase === "" ? "empty" : "tooShort";
  }
  return passphrase === repeated ? null : "different";
}

/** The environment as it is chosen: nothing is chosen at first, and deciding may wait. */
export type EnvironmentChoice = Environment | null;

/** Whether the connection begins as read-only: as its environment has it, until a person says otherwise. */
export function readOnlyOf(environment: EnvironmentChoice, chosen: boolean | null): boolean {
  return chosen ?? beginsReadOnly(environment ?? "unclassified");
}
