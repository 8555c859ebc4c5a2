/**
 * The addresses of the dashboard (ux.md, section 2.3). Every route lives in the fragment, so that keys and queries
 * never reach a request line.
 *
 * **Invariant:** `parseRoute(formatRoute(route))` gives `route` back, for every route.
 */
import type { ItemState, JobItemState } from "../protocol";

export type EntryTab = "value" | "metadata" | "history";
export type ValueView = "tree" | "json";

export interface EntryPlace {
  readonly scope: string;
  readonly key: string;
  readonly tab: EntryTab;
  readonly view: ValueView;
  /** JSON Pointer of the selected field. */
  readonly path?: string;
  /** A past revision instead of the current one. */
  readonly revision?: string;
}

export type SecuritySection = "tokens" | "approvals";

/** Which items of a change set, or of a job, are listed: all, or those that stand there. */
export type ItemFilter = ItemState | JobItemState;

/** A change set, and what is looked at of it. */
export interface SetPlace {
  readonly set?: string;
  /** Only items that stand there. */
  readonly items?: ItemState;
  /** The item whose difference is shown. */
  readonly item?: number;
}

export type Route =
  | { readonly view: "home" }
  | { readonly view: "signIn"; readonly code: string }
  | { readonly view: "stores"; readonly connection: string; readonly filter?: string }
  | {
      readonly view: "standard";
      readonly connection: string;
      readonly store: string;
      /** Absent: all scopes. */
      readonly scope?: string;
      /** Key prefix. */
      readonly prefix?: string;
      readonly entry?: EntryPlace;
    }
  | {
      readonly view: "ordered";
      readonly connection: string;
      readonly store: string;
      readonly scope?: string;
      readonly sort?: "ascending";
    }
  /** A sorted map of memory stores. */
  | { readonly view: "memory"; readonly connection: string; readonly store: string }
  /** A queue of memory stores. */
  | { readonly view: "queue"; readonly connection: string; readonly store: string }
  /** Staged change sets of a connection, or one of them under review. */
  | ({ readonly view: "changes"; readonly connection: string } & SetPlace)
  /** What was committed in a connection, or one such operation. */
  | ({ readonly view: "history"; readonly connection: string } & SetPlace)
  | { readonly view: "jobs"; readonly job?: string; readonly items?: JobItemState }
  | { readonly view: "security"; readonly section: SecuritySection }
  | { readonly view: "settings" }
  /** Connecting a universe. */
  | { readonly view: "welcome" }
  | { readonly view: "unknown"; readonly fragment: string };

/** First words that cannot be a connection's name. */
export const RESERVED: ReadonlySet<string> = new Set([
  "sign-in",
  "welcome",
  "connections",
  "jobs",
  "code",
  "alerts",
  "security",
  "team",
  "integrations",
  "workflows",
  "licence",
  "settings",
  "help",
  "local",
]);

export function parseRoute(fragment: string): Route {
  const text = fragment.replace(/^#/, "").replace(/^\//, "");
  const unknown: Route = { view: "unknown", fragment };
  const question = text.indexOf("?");
  const path = question === -1 ? text : text.slice(0, question);
  const query = new URLSearchParams(question === -1 ? "" : text.slice(question + 1));
  const segments = decodeSegments(path);
  if (!segments) {
    return unknown;
  }
  const [first, ...rest] = segments;
  if (first === undefined) {
    return { view: "home" };
  }
  switch (first) {
    case "sign-in":
      return { view: "signIn", code: query.get("code") ?? "" };
    case "security":
      return { view: "security", section: rest[0] === "approvals" ? "approvals" : "tokens" };
    case "settings":
      return { view: "settings" };
    case "welcome":
      return { view: "welcome" };
    case "jobs":
      return parseJobs(rest, query) ?? unknown;
    default:
      return RESERVED.has(first) ? unknown : (parseConnectionRoute(first, rest, query) ?? unknown);
  }
}

const ITEM_STATES: readonly ItemState[] = [
  "staged",
  "queued",
  "sending",
  "saved",
  "conflict",
  "refused",
  "unknown",
  "superseded",
];
const JOB_ITEM_STATES: readonly JobItemState[] = ["waiting", "saved", "refused", "conflict", "unknown", "skipped"];

function parseJobs(segments: readonly string[], query: URLSearchParams): Route | null {
  const [job, ...more] = segments;
  if (more.length > 0) {
    return null;
  }
  const items = JOB_ITEM_STATES.find((state) => state === query.get("items"));
  return { view: "jobs", ...(job ? { job } : {}), ...(job && items ? { items } : {}) };
}

function parseSet(view: "changes" | "history", connection: string, set: string | undefined, query: URLSearchParams) {
  if (set === undefined) {
    return { view, connection };
  }
  const items = ITEM_STATES.find((state) => state === query.get("items"));
  const item = query.get("item");
  return {
    view,
    connection,
    set,
    ...(items ? { items } : {}),
    ...(item && /^[1-9]\d{0,8}$/.test(item) ? { item: Number(item) } : {}),
  };
}

function parseConnectionRoute(connection: string, segments: readonly string[], query: URLSearchParams): Route | null {
  const [kind, store, scope, key, ...more] = segments;
  if ((kind === undefined || kind === "stores") && store === undefined) {
    return { view: "stores", connection, ...optional("filter", query.get("filter")) };
  }
  if ((kind === "changes" || kind === "history") && scope === undefined) {
    return parseSet(kind, connection, store, query);
  }
  if (store === undefined || more.length > 0) {
    return null;
  }
  if (kind === "ord" && scope === undefined) {
    const sort = query.get("sort") === "ascending" ? { sort: "ascending" as const } : {};
    return { view: "ordered", connection, store, ...optional("scope", query.get("scope")), ...sort };
  }
  if (kind === "mem" && scope === undefined) {
    return { view: "memory", connection, store };
  }
  if (kind === "queue" && scope === undefined) {
    return { view: "queue", connection, store };
  }
  if (kind !== "std" || (scope !== undefined && key === undefined)) {
    return null;
  }
  return {
    view: "standard",
    connection,
    store,
    ...optional("scope", query.get("scope")),
    ...optional("prefix", query.get("q")),
    ...(scope !== undefined && key !== undefined ? { entry: parseEntry(scope, key, query) } : {}),
  };
}

function parseEntry(scope: string, key: string, query: URLSearchParams): EntryPlace {
  const tab = query.get("tab");
  return {
    scope,
    key,
    tab: tab === "history" || tab === "metadata" ? tab : "value",
    view: query.get("view") === "json" ? "json" : "tree",
    ...optional("path", query.get("path")),
    ...optional("revision", query.get("rev")),
  };
}

function optional<Name extends string>(name: Name, value: string | null): { [key in Name]?: string } {
  return (value ? { [name]: value } : {}) as { [key in Name]?: string };
}

function decodeSegments(path: string): string[] | null {
  try {
    const parts = path.replace(/\/$/, "").split("/");
    return parts[0] === "" ? (parts.length === 1 ? [] : null) : parts.map(decodeURIComponent);
  } catch {
    return null;
  }
}

export function formatRoute(route: Route): string {
  switch (route.view) {
    case "home":
      return "#/";
    case "signIn":
      return `#/sign-in${query({ code: route.code })}`;
    case "stores":
      return `#/${encodeURIComponent(route.connection)}/stores${query({ filter: route.filter })}`;
    case "ordered":
      return `#/${segments(route.connection, "ord", route.store)}${query({ scope: route.scope, sort: route.sort })}`;
    case "memory":
      return `#/${segments(route.connection, "mem", route.store)}`;
    case "queue":
      return `#/${segments(route.connection, "queue", route.store)}`;
    case "standard":
      return formatStandard(route);
    case "changes":
    case "history":
      return `#/${segments(route.connection, route.view, ...(route.set ? [route.set] : []))}${query({
        items: route.items,
        item: route.item?.toString(),
      })}`;
    case "jobs":
      return `#/${segments("jobs", ...(route.job ? [route.job] : []))}${query({ items: route.items })}`;
    case "security":
      return `#/security/${route.section}`;
    case "settings":
      return "#/settings/appearance";
    case "welcome":
      return "#/welcome";
    case "unknown":
      return route.fragment;
  }
}

function formatStandard(route: Extract<Route, { view: "standard" }>): string {
  const { connection, store, scope, prefix, entry } = route;
  const base = `#/${segments(connection, "std", store)}`;
  if (!entry) {
    return `${base}${query({ scope, q: prefix })}`;
  }
  return `${base}/${segments(entry.scope, entry.key)}${query({
    view: entry.view === "json" ? "json" : undefined,
    path: entry.path,
    tab: entry.tab === "value" ? undefined : entry.tab,
    rev: entry.revision,
    scope,
    q: prefix,
  })}`;
}

function segments(...parts: readonly string[]): string {
  return parts.map(encodeURIComponent).join("/");
}

function query(values: Readonly<Record<string, string | undefined>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value) {
      parameters.set(name, value);
    }
  }
  const text = parameters.toString();
  return text ? `?${text}` : "";
}
