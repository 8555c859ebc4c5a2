/** Stops every request to Roblox at once, from any view (ux.md 5.8); Resume asks first. */
import { useQueryClient } from "@tanstack/react-query";
import { call } from "../api/client";
import { queryNames, useBudgets } from "../api/queries";
import { Button } from "../components/Button";
import { showToast } from "../components/Toasts";
import { useCommands } from "../frame/commands";
import { useDisconnected } from "../frame/LinkBand";
import type { Connection } from "../protocol";
import { errorText } from "../text/errors";
import { t } from "../text/message";
import { resumeAsked } from "./resuming";

export const STOP_SHORTCUT = "Ctrl+Shift+.";

/** There is something to stop once a connection leads to Roblox. */
export function StopButton({ connections }: { readonly connections: readonly Connection[] }) {
  return connections.some((connection) => connection.source === "cloud") ? <Stop /> : null;
}

function Stop() {
  const client = useQueryClient();
  const { data: budgets } = useBudgets();
  const isDisconnected = useDisconnected();
  const isStopped = budgets !== undefined && budgets.length > 0 && budgets.every((budget) => budget.stopped);
  const someStopped = budgets?.some((budget) => budget.stopped) ?? false;
  const offReason = isStopped ? t("budget.allStopped") : isDisconnected ? t("reason.disconnected") : null;
  const stop = async () => {
    try {
      const answer = await call("budget.stop", {});
      client.setQueryData(queryNames.budgets(), answer.budgets);
    } catch (error) {
      showToast({ kind: "error", text: errorText(error).title });
    }
  };
  useCommands([
    { id: "stop-all", title: t("budget.stopAll"), shortcut: STOP_SHORTCUT, run: () => void stop(), offReason },
    {
      id: "resume-all",
      title: t("budget.resume"),
      run: () => resumeAsked.set(true),
      offReason: someStopped ? null : t("budget.notStopped"),
    },
  ]);
  return (
    <Button id="header-stop" icon="stop" shortcut={STOP_SHORTCUT} offReason={offReason} onPress={() => void stop()}>
      {t("budget.stopAll")}
    </Button>
  );
}
