/** What every test begins with: a daemon of its own, and a page that is signed in. */
import { test as base, expect, type Page } from "@playwright/test";
import { Daemon } from "./daemon";

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

/** Opens an entry by its address. */
export async function openEntry(page: Page, store: string, key: string, query = "", scope = "global"): Promise<void> {
  const path = ["Sandbox", "std", store, scope, key].map(encodeURIComponent).join("/");
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, `#/${path}${query}`);
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
