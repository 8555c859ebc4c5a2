/** Calls operations of the daemon over HTTP. The address is always the page's own origin (S-17). */
import type { ErrorBody } from "../protocol";
import type { OperationName, Request, Response as Answer, ValueOperationName } from "./operations";
import { Cell } from "../cell";
import { ApiError } from "./error";
import { forgetToken, tabToken } from "./session";

type LinkListener = () => void;
const unreachableListeners = new Set<LinkListener>();

/** Calls back when a request found nobody at the daemon's port. */
export function onUnreachable(listener: LinkListener): () => void {
  unreachableListeners.add(listener);
  return () => unreachableListeners.delete(listener);
}

/** Where operations are called by name. */
const CALLS = "/api/v1/call/";

const MEASURED_REQUESTS = 100;
const durations: number[] = [];

/** The 95th percentile of the daemon's last answers, in milliseconds; null before the first. */
export const latency = new Cell<number | null>(null);

// The browser's own clock of the request: what the page does meanwhile is not the daemon's time.
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry instanceof PerformanceResourceTiming && entry.name.includes(CALLS)) {
      measure(entry.responseEnd - entry.requestStart);
    }
  }
}).observe({ type: "resource" });

function measure(milliseconds: number): void {
  durations.push(milliseconds);
  durations.splice(0, durations.length - MEASURED_REQUESTS);
  const sorted = durations.toSorted((left, right) => left - right);
  latency.set(Math.round(sorted[Math.ceil(sorted.length * 0.95) - 1] ?? milliseconds));
}

export async function call<Name extends OperationName>(
  operation: Name,
  request: Request<Name>,
  signal?: AbortSignal,
): Promise<Answer<Name>> {
  const text = await callText(operation, JSON.stringify(request), signal);
  return JSON.parse(text) as Answer<Name>;
}

/** As `call`, with the bodies as text, so that values pass through unread. */
export async function callText(
  operation: OperationName | ValueOperationName,
  body: string,
  signal?: AbortSignal,
): Promise<string> {
  const response = await send(`${CALLS}${operation}`, body, signal);
  const text = await response.text();
  if (!response.ok) {
    throw refusal(text, response.status);
  }
  return text;
}

async function send(path: string, body: string, signal?: AbortSignal): Promise<Response> {
  const token = tabToken.get();
  try {
    return await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) },
      body,
      cache: "no-store",
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    for (const listener of unreachableListeners) {
      listener();
    }
    throw new ApiError("GEN002", "the daemon cannot be reached", null);
  }
}

function refusal(text: string, status: number): ApiError {
  const body = errorBody(text);
  if (status === 401) {
    forgetToken();
  }
  return body
    ? new ApiError(body.code, body.message, body.requestId)
    : new ApiError("GEN011", `status ${status}`, null);
}

function errorBody(text: string): ErrorBody | null {
  try {
    const body = JSON.parse(text) as ErrorBody;
    return typeof body.code === "string" ? body : null;
  } catch {
    return null;
  }
}
