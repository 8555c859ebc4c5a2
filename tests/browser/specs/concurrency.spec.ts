import { editField, expect, field, openEntry, test } from "../src/fixtures";

test("an entry saved elsewhere appears without a reload", async ({ daemon, dashboard }) => {
  await daemon.put("Mine", "shared", '{"coins":1}');
  await openEntry(dashboard, "Mine", "shared");
  await daemon.put("Mine", "shared", '{"coins":2}');
  await expect(field(dashboard, "/coins")).toContainText("2");
  await daemon.put("Mine", "another", "{}");
  await expect(dashboard.locator("#keys-grid [data-key=another]")).toBeVisible();
  await daemon.call("entries.remove", '{"store":"Mine","key":"another"}');
  await expect(dashboard.locator("#keys-grid [data-key=another]")).toHaveCount(0);
  await daemon.put("Brand new", "k", "1");
  await expect(dashboard.locator('[data-store="Brand new"]')).toBeVisible();
});

test("an entry that changed while another one was open is read anew", async ({ daemon, dashboard }) => {
  await daemon.put("Mine", "first", '{"coins":1}');
  await daemon.put("Mine", "second", '{"level":1}');
  await openEntry(dashboard, "Mine", "first");
  await expect(field(dashboard, "/coins")).toContainText("1");
  await dashboard.locator("#keys-grid [data-key=second]").click();
  await expect(field(dashboard, "/level")).toBeVisible();
  await daemon.put("Mine", "first", '{"coins":2}');
  await daemon.put("Mine", "second", '{"level":2}');
  await expect(field(dashboard, "/level")).toContainText("2");
  await dashboard.locator("#keys-grid [data-key=first]").click();
  await expect(field(dashboard, "/coins")).toContainText("2");
});

test("what changed elsewhere is never swapped under a draft; saving takes both sides where they do not touch", async ({
  daemon,
  dashboard,
}) => {
  await daemon.put("Mine", "merge", '{"coins":1,"level":1,"pets":{"fox":1}}');
  await openEntry(dashboard, "Mine", "merge");
  await editField(dashboard, "/coins", "10");
  await daemon.put("Mine", "merge", '{"coins":1,"level":2,"pets":{"fox":1}}');
  await expect(dashboard.locator("#view-entry")).toHaveAttribute("data-state", "stale");
  await expect(field(dashboard, "/level")).toContainText("1");

  await dashboard.locator("#entry-show-change").click();
  await dashboard.locator("#entry-compare").click();
  const dialog = dashboard.locator("#conflict-dialog");
  await expect(dialog.locator("tbody tr")).toHaveCount(2);
  await expect(dashboard.locator("#conflict-back")).toBeFocused();
  await dashboard.locator("#conflict-back").click();
  await expect(field(dashboard, "/coins")).toContainText("10");

  await dashboard.keyboard.press("Control+s");
  await expect(dashboard.locator(".toast")).toContainText("together with what others changed");
  await expect(dialog).toHaveCount(0);
  await expect(dashboard.locator("#status-drafts")).toHaveAttribute("data-count", "0");
  expect(await daemon.valueText("Mine", "merge")).toBe('{"coins":10,"level":2,"pets":{"fox":1}}');
});

test("paths that both sides changed are decided by a person", async ({ daemon, dashboard }) => {
  await daemon.put("Mine", "clash", '{"coins":1,"big":12345678901234567890}');
  await openEntry(dashboard, "Mine", "clash");
  await editField(dashboard, "/coins", "10");
  await daemon.put("Mine", "clash", '{"coins":20,"big":12345678901234567890}');
  await expect(dashboard.locator("#entry-stale")).toBeVisible();
  await dashboard.locator("#entry-show-change").click();
  await expect(dashboard.locator("#entry-outdated")).toBeVisible();
  await dashboard.locator("#entry-compare").click();

  const use = dashboard.locator("#conflict-use");
  await expect(use).toHaveAttribute("aria-disabled", "true");
  await dashboard.getByLabel("Take mine for coins").check();
  await use.click();
  await expect(dashboard.locator("#conflict-dialog")).toHaveCount(0);
  expect(await daemon.valueText("Mine", "clash")).toBe('{"coins":10,"big":12345678901234567890}');
});

test("overwriting everything with mine wants the key typed, and keeps theirs in the history", async ({
  daemon,
  dashboard,
}) => {
  await daemon.put("Mine", "overwrite", '{"coins":1,"level":1}');
  await openEntry(dashboard, "Mine", "overwrite");
  await editField(dashboard, "/coins", "10");
  await daemon.put("Mine", "overwrite", '{"coins":20,"level":2}');
  await expect(dashboard.locator("#entry-stale")).toBeVisible();
  await dashboard.keyboard.press("Control+s");
  await dashboard.locator("#conflict-more").click();
  await dashboard.locator("#conflict-overwrite").click();
  const confirm = dashboard.locator("#overwrite-confirm");
  await expect(confirm).toHaveAttribute("aria-disabled", "true");
  await dashboard.locator("#overwrite-cancel").click();
  await expect(dashboard.locator("#conflict-dialog")).toBeVisible();
  expect(await daemon.valueText("Mine", "overwrite")).toBe('{"coins":20,"level":2}');

  await dashboard.locator("#conflict-more").click();
  await dashboard.locator("#conflict-overwrite").click();
  await dashboard.locator("#overwrite-key").fill("Overwrite");
  await confirm.click();
  await expect(dashboard.locator("#overwrite-dialog")).toHaveCount(0);
  await expect(dashboard.locator("#status-drafts")).toHaveAttribute("data-count", "0");
  expect(await daemon.valueText("Mine", "overwrite")).toBe('{"coins":10,"level":1}');
  await dashboard.locator("#entry-tab-history").click();
  await expect(dashboard.locator("#history-list [data-revision]")).toHaveCount(3);
});

test("keep theirs drops the draft and shows what is saved", async ({ daemon, dashboard }) => {
  await daemon.put("Mine", "theirs", '{"coins":1}');
  await openEntry(dashboard, "Mine", "theirs");
  await editField(dashboard, "/coins", "10");
  await daemon.put("Mine", "theirs", '{"coins":20}');
  await expect(dashboard.locator("#entry-stale")).toBeVisible();
  await dashboard.keyboard.press("Control+s");
  await dashboard.locator("#conflict-theirs").click();
  await expect(field(dashboard, "/coins")).toContainText("20");
  await expect(dashboard.locator("#status-drafts")).toHaveAttribute("data-count", "0");
  expect(await daemon.valueText("Mine", "theirs")).toBe('{"coins":20}');
});

test("an entry deleted under a draft can be created again", async ({ daemon, dashboard }) => {
  await daemon.put("Mine", "gone", '{"coins":1}');
  await openEntry(dashboard, "Mine", "gone");
  await editField(dashboard, "/coins", "10");
  await daemon.call("entries.remove", '{"store":"Mine","key":"gone"}');
  await expect(dashboard.locator("#entry-stale")).toBeVisible();
  await dashboard.keyboard.press("Control+s");
  await dashboard.locator("#conflict-use").click();
  await expect(dashboard.locator("#conflict-dialog")).toHaveCount(0);
  expect(await daemon.valueText("Mine", "gone")).toBe('{"coins":10}');
});

test("U-35: a killed daemon is noticed, drafts stay, and a restart goes on where it was", async ({
  daemon,
  dashboard,
}) => {
  await daemon.put("Mine", "kept", '{"coins":1}');
  await openEntry(dashboard, "Mine", "kept");
  await editField(dashboard, "/coins", "10");
  await daemon.kill();
  await expect(dashboard.locator("#link-band")).toBeVisible({ timeout: 2_000 });
  await expect(dashboard.locator("#status-link")).toHaveAttribute("data-state", "lost");
  await expect(dashboard.locator("#view-entry")).toHaveAttribute("data-state", "disconnected");
  await expect(dashboard.locator("#entry-save")).toHaveAttribute("aria-disabled", "true");
  await editField(dashboard, "/coins", "11");
  await expect(field(dashboard, "/coins")).toContainText("11");

  await daemon.restart();
  await dashboard.locator("#link-try").click();
  await expect(dashboard.locator("#link-band")).toHaveCount(0);
  await expect(field(dashboard, "/coins")).toContainText("11");
  await dashboard.locator("#entry-save").click();
  await expect(dashboard.locator("#status-drafts")).toHaveAttribute("data-count", "0");
  expect(await daemon.valueText("Mine", "kept")).toBe('{"coins":11}');
});

test("drafts survive a reload of the page", async ({ daemon, dashboard }) => {
  await daemon.put("Mine", "reload", '{"coins":1}');
  await openEntry(dashboard, "Mine", "reload");
  await editField(dashboard, "/coins", "10");
  await dashboard.reload();
  await expect(field(dashboard, "/coins")).toContainText("10");
  await expect(dashboard.locator("#status-drafts")).toHaveAttribute("data-count", "1");
  await dashboard.locator("#entry-discard").click();
  await expect(field(dashboard, "/coins")).toContainText("1");
  await expect(dashboard.locator("#status-drafts")).toHaveAttribute("data-count", "0");
});
