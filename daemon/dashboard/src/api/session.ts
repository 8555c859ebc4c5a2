/**
 * This tab's credential. The session's other half is a cookie that scripts cannot read; neither works alone (S-05).
 *
 * **Invariant:** the one-time code and the token are never in the address, in local storage or in a log (S-10).
 */
import { Cell } from "../cell";
import type { SignInResponse } from "../protocol";

const STORAGE_KEY = "dsmp.tabToken";
const CHANNEL_NAME = "dsmp.tabs";
const SIBLING_WAIT_MS = 800;

export type SignInState = "unknown" | "signedIn" | "signedOut" | "exchanging" | "codeRefused" | "unreachable";

export const tabToken = new Cell<string | null>(sessionStorage.getItem(STORAGE_KEY));
export const signInState = new Cell<SignInState>(tabToken.get() ? "signedIn" : "unknown");

type TabMessage =
  | { readonly type: "ask"; readonly tab: string }
  | { readonly type: "token"; readonly tab: string; readonly token: string }
  | { readonly type: "end" };

function keepToken(token: string): void {
  sessionStorage.setItem(STORAGE_KEY, token);
  tabToken.set(token);
  signInState.set("signedIn");
}

/** Drops a token that the daemon no longer takes. */
export function forgetToken(): void {
  sessionStorage.removeItem(STORAGE_KEY);
  tabToken.set(null);
  if (signInState.get() === "signedIn") {
    signInState.set("signedOut");
  }
}

/** Hands a one-time code in. The caller has taken it out of the address already. */
export async function exchangeCode(code: string): Promise<void> {
  signInState.set("exchanging");
  try {
    const response = await fetch("/api/v1/sign-in", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code }),
      cache: "no-store",
    });
    if (!response.ok) {
      signInState.set(tabToken.get() ? "signedIn" : "codeRefused");
      return;
    }
    const body = (await response.json()) as SignInResponse;
    keepToken(body.token);
  } catch {
    signInState.set("unreachable");
  }
}

/**
 * Joins the other tabs of this session: asks them for a token when this tab has none, and answers when one asks.
 * `openTab` makes a token for another tab; `ended` is called when another tab signs out.
 */
export function joinTabs(openTab: () => Promise<string>): void {
  const channel = new BroadcastChannel(CHANNEL_NAME);
  const tab = crypto.randomUUID();
  channel.onmessage = (event: MessageEvent<TabMessage>) => {
    const message = event.data;
    if (message.type === "ask" && tabToken.get()) {
      openTab().then(
        (token) => channel.postMessage({ type: "token", tab: message.tab, token } satisfies TabMessage),
        () => undefined,
      );
    } else if (message.type === "token" && message.tab === tab && !tabToken.get()) {
      keepToken(message.token);
    } else if (message.type === "end") {
      forgetToken();
    }
  };
  endEverywhere = () => channel.postMessage({ type: "end" } satisfies TabMessage);
  if (signInState.get() === "unknown") {
    channel.postMessage({ type: "ask", tab } satisfies TabMessage);
    window.setTimeout(() => {
      if (signInState.get() === "unknown") {
        signInState.set("signedOut");
      }
    }, SIBLING_WAIT_MS);
  }
}

/** Tells the other tabs that the session is over. */
export let endEverywhere: () => void = () => undefined;
