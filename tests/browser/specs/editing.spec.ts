import { editField, expect, field, openEntry, test } from "../src/fixtures";

const AWKWARD =
  '{"coins":1.0,"big":12345678901234567890,"e":{},"list":[],"u":"\\u00e9\\/","mixed":[1, {"x" : null}],"level":3}';

test("U-26: editing one number in the tree leaves every other byte", async ({ daemon, dashboard }) => {
  await daemon.put("Mine", "awkward", AWKWARD);
  await openEntry(dashboard, "Mine", "awkward");
  const before = await dashboard.locator("#entry-revision").textContent();
  await expect(dashboard.locator("#entry-warnings")).toContainText("big");
  await editField(dashboard, "/level", "4");
  await expect(dashboard.locator("#status-drafts")).toHaveAttribute("data-count", "1");
  expect(await daemon.valueText("Mine", "awkward")).toBe(AWKWARD);

  await dashboard.keyboard.press("Control+s");
  await expect(dashboard.locator("#status-drafts")).toHaveAttribute("data-count", "0");
  await expect(dashboard.locator("#entry-revision")).not.toHaveText(before ?? "");
  expect(await daemon.valueText("Mine", "awkward")).toBe(AWKWARD.replace('"level":3', '"level":4'));
});

test("fields are added, renamed and removed in the tree, and edits are undone", async ({ daemon, dashboard }) => {
  await daemon.put("Mine", "tree", '{"a":1,"pets":{"fox":1},"list":[1,2]}');
  await openEntry(dashboard, "Mine", "tree");

  await field(dashboard, "/pets").click();
  await dashboard.keyboard.press("Insert");
  await dashboard.locator("#tree-add-name").fill("cat");
  await dashboard.locator("#tree-add-value").fill('{"level":2}');
  await dashboard.keyboard.press("Enter");
  await expect(field(dashboard, "/pets/cat")).toBeVisible();

  await field(dashboard, "/list").click();
  await dashboard.keyboard.press("Insert");
  await dashboard.locator("#tree-add-value").fill("three");
  await dashboard.keyboard.press("Enter");
  await expect(dashboard.getByRole("alert")).toBeVisible();
  await dashboard.locator("#tree-writing").selectOption("text");
  await dashboard.locator("#tree-add-confirm").click();
  await expect(field(dashboard, "/list/2")).toContainText('"three"');

  await field(dashboard, "/a").click();
  await dashboard.locator("#tree-rename").click();
  await dashboard.locator("#tree-name").fill("coins");
  await dashboard.keyboard.press("Enter");
  await expect(field(dashboard, "/coins")).toBeVisible();

  await field(dashboard, "/list/0").click();
  await dashboard.keyboard.press("Delete");
  await dashboard.keyboard.press("Control+z");
  await expect(field(dashboard, "/list/2")).toBeVisible();
  await dashboard.keyboard.press("Control+Shift+z");
  await expect(field(dashboard, "/list/2")).toHaveCount(0);

  await dashboard.keyboard.press("Control+s");
  await expect(dashboard.locator("#status-drafts")).toHaveAttribute("data-count", "0");
  expect(await daemon.valueText("Mine", "tree")).toBe(
    '{"coins":1,"pets":{"fox":1,"cat":{"level":2}},"list":[2,"three"]}',
  );
});

test("the JSON view checks the text, and saves what was typed without rewriting the rest", async ({
  daemon,
  dashboard,
}) => {
  await daemon.put("Mine", "json", AWKWARD.replaceAll(", {", ",{").replaceAll(" : ", ":"));
  await openEntry(dashboard, "Mine", "json", "?view=json");
  const editor = dashboard.locator(".cm-content");
  await expect(editor).toContainText('"big": 12345678901234567890');
  await editor.click();
  await dashboard.keyboard.press("Control+End");
  await dashboard.keyboard.type("x");
  await expect(dashboard.locator("#json-status")).toContainText(/Line \d+, column \d+/);
  await expect(dashboard.locator("#entry-save")).toHaveAttribute("aria-disabled", "true");
  await dashboard.keyboard.press("Backspace");
  await expect(dashboard.locator("#json-status")).toHaveAttribute("data-valid", "true");
  await expect(dashboard.locator("#status-drafts")).toHaveAttribute("data-count", "0");

  for (const key of ["ArrowUp", "End", "Backspace"]) {
    await dashboard.keyboard.press(key);
  }
  await dashboard.keyboard.type("55");
  await dashboard.keyboard.press("Control+s");
  await expect(dashboard.locator("#status-drafts")).toHaveAttribute("data-count", "0");
  const expected = AWKWARD.replaceAll(", {", ",{").replaceAll(" : ", ":").replace('"level":3', '"level":55');
  expect(await daemon.valueText("Mine", "json")).toBe(expected);
});

test("Ctrl+S saves from inside a field, and undo inside a text field is the field's own", async ({
  daemon,
  dashboard,
}) => {
  await daemon.put("Mine", "inline", '{"coins":1,"level":1}');
  await openEntry(dashboard, "Mine", "inline");
  await field(dashboard, "/coins").dblclick();
  await dashboard.locator("#tree-value").fill("5");
  await dashboard.keyboard.press("Control+s");
  await expect.poll(() => daemon.valueText("Mine", "inline")).toBe('{"coins":5,"level":1}');

  await editField(dashboard, "/level", "2");
  await dashboard.locator("#tree-find").fill("x");
  await dashboard.keyboard.press("Control+z");
  await expect(field(dashboard, "/level")).toContainText("2");
});

test("a value stored with white space keeps it", async ({ daemon, dashboard }) => {
  await daemon.put("Mine", "spaced", AWKWARD);
  await openEntry(dashboard, "Mine", "spaced", "?view=json");
  await dashboard.locator(".cm-content").click();
  await dashboard.keyboard.press("Control+Home");
  await dashboard.keyboard.press("ArrowRight");
  await dashboard.keyboard.type('"new": 1, ');
  await dashboard.keyboard.press("Control+s");
  await expect(dashboard.locator("#status-drafts")).toHaveAttribute("data-count", "0");
  expect(await daemon.valueText("Mine", "spaced")).toBe(AWKWARD.replace("{", '{"new": 1, '));
});

test("an earlier revision is looked at and restored", async ({ daemon, dashboard }) => {
  await daemon.put("Mine", "past", '{"coins":1}');
  await daemon.put("Mine", "past", '{"coins":2}');
  await openEntry(dashboard, "Mine", "past");
  await dashboard.locator("#entry-tab-history").click();
  const rows = dashboard.locator(".history-row");
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(1)).toHaveAttribute("data-state", /kept|localCopy/);

  await dashboard.locator("#history-view-1").click();
  await expect(dashboard.locator("#entry-past")).toBeVisible();
  await expect(field(dashboard, "/coins")).toContainText("1");
  await expect(dashboard.locator("#tree-grid")).toHaveAttribute("aria-readonly", "true");

  await dashboard.locator("#entry-tab-history").click();
  await dashboard.locator("#history-restore-1").click();
  await expect(dashboard.locator("#restore-cancel")).toBeFocused();
  await dashboard.locator("#restore-confirm").click();
  await expect(field(dashboard, "/coins")).toContainText("1");
  expect(await daemon.valueText("Mine", "past")).toBe('{"coins":1}');
  await dashboard.locator("#entry-tab-history").click();
  await expect(rows).toHaveCount(3);
});

test("user tags and metadata are edited within their limits, and kept by other saves", async ({
  daemon,
  dashboard,
}) => {
  await daemon.put("Mine", "tags", '{"coins":1}');
  await openEntry(dashboard, "Mine", "tags", "?tab=metadata");
  await dashboard.locator("#users-id").fill("not a number");
  await expect(dashboard.locator("#users-problem")).toBeVisible();
  await dashboard.locator("#users-id").fill("4812345");
  await dashboard.keyboard.press("Enter");
  await dashboard.locator("#metadata-add").click();
  await dashboard.locator("#metadata-value-0").fill("x".repeat(251));
  await dashboard.locator("#metadata-name-0").click();
  await expect(dashboard.locator("#metadata-problem")).toBeVisible();
  await expect(dashboard.locator("#entry-save")).toHaveAttribute("aria-disabled", "true");
  await dashboard.locator("#metadata-value-0").fill("gold");
  await dashboard.locator("#metadata-name-0").click();
  await dashboard.keyboard.press("Control+s");
  await expect(dashboard.locator("#status-drafts")).toHaveAttribute("data-count", "0");

  await dashboard.locator("#entry-tab-value").click();
  await editField(dashboard, "/coins", "2");
  await dashboard.keyboard.press("Control+s");
  await expect(dashboard.locator("#status-drafts")).toHaveAttribute("data-count", "0");
  const body = await daemon.call("entries.get", '{"store":"Mine","key":"tags"}');
  expect(body).toContain('"userIds":["4812345"]');
  expect(body).toContain('"attributes":{"name1":"gold"}');
});

test("an entry is created, duplicated and deleted; deleting takes its key", async ({ daemon, dashboard }) => {
  await dashboard.locator("#home-open-Sandbox").click();
  await dashboard.locator("#stores-new").click();
  await dashboard.locator("#new-store").fill("Fresh");
  await dashboard.locator("#new-key").fill("first");
  await dashboard.locator("#new-value").fill('{"n": 1.50}');
  await dashboard.locator("#new-create").click();
  await expect(field(dashboard, "/n")).toContainText("1.50");
  expect(await daemon.valueText("Fresh", "first")).toBe('{"n": 1.50}');
  await expect(dashboard.locator("[data-store=Fresh]")).toBeVisible();

  await dashboard.locator("#entry-duplicate").click();
  await dashboard.locator("#new-key").fill("first");
  await dashboard.locator("#new-create").click();
  await expect(dashboard.locator("#new-key-note")).toContainText("exists already");
  await dashboard.locator("#new-key").fill("second");
  await dashboard.locator("#new-create").click();
  await expect(dashboard.locator("#keys-grid [data-key=second]")).toHaveAttribute("aria-selected", "true");
  expect(await daemon.valueText("Fresh", "second")).toBe('{"n": 1.50}');

  await dashboard.locator("#entry-remove").click();
  const confirm = dashboard.locator("#remove-confirm");
  await expect(confirm).toHaveAttribute("aria-disabled", "true");
  await confirm.click({ force: true });
  await expect(dashboard.locator("#remove-dialog")).toBeVisible();
  await dashboard.locator("#remove-key").fill("Second");
  await dashboard.keyboard.press("Enter");
  await expect(dashboard.locator("#remove-dialog")).toBeVisible();
  await confirm.click();
  await expect(dashboard.locator("#keys-grid [data-key=second]")).toHaveCount(0);

  await dashboard.evaluate(() => {
    window.location.hash = "#/Sandbox/std/Fresh/global/second?tab=history";
  });
  await dashboard.locator("#history-restore-1").click();
  await dashboard.locator("#restore-confirm").click();
  await expect(field(dashboard, "/n")).toContainText("1.50");
});

test("U-02: J-3, one value fixed with the keyboard alone, in 8 actions", async ({ daemon, dashboard }) => {
  await daemon.put("Players", "Player_81", '{"coins":12500,"level":14}');
  await daemon.put("Players", "Player_82", '{"coins":1,"level":1}');
  await dashboard.evaluate(() => {
    window.location.hash = "#/Sandbox/std/Players";
  });
  await expect(dashboard.locator("#keys-count")).toHaveAttribute("data-count", "2");
  let actions = 0;
  const act = async (deed: () => Promise<void>) => {
    actions += 1;
    await deed();
  };
  await act(() => dashboard.keyboard.press("Control+k"));
  await dashboard.keyboard.type("Player_81");
  await expect(dashboard.locator("#palette [role=option][aria-selected=true]")).toContainText("Player_81");
  await act(() => dashboard.keyboard.press("Enter"));
  await expect(dashboard.locator("#tree-grid")).toBeFocused();
  await act(() => dashboard.keyboard.press("Control+f"));
  await dashboard.keyboard.type("coins");
  await act(() => dashboard.keyboard.press("Enter"));
  await expect(field(dashboard, "/coins")).toHaveAttribute("aria-selected", "true");
  await act(() => dashboard.keyboard.press("Enter"));
  await dashboard.keyboard.type("15000");
  await act(() => dashboard.keyboard.press("Enter"));
  await act(() => dashboard.keyboard.press("Control+s"));
  await expect(dashboard.locator("#status-drafts")).toHaveAttribute("data-count", "0");
  expect(actions).toBeLessThanOrEqual(8);
  expect(await daemon.valueText("Players", "Player_81")).toBe('{"coins":15000,"level":14}');
});
