import { audit, smallTargets } from "../src/audit";
import { editField, expect, field, go, openEntry, openReview, stageAs, test } from "../src/fixtures";

for (const theme of ["dark", "light"] as const) {
  test(`U-46: no accessibility violation in any view, ${theme}`, async ({ daemon, dashboard, page }) => {
    test.slow();
    await daemon.put(
      "Mine",
      "one",
      '{"coins":1,"big":12345678901234567890,"list":[1,{"x":null}],"name":"Ann","on":true}',
    );
    await daemon.put(
      "Mine",
      "one",
      '{"coins":2,"big":12345678901234567890,"list":[1,{"x":null}],"name":"Ann","on":true}',
    );
    await daemon.call("ordered.set", '{"store":"Scores","key":"ann","value":"5"}');
    await dashboard.evaluate(() => {
      window.location.hash = "#/settings/appearance";
    });
    await page.locator(`#settings-theme-${theme}`).check();
    await audit(page, "settings");
    await page.locator("#rail-home").click();
    await expect(page.locator("#view-home")).toHaveAttribute("data-state", "ready");
    await audit(page, "home");
    await page.locator("#rail-security").click();
    await expect(page.locator("#view-tokens")).toHaveAttribute("data-state", "ready");
    await audit(page, "tokens");
    await page.locator("#tokens-new").click();
    await audit(page, "new token");
    await page.keyboard.press("Escape");
    await page.locator("#security-approvals").click();
    await expect(page.locator("#view-approvals")).toHaveAttribute("data-state", "empty");
    await audit(page, "approvals");
    await page.locator("#rail-explorer").click();
    await expect(page.locator("#view-stores")).toHaveAttribute("data-state", "ready");
    await audit(page, "stores");
    await page.locator("[data-store=Scores]").click();
    await page.locator("#ordered-grid [data-key=ann]").click();
    await audit(page, "ordered");
    await openEntry(page, "Mine", "one");
    await editField(page, "/coins", "3");
    await expect(field(page, "/coins")).toContainText("3");
    await audit(page, "tree");
    await page.locator("#value-view-json").click();
    await expect(page.locator(".cm-content")).toBeVisible();
    await audit(page, "json");
    await page.locator("#entry-tab-metadata").click();
    await audit(page, "metadata");
    await page.locator("#entry-tab-history").click();
    await expect(page.locator(".history-row")).toHaveCount(2);
    await audit(page, "history");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("one");
    await expect(page.locator("#palette [role=option]").first()).toBeVisible();
    await audit(page, "palette");
    await page.keyboard.press("Escape");
    await page.locator("#entry-remove").click();
    await audit(page, "delete");
    await page.keyboard.press("Escape");
    await daemon.put("Mine", "one", '{"coins":9}');
    await expect(page.locator("#entry-stale")).toBeVisible();
    await page.locator("#entry-save").click();
    await expect(page.locator("#conflict-dialog")).toBeVisible();
    await audit(page, "conflict");
  });

  test(`U-46, U-50: no accessibility violation around change sets and jobs, ${theme}`, async ({
    daemon,
    dashboard: page,
  }) => {
    test.slow();
    await go(page, "#/settings/appearance");
    await page.locator(`#settings-theme-${theme}`).check();
    const edits = [
      { op: "set", path: "/coins", value: 2 },
      { op: "remove", path: "/old" },
      { op: "set", path: "/pets/fox", value: { level: 1 } },
    ];
    for (const key of ["a", "b"]) {
      await daemon.put("Saves", key, '{"coins":1,"old":true,"pets":{}}');
    }
    const set = await stageAs(page, [
      { kind: "edit", store: "Saves", key: "a", edits, userIds: ["7"], attributes: { note: "x" } },
      { kind: "edit", store: "Saves", key: "b", edits },
      { kind: "set", store: "Guilds", key: "g", value: 1 },
    ]);
    await go(page, "#/Sandbox/changes");
    await expect(page.locator("#view-changes")).toHaveAttribute("data-state", "ready");
    await audit(page, "staged sets");
    await openReview(page, set.id);
    await expect(page.locator("[data-beside=userIds]")).toBeVisible();
    await page.locator("#review-items [data-key=b] input").check();
    await audit(page, "review");
    expect.soft(await smallTargets(page)).toEqual([]);
    await page.locator("#difference-view-text").click();
    await audit(page, "review as text");
    await page.locator("#review-rename").click();
    await audit(page, "rename");
    await page.keyboard.press("Escape");
    await daemon.put("Saves", "b", '{"coins":9,"old":true,"pets":{}}');
    await page.locator("#commit-confirm").click();
    await expect(page.locator("#review-attention")).toHaveAttribute("data-count", "1");
    await audit(page, "outcomes");
    expect.soft(await smallTargets(page)).toEqual([]);
    await page.locator("[id^=attention-conflict-]").click();
    await expect(page.locator("#conflict-table")).toBeVisible();
    await audit(page, "conflict of an item");
    await page.locator("#conflict-more").click();
    await page.locator("#conflict-overwrite").click();
    await audit(page, "overwrite");
    await page.locator("#overwrite-cancel").click();
    await page.keyboard.press("Escape");
    await page.locator("#rail-home").click();
    await expect(page.locator("#home-open-sets")).toBeVisible();
    await audit(page, "needs you");
    await go(page, "#/Sandbox/history");
    await expect(page.locator("#view-history")).toHaveAttribute("data-state", "ready");
    await audit(page, "operations");
    expect.soft(await smallTargets(page)).toEqual([]);
    await page.locator("#rail-jobs").click();
    await expect(page.locator("#view-jobs")).toHaveAttribute("data-state", "empty");
    await audit(page, "no jobs");
  });
}

test("U-47: lists have the roles, levels and counts of a tree, a grid and a tree grid", async ({
  daemon,
  dashboard,
}) => {
  await daemon.put("Mine", "one", '{"list":[1,2],"n":1}');
  await openEntry(dashboard, "Mine", "one");
  await expect(dashboard.getByRole("tree")).toBeVisible();
  await expect(dashboard.getByRole("treeitem", { name: "Mine" })).toHaveAttribute("aria-level", "2");
  await expect(dashboard.locator("#keys-grid")).toHaveAttribute("aria-rowcount", "1");
  await field(dashboard, "/list").dblclick();
  const item = field(dashboard, "/list/1");
  await expect(item).toHaveAttribute("aria-level", "3");
  await expect(item).toHaveAttribute("aria-posinset", "2");
  await expect(item).toHaveAttribute("aria-setsize", "2");
});

test("U-43, U-44: regions, palette and letters by keyboard; letters do nothing in text fields", async ({
  dashboard,
}) => {
  await dashboard.keyboard.press("g");
  await dashboard.keyboard.press("e");
  await expect(dashboard.locator("#view-stores")).toHaveAttribute("data-state", "ready");
  await dashboard.locator("#stores-filter").focus();
  await dashboard.keyboard.type("g h?");
  await expect(dashboard.locator("#view-stores")).toBeVisible();
  await expect(dashboard.locator("#shortcuts-dialog")).toHaveCount(0);
  await expect(dashboard.locator("#stores-filter")).toHaveValue("g h?");
  await dashboard.keyboard.press("F6");
  const region = await dashboard.evaluate(
    () => document.activeElement?.closest("[data-region]")?.getAttribute("data-region") ?? "",
  );
  expect(region).not.toBe("");
  expect(region).not.toBe("stores");
  await dashboard.locator("h2").first().click();
  await dashboard.keyboard.press("g");
  await dashboard.keyboard.press("x");
  await expect(dashboard.locator("h1")).toBeFocused();
  await dashboard.keyboard.press("?");
  await expect(dashboard.locator("#shortcuts-dialog")).toBeVisible();
  await dashboard.keyboard.press("Escape");
  await expect(dashboard.locator("#shortcuts-dialog")).toHaveCount(0);
});

test("U-50: every button is at least 24 by 24", async ({ daemon, dashboard }) => {
  await daemon.put("Mine", "one", '{"list":[1,2],"n":1}');
  await openEntry(dashboard, "Mine", "one");
  const small = await dashboard.evaluate(() =>
    [...document.querySelectorAll("button, select, input, [role=tab], [role=treeitem]")]
      .map((element) => ({ id: element.id || element.className, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
      .map(({ id, box }) => `${id} ${box.width} x ${box.height}`),
  );
  expect(small).toEqual([]);
});

test("U-53, U-51: forced colours keep edges, and reduced motion stops animations", async ({ daemon, dashboard }) => {
  await daemon.put("Mine", "one", '{"list":[1,2],"n":1}');
  await dashboard.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
  await openEntry(dashboard, "Mine", "one");
  const edge = await field(dashboard, "").evaluate((row) => getComputedStyle(row).outlineStyle);
  expect(edge).toBe("solid");
  await dashboard.keyboard.press("Control+k");
  expect(await dashboard.evaluate(() => document.getAnimations().length)).toBe(0);
});

test("U-52: at 320 px there is one column and no sideways scroll", async ({ daemon, dashboard }) => {
  await daemon.put("Mine", "one", '{"list":[1,2],"n":1}');
  await dashboard.setViewportSize({ width: 320, height: 640 });
  const set = await stageAs(dashboard, [{ kind: "set", store: "Mine", key: "one", value: { list: [], n: 2 } }]);
  for (const hash of [
    "#/",
    "#/Sandbox/stores",
    "#/Sandbox/std/Mine",
    "#/Sandbox/std/Mine/global/one",
    "#/settings",
    "#/Sandbox/changes",
    `#/Sandbox/changes/${set.id}`,
    "#/Sandbox/history",
    "#/jobs",
  ]) {
    await dashboard.evaluate((fragment) => {
      window.location.hash = fragment;
    }, hash);
    await expect(dashboard.locator("[data-view]").last()).toBeVisible();
    const overflow = await dashboard.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, hash).toBeLessThanOrEqual(0);
  }
});
