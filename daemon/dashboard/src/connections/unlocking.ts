/** Opens read-only connections for a while and closes them again. The daemon holds the unlock; this only asks. */
import type { QueryClient } from "@tanstack/react-query";
import { call } from "../api/client";
import { keepConnection } from "../api/queries";
import { Cell } from "../cell";
import { showToast } from "../components/Toasts";
import type { Connection } from "../protocol";
import { errorText } from "../text/errors";
import { t } from "../text/message";
import { type UnlockMinutes, usualMinutes } from "./access";

/** The id of the connection that somebody asked to unlock, while the question is open. */
export const unlockAsked = new Cell<string | null>(null);

/** Unlocks at once where one press is enough, else opens the question for the reason and the time. */
export function askToUnlock(client: QueryClient, connection: Connection): void {
  if (connection.environment === "staging") {
    unlock(client, connection, usualMinutes("staging"), "").catch(report);
  } else {
    unlockAsked.set(connection.id);
  }
}

export async function unlock(
  client: QueryClient,
  connection: Connection,
  minutes: UnlockMinutes,
  reason: string,
): Promise<void> {
  const answer = await call("connections.unlock", {
    connection: connection.id,
    minutes,
    ...(reason ? { reason } : {}),
  });
  keepConnection(client, answer.connection);
  showToast({ kind: "success", text: t("unlock.done", { connection: connection.name, minutes }) });
}

export async function lock(client: QueryClient, connection: Connection): Promise<void> {
  try {
    const answer = await call("connections.lock", { connection: connection.id });
    keepConnection(client, answer.connection);
    showToast({ kind: "success", text: t("unlock.locked", { connection: connection.name }) });
  } catch (error) {
    report(error);
  }
}

function report(error: unknown): void {
  const { title, body } = errorText(error);
  showToast({ kind: "error", text: [title, body].filter(Boolean).join(" ") });
}
