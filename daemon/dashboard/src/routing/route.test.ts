import { expect, it } from "vitest";
import { formatRoute, parseRoute, type Route } from "./route";

const AWKWARD = ["plain", "a/b", "..", ".", "50%", "a?b#c&d=e", "two words", "日本 😀", "+", "\u202e"];

const ROUTES: readonly Route[] = [
  { view: "home" },
  { view: "security", section: "tokens" },
  { view: "security", section: "approvals" },
  { view: "settings" },
  { view: "welcome" },
  { view: "signIn", code: "abc-_1" },
  { view: "jobs" },
  { view: "jobs", job: "019a", items: "refused" },
  { view: "changes", connection: "Sandbox" },
  { view: "changes", connection: "Sandbox", set: "019a", items: "conflict", item: 7 },
  { view: "history", connection: "Sandbox" },
  { view: "history", connection: "Sandbox", set: "019a" },
  ...AWKWARD.flatMap((name): Route[] => [
    { view: "stores", connection: name, filter: name },
    { view: "standard", connection: "Sandbox", store: name },
    { view: "standard", connection: "Sandbox", store: name, scope: name, prefix: name },
    { view: "ordered", connection: "Sandbox", store: name, scope: name, sort: "ascending" },
    { view: "memory", connection: "Sandbox", store: name },
    { view: "queue", connection: "Sandbox", store: name },
    {
      view: "standard",
      connection: "Sandbox",
      store: "s",
      scope: "listed",
      entry: { scope: name, key: name, tab: "history", view: "json", path: `/${name}`, revision: "08DD.1.2.01" },
    },
  ]),
];

it.each(ROUTES)("round-trips %o", (route) => {
  expect(parseRoute(formatRoute(route))).toEqual(route);
});

it.each([
  "#/nonsense/kind/x",
  "#/help",
  "#/%E0%A4%A",
  "#/Sandbox/std",
  "#/Sandbox/std/s/scope",
  "#/jobs/1/2",
  "#/Sandbox/changes/1/2",
  "#/Sandbox/std/s/a/b/c",
])("knows no view for %s", (fragment) => {
  expect(parseRoute(fragment).view).toBe("unknown");
});

it("drops parameters it does not know (S-17)", () => {
  expect(parseRoute("#/Sandbox/std/s?endpoint=http://elsewhere&token=x&q=p")).toEqual({
    view: "standard",
    connection: "Sandbox",
    store: "s",
    prefix: "p",
  });
});
