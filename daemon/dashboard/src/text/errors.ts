/** What people read about an error. Chosen by code alone: the daemon's own message is for programs and logs. */
import { ApiError } from "../api/error";
import { isMessage, t } from "./message";

/** What the error was about, as far as the view knows. */
export interface ErrorContext {
  readonly store?: string;
  readonly scope?: string;
  readonly key?: string;
  /** The connection's name. */
  readonly connection?: string;
}

export interface ErrorText {
  readonly title: string;
  readonly body: string | null;
}

export function errorText(error: unknown, context: ErrorContext = {}): ErrorText {
  const code = error instanceof ApiError ? error.code : "GEN011";
  const { store = "", scope = "", key = "" } = context;
  if (code === "DS001" && store) {
    return { title: t("error.DS001.named", { store }), body: t("error.DS001.body") };
  }
  if (code === "DS005" && key) {
    return { title: t("error.DS005.named", { key, store, scope }), body: t("error.DS005.body") };
  }
  const title = `error.${code}.title`;
  const body = `error.${code}.body`;
  return {
    title: isMessage(title) ? plain(title) : t("error.GEN011.title"),
    body: isMessage(body) ? plain(body) : null,
  };
}

/** A text that is known to have no slots. */
function plain(name: Parameters<typeof isMessage>[0]): string {
  return (t as (name: string) => string)(name);
}
