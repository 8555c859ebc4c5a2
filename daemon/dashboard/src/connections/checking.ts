/** What a refused check of a key means, by the code alone (ux.md V-01). */
import { ApiError } from "../api/error";
import type { ErrorText } from "../text/errors";
import { t } from "../text/message";

/** What to say where a code means something of its own here; null for all others. */
export function checkFailureText(error: unknown): ErrorText | null {
  switch (error instanceof ApiError ? error.code : null) {
    case "DS002":
      return { title: t("check.keyRefused"), body: t("check.keyRefusedBody") };
    case "DS010":
      return { title: t("check.unreachable"), body: t("check.unreachableBody") };
    case "DS003":
      return { title: t("check.throttled"), body: t("check.throttledBody") };
    default:
      return null;
  }
}

/** Whether it was not the key's fault, so that the connection can be saved and checked later. */
export function maySaveUnchecked(error: unknown): boolean {
  return error instanceof ApiError && (error.code === "DS010" || error.code === "DS003");
}
