/** With a refusal for want of budget: when it can be tried again, or that requests are stopped. */
import { useBudget, useConnection } from "../api/queries";
import { useNow } from "../components/Age";
import { t } from "../text/message";
import { retrySeconds } from "./meter";

export function RetryWait({ connection: name }: { readonly connection: string }) {
  const { connection } = useConnection(name);
  const known = useBudget(connection);
  const now = useNow(1_000);
  if (!known) {
    return null;
  }
  if (known.budget.stopped) {
    return <p className="retry-wait">{t("budget.stoppedHint")}</p>;
  }
  const seconds = retrySeconds(known.budget, known.toldAt, now);
  return (
    <p className="retry-wait" data-seconds={seconds ?? 0}>
      {seconds ? t("budget.comeBack", { seconds }) : t("budget.comeBackNow")}
    </p>
  );
}
