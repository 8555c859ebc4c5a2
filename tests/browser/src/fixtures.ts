/** What every test begins with: a daemon of its own, and a page that is signed in. */
import { test as base, expect, type Page } from "@playwright/test";
import { Daemon } from "./daemon";
import { Emulator } from "./emulator";

/** The universe that connections of the tests lead to. */
export const UNIVERSE = "5097539509";

interface Fixtures {
  readonly daemon: Daemon;
  /** A signed-in page on Home. Problems it logs fail the test. */
  readonly dashboard: Page;
}

export const test = base.extend<Fixtures>({
  daemon: async ({}, use) => {
    const daemon = await Daemon.start();
    await use(daemon);
    await daemon.stop();
  },
  dashboard: async ({ daemon, page }, use) => {
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" && /content security policy/i.test(message.text())) {
        problems.push(message.text());
      }
    });
    await page.goto(daemon.link);
    await expect(page.locator("#view-home")).toHaveAttribute("data-state", "ready");
    await use(page);
    expect(problems).toEqual([]);
  },
});

export { expect };

interface CloudFixtures {
  readonly emulator: Emulator;
  /** Makes a connection to the emulator's universe and answers its id. */
  readonly connect: (environment: string, name?: string) => Promise<string>;
}

/** As `test`, with an emulator of Roblox, and a daemon whose vault is open. */
export const cloudTest = test.extend<CloudFixtures>({
  daemon: async ({}, use) => {
    const daemon = await Daemon.startWithVault();
    await use(daemon);
    await daemon.stop();
  },
  emulator: async ({}, use) => {
    const emulator = await Emulator.start("rbx-key-of-the-browser-tests");
    await use(emulator);
    await emulator.stop();
  },
  connect: async ({ daemon, emulator }, use) => {
    await use(async (environment, name = "Prod") => {
      const request = { name, universeId: UNIVERSE, apiKey: emulator.key, baseUrl: emulator.address, environment };
      const answer = await daemon.call("connections.create", JSON.stringify(request));
      return (JSON.parse(answer) as { connection: { id: string } }).connection.id;
    });
  },
});

/** Opens an address of the dashboard without loading it anew. */
export async function go(page: Page, hash: string): Promise<void> {
  await page.evaluate((fragment) => {
    window.location.hash = fragment;
  }, hash);
}

/** Opens an entry by its address. */
export async function openEntry(
  page: Page,
  store: string,
  key: string,
  query = "",
  scope = "global",
  connection = "Sandbox",
): Promise<void> {
  const path = [connection, "std", store, scope, key].map(encodeURIComponent).join("/");
  await go(page, `#/${path}${query}`);
  await expect(page.locator("#view-entry")).toHaveAttribute("data-state", "ready");
}

/** The row of a field in the tree, by JSON Pointer. */
export function field(page: Page, pointer: string) {
  return page.locator(`#tree-grid [data-path=${JSON.stringify(pointer)}]`);
}

/** Types a new value into a scalar of the tree. */
export async function editField(page: Page, pointer: string, typed: string): Promise<void> {
  await field(page, pointer).dblclick();
  await page.locator("#tree-value").fill(typed);
  await page.keyboard.press("Enter");
}

/** The first of the daemon's own connections, as what it is to players. */
export async function classify(daemon: Daemon, environment: string, connection = "Sandbox"): Promise<void> {
  await daemon.call("connections.update", JSON.stringify({ connection, environment }));
}

/** Calls an operation as the person who is signed in on the page: what is staged is seen by whoever staged it alone. */
export async function callAs<Answer>(page: Page, operation: string, request: object): Promise<Answer> {
  const text = await page.evaluate(
    async ([name, body]) => {
      const token = sessionStorage.getItem("dsmp.tabToken");
      const response = await fetch(`/api/v1/call/${name}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
        body: body as string,
      });
      return response.ok ? response.text() : Promise.reject(new Error(`${name} answered ${await response.text()}`));
    },
    [operation, JSON.stringify(request)] as const,
  );
  return JSON.parse(text) as Answer;
}

/** What tests read of a change set. */
export interface SetFacts {
  readonly id: string;
  readonly state: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** Stages changes as the person on the page. */
export async function stageAs(
  page: Page,
  changes: readonly object[],
  more: object = {},
  connection = "Sandbox",
): Promise<SetFacts> {
  const answer = await callAs<{ set: SetFacts }>(page, "changesets.propose", { connection, changes, ...more });
  return answer.set;
}

/** Opens the review of a set. */
export async function openReview(page: Page, set: string, connection = "Sandbox"): Promise<void> {
  await go(page, `#/${encodeURIComponent(connection)}/changes/${set}`);
  await expect(page.locator("#view-review")).toHaveAttribute("data-state", "ready");
}
