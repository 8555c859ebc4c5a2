/** The lock of a connection and the reasons why something is off, as the page follows them. */
import { useEffect, useState } from "react";
import { useBudget, useStatus } from "../api/queries";
import { link } from "../api/socket";
import { useCell } from "../cell";
import type { Connection } from "../protocol";
import { t } from "../text/message";
import {
  type Feature,
  firstHindrance,
  type Hindrance,
  isReviewed,
  leastRole,
  type Lock,
  lockOf,
  permits,
  type Permission,
} from "./access";

/** The longest time a browser's timer can wait. */
const LONGEST_WAIT_MS = 2_147_483_647;
/** Timers may come a little before their time; the clock has to be past it. */
const TIMER_SLACK_MS = 20;

/** The connection's lock; what follows it is drawn anew at the moment in which an unlock ends. */
export function useLock(connection: Connection | null): Lock {
  const [, redraw] = useState(0);
  const lock = lockOf(connection, Date.now());
  const until = lock.state === "unlocked" ? lock.until : null;
  useEffect(() => {
    if (until === null) {
      return;
    }
    const wait = Math.min(LONGEST_WAIT_MS, Math.max(0, until - Date.now()) + TIMER_SLACK_MS);
    const timer = window.setTimeout(() => redraw((count) => count + 1), wait);
    return () => window.clearTimeout(timer);
  }, [until]);
  return lock;
}

export interface Access {
  /** The first thing in the way, or null. */
  readonly hindrance: Hindrance | null;
  /** The same as a sentence. */
  readonly reason: string | null;
}

/** What stands in the way of doing something in a connection. */
export function useAccess(
  connection: Connection | null,
  permission: Permission,
  feature?: Feature,
  store?: string,
  isStaging = false,
): Access {
  useLock(connection);
  const role = useStatus().data?.principal.role;
  const isDisconnected = useCell(link).state === "lost";
  const isStopped = useBudget(connection)?.budget.stopped ?? false;
  const hindrance = firstHindrance({
    connection,
    role,
    permission,
    ...(feature ? { feature } : {}),
    ...(store === undefined ? {} : { store }),
    isStopped,
    isDisconnected,
    isStaging,
    now: Date.now(),
  });
  return { hindrance, reason: hindrance && hindranceText(hindrance, connection) };
}

/** Whether changes of the connection go through review, and what stands in the way of making one. */
export function useChanging(
  connection: Connection | null,
  permission: Permission,
  feature?: Feature,
  store?: string,
): { readonly reviewed: boolean; readonly reason: string | null } {
  const reviewed = isReviewed(connection, Date.now());
  const { reason } = useAccess(connection, permission, feature, store, reviewed);
  return { reviewed, reason };
}

/** Why a deed that concerns no connection's data is off for this role. */
export function useRoleReason(permission: Permission): string | null {
  const role = useStatus().data?.principal.role;
  return role && !permits(role, permission) ? t("reason.role", { role, needed: leastRole(permission) }) : null;
}

function hindranceText(hindrance: Hindrance, connection: Connection | null): string {
  const name = connection?.name ?? "";
  switch (hindrance.kind) {
    case "noConnection":
      return t("reason.noConnection");
    case "stopped":
      return t("reason.stopped", { connection: name });
    case "role":
      return t("reason.role", { role: hindrance.role, needed: hindrance.needed });
    case "readOnly":
      return t("reason.readOnly", { connection: name });
    case "vaultLocked":
      return t("reason.vaultLocked", { connection: name });
    case "keyMissing":
      return t("reason.keyMissing", { connection: name });
    case "keyPermission":
      return t("reason.keyPermission", { permission: hindrance.missing });
    case "keyStores":
      return t("reason.keyStores", { stores: hindrance.stores.join(", ") });
    case "disconnected":
      return t("reason.disconnected");
  }
}
