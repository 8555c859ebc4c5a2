/** Whether the connection is open for changes: read-only with the way to unlock it, or unlocked with the time left. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useNow } from "../components/Age";
import { Button } from "../components/Button";
import { Icon } from "../components/Icon";
import { formatCountdown, type Lock } from "../connections/access";
import { askToUnlock, lock } from "../connections/unlocking";
import { useLock, useRoleReason } from "../connections/useAccess";
import type { Connection } from "../protocol";
import { formatClock } from "../text/format";
import { t } from "../text/message";

const COUNTDOWN_STEP_MS = 250;
const NOTICE_MS = 60_000;

export function ModeMark({ connection }: { readonly connection: Connection }) {
  const client = useQueryClient();
  const state = useLock(connection);
  const roleReason = useRoleReason("WRITE_DATA");
  return (
    <>
      {state.state === "locked" && (
        <span id="header-read-only" className="mode" data-mode="readonly">
          <span className="mark">
            <Icon name="lock" size={12} /> {t("mark.readOnly")}
          </span>
          <Button id="header-unlock" offReason={roleReason} onPress={() => askToUnlock(client, connection)}>
            {t("unlock.open")}
          </Button>
        </span>
      )}
      {state.state === "unlocked" && (
        <span id="header-unlocked" className="mode" data-mode="unlocked">
          <span className="mark mark-open" title={t("unlock.until", { time: formatClock(state.until) })}>
            <Icon name="unlock" size={12} /> {t("mark.unlocked")} <Countdown until={state.until} />
          </span>
          <Button id="header-lock" icon="lock" onPress={() => void lock(client, connection)}>
            {t("unlock.lockNow")}
          </Button>
        </span>
      )}
      {connection.readOnly && <UnlockNotice key={connection.id} connection={connection} state={state} />}
    </>
  );
}

/** The time that is left, in minutes and seconds; screen readers hear of it by the notice instead. */
function Countdown({ until }: { readonly until: number }) {
  const now = useNow(COUNTDOWN_STEP_MS);
  return (
    <span id="header-countdown" className="countdown" role="timer" aria-live="off">
      {formatCountdown(until - Math.max(now, Date.now() - COUNTDOWN_STEP_MS))}
    </span>
  );
}

/** Says once that a minute is left, and at once when the time is over. */
function UnlockNotice({ connection, state }: { readonly connection: Connection; readonly state: Lock }) {
  const [told, setTold] = useState<"nothing" | "minute" | "over">("nothing");
  const until = state.state === "unlocked" ? state.until : null;
  const before = useRef<number | null>(until);
  useEffect(() => {
    const earlier = before.current;
    before.current = until;
    if (until === null) {
      setTold(earlier !== null && earlier <= Date.now() ? "over" : "nothing");
      return;
    }
    setTold("nothing");
    const timer = window.setTimeout(() => setTold("minute"), Math.max(0, until - Date.now() - NOTICE_MS));
    return () => window.clearTimeout(timer);
  }, [until]);
  return (
    <>
      <span className="hidden-text" role="status">
        {told === "minute" && t("unlock.minuteLeft", { connection: connection.name })}
      </span>
      {told === "over" && (
        <span className="hidden-text" role="alert">
          {t("unlock.over", { connection: connection.name })}
        </span>
      )}
    </>
  );
}
