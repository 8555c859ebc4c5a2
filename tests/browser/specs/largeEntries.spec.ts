import type { Page } from "@playwright/test";
import type { Daemon } from "../src/daemon";
import { editField, expect, field, openEntry, test } from "../src/fixtures";

/** Large enough for everything that walks through a value to happen on another thread. */
const ITEMS = Array.from({ length: 10_000 }, (_, index) => `{"id":"item_${index}","count":${index % 99}}`);
const VALUE = `{"Coins":12500,"Name":"Ann","Inventory":[${ITEMS.join(",")}],"Last":1.0}`;

async function expectNoDraft(page: Page): Promise<void> {
  await expect(page.locator("#status-drafts")).toHaveAttribute("data-count", "0");
}

/** Compared as a whole, because a difference of such texts cannot be read. */
async function expectSaved(daemon: Daemon, text: string): Promise<void> {
  await expect.poll(async () => (await daemon.valueText("Mine", "large")) === text).toBe(true);
}

test("one edit in the tree is one step of undo", async ({ daemon, dashboard }) => {
  await daemon.put("Mine", "small", '{"coins":1,"level":1}');
  await openEntry(dashboard, "Mine", "small");
  await editField(dashboard, "/coins", "2");
  await expect(field(dashboard, "/coins")).toContainText("2");
  await dashboard.keyboard.press("Control+z");
  await expect(field(dashboard, "/coins")).toContainText("1");
  await expectNoDraft(dashboard);
});

test("a large entry is searched, and a far match is shown without all that stands before it", async ({
  daemon,
  dashboard,
}) => {
  await daemon.put("Mine", "large", VALUE);
  await openEntry(dashboard, "Mine", "large");
  await dashboard.locator("#tree-find").fill("item_5432");
  // Enter does not wait for the answer, the jump does.
  await dashboard.keyboard.press("Enter");
  const found = field(dashboard, "/Inventory/5432/id");
  await expect(found).toHaveAttribute("aria-selected", "true");
  await expect(found).toBeInViewport();
  await expect(dashboard.locator("#tree-find-count")).toHaveText("1 of 1");
  await expect(dashboard.locator("#tree-grid")).toBeFocused();

  await dashboard.keyboard.press("Home");
  await expect(field(dashboard, "")).toHaveAttribute("aria-selected", "true");
  await expect(field(dashboard, "/Coins")).toBeInViewport();
});

test("a large entry edited in the tree and saved at once keeps every other byte", async ({ daemon, dashboard }) => {
  await daemon.put("Mine", "large", VALUE);
  await openEntry(dashboard, "Mine", "large");
  await editField(dashboard, "/Coins", "15000");
  await editField(dashboard, "/Name", "Bo");
  await dashboard.keyboard.press("Control+s");
  await expectSaved(daemon, VALUE.replace("12500", "15000").replace('"Ann"', '"Bo"'));
  await expectNoDraft(dashboard);
});

test("a large entry is typed in as text, checked, and saved without rewriting the rest", async ({
  daemon,
  dashboard,
}) => {
  await daemon.put("Mine", "large", VALUE);
  await openEntry(dashboard, "Mine", "large", "?view=json");
  const status = dashboard.locator("#json-status");
  await expect(status).toContainText("Shown indented");
  await dashboard.locator("#json-edit-large").click();
  await dashboard.locator(".cm-content").click();
  await dashboard.keyboard.press("Control+Home");
  await dashboard.keyboard.press("End");
  await dashboard.keyboard.type('"typed": [1, 2]');
  await expect(status).toContainText("Line 2, column 3");
  await expect(dashboard.locator(".cm-lint-marker-error")).toBeVisible();
  await expect(dashboard.locator("#entry-save")).toHaveAttribute("aria-disabled", "true");

  // Saved before the text was looked at again: what was typed last must be part of it.
  await dashboard.keyboard.type(",");
  await dashboard.keyboard.press("Control+s");
  await expectSaved(daemon, VALUE.replace("{", '{"typed":[1,2],'));
  await expectNoDraft(dashboard);
  await expect(dashboard.locator(".cm-line").first()).toHaveText('{"typed": [1, 2],');

  await dashboard.locator("#value-view-tree").click();
  await editField(dashboard, "/Coins", "1");
  await dashboard.locator("#value-view-json").click();
  await expect(dashboard.locator(".cm-content")).toContainText('"Coins": 1,');
  await dashboard.locator("#entry-discard").click();
  await expect(dashboard.locator(".cm-content")).toContainText('"Coins": 12500,');
});
