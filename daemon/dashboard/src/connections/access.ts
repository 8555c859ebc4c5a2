/**
 * Whether data of a connection may be changed right now, and what stands in the way first. Knows no texts and no page.
 *
 * **Invariant:** the daemon enforces all of this itself; what is decided here only spares people a refusal.
 */
import type { Connection, Environment, KeyReport, Role } from "../protocol";

export type Feature = KeyReport["capabilities"][number]["feature"];
export type Permission = "READ_DATA" | "WRITE_DATA" | "DELETE_DATA" | "MANAGE_SECURITY" | "SYSTEM_CONFIG";

/** What each role may do, as the daemon's one table has it, save what no control here asks for. */
const PERMITTED: Readonly<Record<Role, readonly Permission[]>> = {
  VIEWER: ["READ_DATA"],
  EDITOR: ["READ_DATA", "WRITE_DATA"],
  ADMIN: ["READ_DATA", "WRITE_DATA", "DELETE_DATA", "MANAGE_SECURITY"],
  SUPER_ADMIN: ["READ_DATA", "WRITE_DATA", "DELETE_DATA", "MANAGE_SECURITY", "SYSTEM_CONFIG"],
  AUDITOR: [],
  COMPLIANCE_OFFICER: [],
};

export function permits(role: Role, permission: Permission): boolean {
  return PERMITTED[role].includes(permission);
}

/** The least of the roles that may do it. */
export function leastRole(permission: Permission): Role {
  const order: readonly Role[] = ["VIEWER", "EDITOR", "ADMIN"];
  return order.find((role) => permits(role, permission)) ?? "SUPER_ADMIN";
}

/** Whether a connection is open for changes: always, until a moment, or not. */
export type Lock =
  | { readonly state: "writable" }
  | { readonly state: "unlocked"; readonly until: number }
  | { readonly state: "locked" };

/** The lock of a connection at `now`, in milliseconds as `Date.now` has them. */
export function lockOf(connection: Pick<Connection, "readOnly" | "unlockedUntil"> | null, now: number): Lock {
  if (!connection?.readOnly) {
    return { state: "writable" };
  }
  const until = connection.unlockedUntil ? Date.parse(connection.unlockedUntil) : 0;
  return until > now ? { state: "unlocked", until } : { state: "locked" };
}

/** Whether unlocking takes a reason (ux.md 5.1): what players may have, or what nobody has classified. */
export function needsReason(environment: Environment): boolean {
  return environment === "production" || environment === "unclassified";
}

/** Whether changes are staged for review instead of saved at once: where players play, and where writing is not open. */
export function isReviewed(
  connection: Pick<Connection, "environment" | "readOnly" | "unlockedUntil"> | null,
  now: number,
): boolean {
  return connection !== null && (needsReason(connection.environment) || lockOf(connection, now).state === "locked");
}

export type UnlockMinutes = 5 | 15 | 60;

/** How long a connection can be unlocked; the daemon takes no other times. */
export const UNLOCK_MINUTES: readonly UnlockMinutes[] = [5, 15, 60];

/** What is offered first: an hour where nothing but one press is asked. */
export function usualMinutes(environment: Environment): UnlockMinutes {
  return environment === "staging" ? 60 : 15;
}

export const REASON_LIMIT = 500;

/** Whether new connections of an environment begin as read-only. */
export function beginsReadOnly(environment: Environment): boolean {
  return environment === "production" || environment === "unclassified" || environment === "staging";
}

/** Minutes and seconds that are left, as `14:05`; hours are not needed. */
export function formatCountdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** What is known of the moment in which something is to be changed. */
export interface Situation {
  readonly connection: Connection | null;
  readonly role: Role | undefined;
  readonly permission: Permission;
  /** Which of the key's capabilities it takes; none where no key is used for it. */
  readonly feature?: Feature;
  readonly store?: string;
  readonly isStopped: boolean;
  readonly isDisconnected: boolean;
  /** It is only staged for review, which works while the connection is read-only. */
  readonly isStaging?: boolean;
  readonly now: number;
}

export type Hindrance =
  | { readonly kind: "noConnection" }
  | { readonly kind: "stopped" }
  | { readonly kind: "role"; readonly role: Role; readonly needed: Role }
  | { readonly kind: "readOnly" }
  | { readonly kind: "vaultLocked" }
  | { readonly kind: "keyMissing" }
  | { readonly kind: "keyPermission"; readonly missing: string }
  | { readonly kind: "keyStores"; readonly stores: readonly string[] }
  | { readonly kind: "disconnected" };

/** The first thing in the way, in the order of ux.md 3.2: stopped, role, read-only, key permission. */
export function firstHindrance(situation: Situation): Hindrance | null {
  const { connection, role, permission } = situation;
  if (!connection) {
    return { kind: "noConnection" };
  }
  if (connection.cloud && situation.isStopped) {
    return { kind: "stopped" };
  }
  if (role && !permits(role, permission)) {
    return { kind: "role", role, needed: leastRole(permission) };
  }
  const needsLock = permission !== "READ_DATA" && !situation.isStaging;
  if (needsLock && lockOf(connection, situation.now).state === "locked") {
    return { kind: "readOnly" };
  }
  return keyHindrance(situation, connection) ?? (situation.isDisconnected ? { kind: "disconnected" } : null);
}

function keyHindrance({ feature, store }: Situation, { cloud }: Connection): Hindrance | null {
  if (!cloud || !feature) {
    return null;
  }
  if (cloud.keyState !== "ready") {
    return { kind: cloud.keyState === "locked" ? "vaultLocked" : "keyMissing" };
  }
  const capability = cloud.lastCheck?.capabilities.find((candidate) => candidate.feature === feature);
  if (capability?.granted === "none") {
    return { kind: "keyPermission", missing: capability.missing.join(", ") };
  }
  const isOutside = capability?.granted === "some" && store !== undefined && !capability.datastores.includes(store);
  return isOutside ? { kind: "keyStores", stores: capability.datastores } : null;
}
