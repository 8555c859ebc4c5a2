/**
 * The live link: keeps one WebSocket to the daemon open, forwards its events, and says how the link is.
 *
 * It never gives up: 1 s to 30 s between tries, with jitter. After each new link, and when the daemon says that events
 * were lost, `onResync` listeners read again what is on screen.
 */
import { Cell } from "../cell";
import { type Events, OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION, type Welcome } from "../protocol";
import { onUnreachable } from "./client";
import { forgetToken, tabToken } from "./session";

export type Link =
  | { readonly state: "connecting" }
  | { readonly state: "open"; readonly welcome: Welcome }
  | { readonly state: "lost"; readonly since: number; readonly nextTryAt: number };

export const link = new Cell<Link>({ state: "connecting" });

/** True once a daemon of another release than the one that served this page answers. */
export const daemonChanged = new Cell(false);
let firstDaemonVersion: string | null = null;

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;
const HELLO_WAIT_MS = 5_000;

type Listener<Name extends keyof Events> = (event: Events[Name]) => void;
const listeners = new Map<keyof Events, Set<Listener<never>>>();

export function onEvent<Name extends keyof Events>(name: Name, listener: Listener<Name>): () => void {
  const known = listeners.get(name) ?? new Set();
  known.add(listener as Listener<never>);
  listeners.set(name, known);
  return () => known.delete(listener as Listener<never>);
}

const resyncListeners = new Set<() => void>();

/** Calls back when events may have been missed. */
export function onResync(listener: () => void): () => void {
  resyncListeners.add(listener);
  return () => resyncListeners.delete(listener);
}

let socket: WebSocket | null = null;
let failures = 0;
let lostSince: number | null = null;
let timer: number | undefined;
let silence: number | undefined;
let hadLink = false;

/** Follows the tab's token: links while there is one. */
export function startLink(): void {
  tabToken.subscribe(() => {
    disconnect();
    if (tabToken.get()) {
      connect();
    }
  });
  onUnreachable(() => {
    if (link.get().state === "open") {
      socket?.close();
    }
  });
  window.addEventListener("online", tryNow);
  if (tabToken.get()) {
    connect();
  }
}

/** Tries at once instead of waiting for the next turn. */
export function tryNow(): void {
  if (link.get().state === "lost" && tabToken.get()) {
    window.clearTimeout(timer);
    connect();
  }
}

function disconnect(): void {
  window.clearTimeout(timer);
  window.clearTimeout(silence);
  const old = socket;
  socket = null;
  old?.close();
  failures = 0;
  lostSince = null;
  link.set({ state: "connecting" });
}

function connect(): void {
  const token = tabToken.get();
  if (!token) {
    return;
  }
  const address = new URL("/api/v1/ws", window.location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  address.hash = "";
  const opened = new WebSocket(address, ["dsmp.v1", `dsmp.token.${token}`]);
  socket = opened;
  opened.onopen = () => {
    send(opened, "1", {
      type: "hello",
      oldestVersion: OLDEST_PROTOCOL_VERSION,
      newestVersion: PROTOCOL_VERSION,
      client: { kind: "dashboard", version: __DASHBOARD_VERSION__ },
    });
    listenFor(opened, HELLO_WAIT_MS);
  };
  opened.onmessage = (event: MessageEvent<string>) => {
    if (socket === opened) {
      receive(opened, event.data);
    }
  };
  opened.onclose = () => {
    if (socket === opened) {
      lose();
    }
  };
}

function listenFor(opened: WebSocket, milliseconds: number): void {
  window.clearTimeout(silence);
  silence = window.setTimeout(() => opened.close(), milliseconds);
}

function send(to: WebSocket, id: string, body: object): void {
  to.send(JSON.stringify({ id, body }));
}

let heartbeatMs = HELLO_WAIT_MS;

function receive(from: WebSocket, text: string): void {
  const { body } = JSON.parse(text) as { body: { type: string } };
  switch (body.type) {
    case "hello": {
      const welcome = body as unknown as Welcome;
      heartbeatMs = welcome.heartbeatSeconds * 2_000;
      send(from, "2", { type: "subscribe" });
      failures = 0;
      lostSince = null;
      firstDaemonVersion ??= welcome.daemonVersion;
      daemonChanged.set(firstDaemonVersion !== welcome.daemonVersion);
      link.set({ state: "open", welcome });
      break;
    }
    case "subscribe":
      if (hadLink) {
        resync();
      }
      hadLink = true;
      break;
    case "resyncRequired":
      resync();
      break;
    default:
      for (const listener of listeners.get(body.type as keyof Events) ?? []) {
        (listener as (event: unknown) => void)(body);
      }
  }
  listenFor(from, heartbeatMs);
}

function resync(): void {
  for (const listener of resyncListeners) {
    listener();
  }
}

function lose(): void {
  window.clearTimeout(silence);
  socket = null;
  failures += 1;
  lostSince ??= Date.now();
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
  const delay = longest * (0.75 + Math.random() * 0.25);
  link.set({ state: "lost", since: lostSince, nextTryAt: Date.now() + delay });
  timer = window.setTimeout(connect, delay);
  if (failures > 1) {
    void checkToken();
  }
}

/** A socket cannot tell a refused token from an absent daemon; an ordinary request can. */
async function checkToken(): Promise<void> {
  const token = tabToken.get();
  try {
    const response = await fetch("/api/v1/status", {
      headers: { Authorization: `Bearer ${token}` },
      cache: "no-store",
    });
    if (response.status === 401 && tabToken.get() === token) {
      forgetToken();
    }
  } catch {
    // Still absent: the next turn of the link will find out.
  }
}
