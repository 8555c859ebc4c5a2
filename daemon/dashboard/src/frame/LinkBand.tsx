/** Says when the daemon cannot be reached, since when, and when the next try is. */
import { daemonChanged, link, tryNow } from "../api/socket";
import { useCell } from "../cell";
import { useNow } from "../components/Age";
import { Band } from "../components/Band";
import { Button } from "../components/Button";
import { formatClock } from "../text/format";
import { t } from "../text/message";

export function LinkBand() {
  const state = useCell(link);
  const isOutdated = useCell(daemonChanged);
  const now = useNow(500);
  if (state.state !== "lost") {
    return isOutdated ? (
      <Band
        id="link-outdated"
        kind="warning"
        actions={
          <Button id="link-reload" onPress={() => window.location.reload()}>
            {t("link.reload")}
          </Button>
        }
      >
        {t("link.outdated")}
      </Band>
    ) : null;
  }
  const seconds = Math.max(0, Math.ceil((state.nextTryAt - now) / 1000));
  return (
    <Band
      id="link-band"
      kind="danger"
      actions={
        <>
          <span className="band-note" aria-live="off">
            {seconds > 0 ? t("link.nextTry", { seconds }) : t("link.trying")}
          </span>
          <Button id="link-try" onPress={tryNow}>
            {t("link.tryNow")}
          </Button>
        </>
      }
    >
      <strong>{t("link.lost", { time: formatClock(state.since) })}</strong> {t("link.lostBody")}
    </Band>
  );
}

/** True while nothing can be saved because the daemon is away. */
export function useDisconnected(): boolean {
  return useCell(link).state === "lost";
}
