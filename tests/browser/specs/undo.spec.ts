import { classify, editField, expect, field, go, openEntry, test } from "../src/fixtures";

test("U-17, U-18: the toast of a save holds its Undo while it is pointed at or focused", async ({
  daemon,
  dashboard,
}) => {
  const page = dashboard;
  await daemon.put("Saves", "p1", '{"coins":1}');
  await openEntry(page, "Saves", "p1");
  await page.clock.install();
  await editField(page, "/coins", "2");
  await page.keyboard.press("Control+s");
  const undo = page.locator(".toast").getByRole("button", { name: "Undo" });
  await expect(undo).toBeVisible();
  await page.clock.runFor(9_000);
  await expect(undo).toBeVisible();
  await undo.hover();
  await page.clock.runFor(60_000);
  await expect(undo).toBeVisible();
  await page.mouse.move(5, 5);
  await undo.focus();
  await page.clock.runFor(60_000);
  await expect(undo).toBeVisible();
  await undo.press("Enter");
  await expect(page.locator("#commit-confirm")).toHaveText(/Commit undo of 1 entry to LOCAL/);
  await page.locator("#commit-confirm").click();
  await expect(page.locator("#review-set-state")).toHaveAttribute("data-state", "done");
  expect(await daemon.valueText("Saves", "p1")).toBe('{"coins":1}');
});

test("Ctrl+Z takes typing back first, then opens the undo of the last operation without doing it; redo is named so", async ({
  daemon,
  dashboard,
}) => {
  const page = dashboard;
  await daemon.put("Saves", "p1", '{"coins":1}');
  await openEntry(page, "Saves", "p1");
  await editField(page, "/coins", "2");
  await page.keyboard.press("Control+s");
  await expect(page.locator("#status-drafts")).toHaveAttribute("data-count", "0");
  await editField(page, "/coins", "3");
  await page.keyboard.press("Control+z");
  await expect(field(page, "/coins")).toContainText("2");
  await page.keyboard.press("Control+z");
  await expect(page.locator("#commit-confirm")).toHaveText(/Commit undo of 1 entry to LOCAL/);
  expect(await daemon.valueText("Saves", "p1")).toBe('{"coins":2}');
  // The same undo is opened again, not staged once more.
  await openEntry(page, "Saves", "p1");
  await page.locator("#tree-grid").focus();
  await page.keyboard.press("Control+z");
  await expect(page.locator("#commit-confirm")).toBeVisible();
  await go(page, "#/Sandbox/changes");
  await expect(page.locator("#changes-list li")).toHaveCount(1);
  await page.locator("#changes-list a").click();
  await page.locator("#commit-confirm").click();
  await expect(page.locator("#review-set-state")).toHaveAttribute("data-state", "done");
  expect(await daemon.valueText("Saves", "p1")).toBe('{"coins":1}');

  await expect(page.locator("#review-undo")).toHaveText(/Redo \(undo the undo\)/);
  await page.locator("#review-undo").click();
  await expect(page.locator("#commit-confirm")).toHaveText(/Commit redo of 1 entry to LOCAL/);
  await page.locator("#commit-confirm").click();
  await expect(page.locator("#review-set-state")).toHaveAttribute("data-state", "done");
  expect(await daemon.valueText("Saves", "p1")).toBe('{"coins":2}');
});

test("operations say who, why and what came of it, and a revision leads to its operation", async ({
  daemon,
  dashboard,
}) => {
  const page = dashboard;
  await daemon.put("Saves", "p1", '{"coins":1}');
  await classify(daemon, "production");
  await openEntry(page, "Saves", "p1");
  await editField(page, "/coins", "2");
  await page.keyboard.press("Control+s");
  await page.locator("#commit-reason").fill("ticket 482");
  await page.locator("#commit-confirm").click();
  await expect(page.locator("#review-set-state")).toHaveAttribute("data-state", "done");

  await go(page, "#/Sandbox/history");
  await expect(page.locator("#view-history")).toHaveAttribute("data-state", "ready");
  const first = page.locator("#operation-row-0");
  await expect(first).toContainText("ticket 482");
  await expect(first).toContainText("1 saved");
  await expect(page.locator("#operations-grid [role=row]")).toHaveCount(2);
  await page.locator("#operations-grid").focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("#review-set-state")).toHaveAttribute("data-state", "done");

  await openEntry(page, "Saves", "p1", "?tab=history");
  const revision = page.locator(".history-row").first();
  await expect(revision.locator(".history-author")).toContainText("ticket 482");
  await revision.getByRole("link", { name: "Operation" }).click();
  await expect(page.locator("#review-items [data-key=p1]")).toHaveAttribute("data-state", "saved");
});

test("an undo of what changed since is a conflict, and nothing is forced", async ({ daemon, dashboard }) => {
  const page = dashboard;
  await daemon.put("Saves", "p1", '{"coins":1}');
  await openEntry(page, "Saves", "p1");
  await editField(page, "/coins", "2");
  await page.keyboard.press("Control+s");
  await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await expect(page.locator("#commit-confirm")).toBeVisible();
  await daemon.put("Saves", "p1", '{"coins":7}');
  await page.locator("#commit-confirm").click();
  await expect(page.locator("#review-attention")).toHaveAttribute("data-count", "1");
  expect(await daemon.valueText("Saves", "p1")).toBe('{"coins":7}');
});
