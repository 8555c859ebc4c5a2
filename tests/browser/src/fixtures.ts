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
