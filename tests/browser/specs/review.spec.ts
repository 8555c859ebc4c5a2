import type { Page } from "@playwright/test";
import { callAs, classify, editField, expect, field, go, openEntry, openReview, stageAs, test } from "../src/fixtures";

const BEFORE = '{"coins":12500,"id":9007199254740993,"none":{},"list":[]}';

/** The one staged or committed change of the entry that is open, from its draft to its review. */
async function reviewEdit(page: Page, store: string, key: string, pointer: string, typed: string): Promise<void> {
  await openEntry(page, store, key);
  await editField(page, pointer, typed);
  await expect(page.locator("#entry-save")).toHaveText(/Review \d+ change/);
  await page.keyboard.press("Control+s");
  await expect(page.locator("#view-review")).toHaveAttribute("data-state", "ready");
}

async function countOf(page: Page, state: string): Promise<number> {
  return Number((await page.locator(`#review-state-${state}`).getAttribute("data-count")) ?? 0);
}

test("U-09, U-11, U-12, U-13: production is changed by review, reason and commit, and put back from the toast", async ({
  daemon,
  dashboard,
}) => {
  const page = dashboard;
  const entry = JSON.stringify({ store: "Saves", key: "p1", userIds: ["7"], attributes: { a: 1 } });
  await daemon.call("entries.set", `${entry.slice(0, -1)},"value":${BEFORE}}`);
  await classify(daemon, "production");
  await reviewEdit(page, "Saves", "p1", "/coins", "15000");

  await expect(page.locator("#review-difference")).toBeFocused();
  await expect(page.locator("#review-difference [data-path='/coins']")).toContainText("12500");
  await expect(page.locator(".review-head .chip")).toContainText("Production");
  await expect(page.locator("#review-cost")).not.toBeEmpty();
  const commit = page.locator("#commit-confirm");
  await expect(commit).toHaveText(/Commit 1 entry to PRODUCTION/);
  await expect(commit).toHaveAttribute("aria-disabled", "true");
  await commit.click({ force: true });
  await page.locator("#commit-reason").fill("ticket 12");
  await page.keyboard.press("Enter");
  await expect(page.locator("#review-set-state")).toHaveAttribute("data-state", "staged");
  expect(await daemon.valueText("Saves", "p1")).toBe(BEFORE);

  await commit.click();
  await expect(page.locator("#review-set-state")).toHaveAttribute("data-state", "done");
  await expect(page.locator("#review-items [data-key=p1]")).toHaveAttribute("data-state", "saved");
  expect(await daemon.valueText("Saves", "p1")).toBe(BEFORE.replace("12500", "15000"));
  await expect(page.locator("#status-drafts")).toHaveAttribute("data-count", "0");

  // J-14: the toast, the commit of the undo, and the reason that production asks for.
  await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await expect(page.locator("#commit-confirm")).toHaveText(/Commit undo of 1 entry to PRODUCTION/);
  await page.locator("#commit-reason").fill("wrong player");
  await page.locator("#commit-confirm").click();
  await expect(page.locator("#review-set-state")).toHaveAttribute("data-state", "done");
  expect(await daemon.valueText("Saves", "p1")).toBe(BEFORE);
  const restored = await daemon.call("entries.get", '{"store":"Saves","key":"p1"}');
  expect(restored).toContain('"userIds":["7"]');
  expect(restored).toContain('"attributes":{"a":1}');
});

test("staging works in a read-only connection, and one button unlocks and commits (J-2)", async ({
  daemon,
  dashboard,
}) => {
  const page = dashboard;
  await daemon.put("Saves", "p1", '{"coins":1}');
  await daemon.call("connections.update", '{"connection":"Sandbox","environment":"production","readOnly":true}');
  await reviewEdit(page, "Saves", "p1", "/coins", "2");
  await expect(page.locator("#view-review")).toHaveAttribute("data-mode", "readonly");
  await expect(page.locator("#commit-confirm")).toHaveText(/Unlock and commit 1 entry to PRODUCTION/);
  await page.locator("#commit-reason").fill("ticket 12");
  await page.locator("#commit-minutes").selectOption("5");
  expect(await daemon.valueText("Saves", "p1")).toBe('{"coins":1}');
  await page.locator("#commit-confirm").click();
  await expect(page.locator("#review-set-state")).toHaveAttribute("data-state", "done");
  expect(await daemon.valueText("Saves", "p1")).toBe('{"coins":2}');
  await expect(page.locator("#header-countdown")).toHaveText(/^[45]:\d\d$/);
});

test("edits of several entries gather in one review, are dropped one by one, and stay drafts when discarded", async ({
  daemon,
  dashboard,
}) => {
  const page = dashboard;
  await daemon.put("Saves", "a", '{"coins":1}');
  await daemon.put("Guilds", "b", '{"size":1}');
  await classify(daemon, "unclassified");
  await reviewEdit(page, "Saves", "a", "/coins", "2");
  await reviewEdit(page, "Guilds", "b", "/size", "2");
  await expect(page.locator("#review-summary")).toHaveText("2 entries in 2 data stores");
  await expect(page.locator("#review-items [data-store]")).toHaveCount(2);
  await expect(page.locator("#rail-changes .rail-count")).toHaveAttribute("data-count", "2");
  await expect(page.locator("#status-drafts")).toHaveAttribute("data-count", "0");

  await page.locator("#review-items [data-key=a]").click();
  await page.keyboard.press("Delete");
  await expect(page.locator("#review-items [data-key]")).toHaveCount(1);
  await expect(page.locator("#status-drafts")).toHaveAttribute("data-count", "1");

  await page.locator("#review-discard").click();
  await expect(page.locator("#discard-dialog")).toContainText("Discard 1 staged change?");
  await expect(page.locator("#discard-cancel")).toBeFocused();
  await page.locator("#discard-confirm").click();
  await expect(page.locator("#view-changes")).toHaveAttribute("data-state", "empty");
  await expect(page.locator("#status-drafts")).toHaveAttribute("data-count", "2");
  await openEntry(page, "Guilds", "b");
  await expect(field(page, "/size")).toContainText("2");
  expect(await daemon.valueText("Guilds", "b")).toBe('{"size":1}');
});

test("an edit made after staging is told, and its review takes the place of the earlier one", async ({
  daemon,
  dashboard,
}) => {
  const page = dashboard;
  await daemon.put("Saves", "a", '{"coins":1,"level":1}');
  await classify(daemon, "production");
  await reviewEdit(page, "Saves", "a", "/coins", "2");
  await openEntry(page, "Saves", "a");
  await expect(page.locator("#entry-staged")).toBeVisible();
  await expect(page.locator("#entry-save")).toHaveText("Open the review");
  await editField(page, "/level", "5");
  await expect(page.locator("#entry-staged")).toContainText("An earlier state");
  await page.keyboard.press("Control+s");
  await expect(page.locator("#view-review")).toHaveAttribute("data-state", "ready");
  await expect(page.locator("#review-items [data-key=a]")).toHaveCount(1);
  await expect(page.locator(".difference-rows [data-kind=changed]")).toHaveCount(2);
});

test("a deletion is staged by one press and asks for the key; restoring and creating are reviewed too", async ({
  daemon,
  dashboard,
}) => {
  const page = dashboard;
  await daemon.put("Saves", "old", '{"coins":1}');
  await daemon.put("Saves", "old", '{"coins":2}');
  await classify(daemon, "production");
  await openEntry(page, "Saves", "old");
  await page.locator("#entry-remove").click();
  await expect(page.locator("#view-review")).toHaveAttribute("data-state", "ready");
  await page.locator("#commit-reason").fill("cheater");
  const commit = page.locator("#commit-confirm");
  await expect(commit).toHaveAttribute("aria-disabled", "true");
  await page.locator("#confirm-key").fill(" OLD ");
  await commit.click();
  await expect(page.locator("#review-set-state")).toHaveAttribute("data-state", "done");
  expect(await daemon.refusal("entries.get", { store: "Saves", key: "old" })).toBe("DS005");

  await go(page, "#/Sandbox/std/Saves/global/old?tab=history");
  await page.locator("[id^=history-restore-]").first().click();
  await expect(page.locator("#review-items [data-key=old]")).toHaveAttribute("data-state", "staged");
  await page.locator("#commit-reason").fill("not a cheater");
  await commit.click();
  await expect(page.locator("#review-set-state")).toHaveAttribute("data-state", "done");
  expect(await daemon.valueText("Saves", "old")).toBe('{"coins":2}');

  await openEntry(page, "Saves", "old");
  await page.locator("#entry-duplicate").click();
  await page.locator("#new-key").fill("old");
  await page.locator("#new-create").click();
  await expect(page.locator("#new-key-note")).toContainText("exists already");
  await page.locator("#new-key").fill("fresh");
  await expect(page.locator("#new-create")).toHaveText("Review 1 change");
  await page.locator("#new-create").click();
  await expect(page.locator("#review-items [data-key=fresh]")).toContainText("new");
});

test("U-28: five hundred entries are committed by number and word; few rows exist, and the outcomes add up", async ({
  daemon,
  dashboard,
}) => {
  const page = dashboard;
  const keys = Array.from({ length: 500 }, (_, index) => `k${String(index).padStart(3, "0")}`);
  await daemon.import(
    "Saves",
    keys.map((key) => ({ key, value: '{"coins":1}' })),
  );
  const set = await stageAs(
    page,
    keys.map((key) => ({ kind: "edit", store: "Saves", key, edits: [{ op: "set", path: "/coins", value: 2 }] })),
    { title: "Double weekend" },
  );
  await openReview(page, set.id);
  await expect(page.locator("#review-state-all")).toHaveAttribute("data-count", "500");
  expect(await page.locator("#review-items [role=row]").count()).toBeLessThanOrEqual(200);
  await page.locator("#review-items").focus();
  await page.keyboard.press("End");
  await expect(page.locator("#review-items [data-key]").last()).toBeVisible();

  const commit = page.locator("#commit-confirm");
  await page.locator("#commit-reason").fill("weekend");
  await page.locator("#confirm-count").fill("499");
  await page.locator("#confirm-environment").fill("Local");
  await expect(commit).toHaveAttribute("aria-disabled", "true");
  await page.locator("#confirm-count").fill("500");
  await commit.click();
  await expect(page.locator("#review-set-state")).toHaveAttribute("data-state", "done", { timeout: 30_000 });
  const total = await countOf(page, "all");
  const parts = await page
    .locator("#review-states button:not(#review-state-all)")
    .evaluateAll((buttons) => buttons.reduce((sum, button) => sum + Number(button.getAttribute("data-count")), 0));
  expect([total, parts, await countOf(page, "saved")]).toEqual([500, 500, 500]);
  expect(await daemon.valueText("Saves", "k321")).toBe('{"coins":2}');
  await expect(page.locator("#review-job")).toBeVisible();
  await page.locator("#review-undo").click();
  await expect(page.locator("#commit-confirm")).toHaveText(/Commit undo of 500 entries to LOCAL/);
});

test("U-42: a change is staged, reviewed, committed and undone with the keyboard alone", async ({
  daemon,
  dashboard,
}) => {
  const page = dashboard;
  await daemon.put("Saves", "p1", '{"coins":1}');
  await classify(daemon, "production");
  await openEntry(page, "Saves", "p1");
  await editField(page, "/coins", "2");
  await page.keyboard.press("Control+s");
  await expect(page.locator("#review-difference")).toBeFocused();
  await page.keyboard.press("x");
  await expect(page.locator(".text-difference")).toBeVisible();
  await page.keyboard.press("Tab");
  const focusReason = async () => {
    for (let presses = 0; presses < 30; presses += 1) {
      if (await page.locator("#commit-reason").evaluate((element) => element === document.activeElement)) {
        return;
      }
      await page.keyboard.press("Tab");
    }
    throw new Error("the reason cannot be reached by Tab");
  };
  await focusReason();
  await page.keyboard.type("by keyboard");
  await page.keyboard.press("Control+Enter");
  await expect(page.locator("#review-set-state")).toHaveAttribute("data-state", "done");
  expect(await daemon.valueText("Saves", "p1")).toBe('{"coins":2}');

  await page.locator("#review-difference").focus();
  await page.keyboard.press("u");
  await expect(page.locator("#commit-confirm")).toHaveText(/Commit undo/);
  await focusReason();
  await page.keyboard.type("back");
  await page.keyboard.press("Control+Enter");
  await expect(page.locator("#review-set-state")).toHaveAttribute("data-state", "done");
  expect(await daemon.valueText("Saves", "p1")).toBe('{"coins":1}');
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await expect(page.locator("#view-changes")).toHaveAttribute("data-state", "empty");
});

test("user tags and metadata are part of the difference, as a tree and side by side as text", async ({
  daemon,
  dashboard,
}) => {
  const page = dashboard;
  await page.setViewportSize({ width: 1280, height: 800 });
  const entry = JSON.stringify({ store: "Saves", key: "p1", userIds: ["7"], attributes: { a: 1 } });
  await daemon.call("entries.set", `${entry.slice(0, -1)},"value":${BEFORE}}`);
  const set = await stageAs(page, [
    { kind: "edit", store: "Saves", key: "p1", edits: [], userIds: ["7", "8"], attributes: { a: 2 } },
  ]);
  await openReview(page, set.id);
  await expect(page.locator("[data-beside=userIds] [data-kind=added]")).toContainText("8");
  await expect(page.locator("[data-beside=attributes] [data-path='/a']")).toContainText("2");
  await page.locator("#difference-view-text").click();
  const text = page.locator(".text-difference");
  await expect(text).toHaveAttribute("data-wide", "true");
  await expect(text.locator(".text-come").first()).toContainText("8");
  await expect(text.locator(".text-gone")).toHaveCount(1);
  await page.setViewportSize({ width: 1000, height: 800 });
  await expect(text).toHaveAttribute("data-wide", "false");
});

test("U-36, U-37: a link opens the set and its item, changes nothing, and says when there is none", async ({
  daemon,
  dashboard,
}) => {
  const page = dashboard;
  await daemon.put("Saves", "p1", '{"coins":1}');
  await daemon.put("Saves", "p2", '{"coins":1}');
  const edits = [{ op: "set", path: "/coins", value: 2 }];
  const set = await stageAs(page, [
    { kind: "edit", store: "Saves", key: "p1", edits },
    { kind: "edit", store: "Saves", key: "p2", edits },
  ]);
  await page.goto(`${daemon.address}/#/Sandbox/changes/${set.id}?item=2`);
  await page.reload();
  await expect(page.locator("#difference-title")).toContainText("p2");
  const { set: after } = await callAs<{ set: { state: string } }>(page, "changesets.get", { set: set.id });
  expect(after.state).toBe("staged");
  await go(page, "#/Sandbox/changes/0199aaaa-0000-7000-8000-000000000000");
  await expect(page.locator("#review-error")).toBeVisible();
  await expect(page.locator("#review-to-list")).toBeVisible();
});
