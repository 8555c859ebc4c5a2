import { expect, field, openEntry, test } from "../src/fixtures";

test("U-68: the sandbox opens marked as sample data, and one press removes it", async ({ dashboard }) => {
  const card = dashboard.locator("#home-connection-Sandbox");
  await expect(card).toContainText("SAMPLE DATA");
  await expect(dashboard).toHaveTitle(/LOCAL · SAMPLE DATA/);
  await dashboard.locator("#home-open-Sandbox").click();
  await expect(dashboard.locator("#view-stores")).toHaveAttribute("data-environment", "local");
  await expect(dashboard.locator("#stores-tree [data-store]").first()).toBeVisible();
  await expect(dashboard.locator("#header-sample")).toBeVisible();

  await dashboard.locator("#rail-home").click();
  await dashboard.locator("#home-remove-sample-Sandbox").click();
  await expect(dashboard.locator("#header-sample")).toHaveCount(0);
  await dashboard.locator("#home-open-Sandbox").click();
  await expect(dashboard.locator("#view-stores")).toHaveAttribute("data-state", "empty");
});

test("a data store's keys are filtered by prefix and scope", async ({ daemon, dashboard }) => {
  await daemon.import(
    "ItemCatalog",
    Array.from({ length: 200 }, (_, index) => ({ key: `pc1.20/items/item_${index}`, value: `{"id":${index}}` })),
  );
  await daemon.put("ItemCatalog", "pc1.20/items/diamond_sword", '{"damage":7}');
  await daemon.put("ItemCatalog", "only_here", "1", "beta");
  await dashboard.locator("#home-open-Sandbox").click();
  await dashboard.locator("[data-store=ItemCatalog]").click();
  await expect(dashboard.locator("#keys-count")).toHaveAttribute("data-count", "202");

  await dashboard.locator("#keys-prefix").fill("pc1.20/items/diamond");
  await expect(dashboard.locator("#keys-count")).toHaveAttribute("data-count", "1");
  await dashboard.locator('[data-key="pc1.20/items/diamond_sword"]').click();
  await expect(field(dashboard, "/damage")).toContainText("7");

  await dashboard.locator("#keys-prefix").fill("");
  await dashboard.locator("#keys-scope").selectOption("beta");
  await expect(dashboard.locator("#keys-count")).toHaveAttribute("data-count", "1");
  await expect(dashboard.locator("#keys-grid [data-key]")).toHaveText(["only_here"]);

  await dashboard.locator("#keys-prefix").fill("nothing begins so");
  await expect(dashboard.locator("#view-keys")).toHaveAttribute("data-state", "empty");
});

test("U-28, U-31: many keys scroll in a few rows, and no total is shown before it is known", async ({
  daemon,
  dashboard,
}) => {
  const count = 30_000;
  await daemon.import(
    "Big",
    Array.from({ length: count }, (_, index) => ({ key: `key_${String(index).padStart(6, "0")}`, value: "1" })),
  );
  await dashboard.goto(`${daemon.address}/#/Sandbox/std/Big`);
  const grid = dashboard.locator("#keys-grid");
  await expect(dashboard.locator("[data-key=key_000000]")).toBeVisible();
  await expect(grid).toHaveAttribute("aria-rowcount", "-1");
  await expect(dashboard.locator("#keys-count")).toContainText("read so far, more below");

  await grid.focus();
  for (let press = 0; press < 6; press += 1) {
    const before = Number(await dashboard.locator("#keys-count").getAttribute("data-count"));
    await dashboard.keyboard.press("End");
    await expect
      .poll(async () => Number(await dashboard.locator("#keys-count").getAttribute("data-count")))
      .toBeGreaterThan(before);
    expect(await grid.getByRole("row").count()).toBeLessThanOrEqual(200);
  }
  await dashboard.keyboard.press("Home");
  await expect(dashboard.locator("[data-key=key_000000]")).toBeVisible();
});

test("U-39: back and forward restore the view", async ({ daemon, dashboard }) => {
  await daemon.put("Mine", "one", '{"a":1}');
  await daemon.put("Mine", "two", '{"b":2}');
  await openEntry(dashboard, "Mine", "one");
  await openEntry(dashboard, "Mine", "two", "?tab=history");
  await expect(dashboard.locator("#entry-tab-history")).toHaveAttribute("aria-selected", "true");
  await dashboard.goBack();
  await expect(field(dashboard, "/a")).toBeVisible();
  await dashboard.goForward();
  await expect(dashboard.locator("#entry-tab-history")).toHaveAttribute("aria-selected", "true");
});

test("U-40: a preview tab is reused, an edited one stays", async ({ daemon, dashboard }) => {
  for (const key of ["one", "two", "three"]) {
    await daemon.put("Mine", key, '{"a":1}');
  }
  await dashboard.goto(`${daemon.address}/#/Sandbox/std/Mine`);
  const tabs = dashboard.locator(".entry-tab");
  await dashboard.locator("#keys-grid [data-key=one]").click();
  await dashboard.locator("#keys-grid [data-key=two]").click();
  await expect(tabs).toHaveText(["two"]);
  await field(dashboard, "/a").dblclick();
  await dashboard.locator("#tree-value").fill("2");
  await dashboard.keyboard.press("Enter");
  await dashboard.locator("#keys-grid [data-key=three]").click();
  await expect(tabs).toHaveCount(2);
  await dashboard.locator("[data-close=two]").click();
  await expect(tabs).toHaveText(["three"]);
  await openEntry(dashboard, "Mine", "two");
  await expect(field(dashboard, "/a")).toContainText("2");
  await expect(dashboard.locator("#status-drafts")).toHaveAttribute("data-count", "1");
});

test("an ordered data store shows, sets, increments and removes 64-bit integers", async ({ daemon, dashboard }) => {
  const set = (key: string, value: string) =>
    daemon.call("ordered.set", JSON.stringify({ store: "Scores", key, value }));
  await set("ann", "9007199254740993");
  await set("bo", "-5");
  await dashboard.locator("#home-open-Sandbox").click();
  await dashboard.locator("[data-store=Scores]").click();
  const keys = dashboard.locator("#ordered-grid [data-key]");
  await expect(keys).toHaveText([/ann.*9007199254740993/, /bo.*-5/]);
  await dashboard.locator("#ordered-sort").click();
  await expect(keys).toHaveText([/bo/, /ann/]);

  await dashboard.locator("#ordered-grid [data-key=ann]").click();
  await dashboard.locator("#ordered-increment").click();
  await dashboard.locator("#ordered-delta").fill("2");
  await dashboard.locator("#ordered-increment-confirm").click();
  await expect(dashboard.locator("#ordered-grid [data-key=ann]")).toContainText("9007199254740995");

  await dashboard.locator("#ordered-grid [data-key=bo]").dblclick();
  await dashboard.locator("#ordered-value").fill("7");
  await dashboard.keyboard.press("Enter");
  await expect(dashboard.locator("#ordered-grid [data-key=bo]")).toContainText("7");

  await dashboard.locator("#ordered-remove").click();
  const confirm = dashboard.locator("#ordered-remove-confirm");
  await expect(confirm).toHaveAttribute("aria-disabled", "true");
  await dashboard.locator("#ordered-remove-store").fill("scores");
  await confirm.click();
  await expect(keys).toHaveCount(1);
});

test("U-57, U-56: keys, names and values are never markup, and hidden characters are drawn", async ({
  daemon,
  dashboard,
}) => {
  const payloads = [
    "<img src=x onerror=window.hit=1>",
    "<script>window.hit=1</script>",
    '"><svg onload=window.hit=1>',
    "javascript:window.hit=1",
    "{{constructor.constructor('window.hit=1')()}}",
    "</title><b>x</b>",
    "\u202etxt.exe",
    "\u200bzero\u2066width",
  ];
  for (const [index, payload] of payloads.entries()) {
    await daemon.put("Markup", payload.slice(0, 45), `{${JSON.stringify(payload)}:${JSON.stringify(payload)}}`);
    await daemon.put(`M${index}${payload.slice(0, 40)}`, "k", "1");
  }
  await dashboard.goto(`${daemon.address}/#/Sandbox/std/Markup`);
  await expect(dashboard.locator("#keys-count")).toHaveAttribute("data-count", String(payloads.length));
  for (const payload of payloads) {
    await openEntry(dashboard, "Markup", payload.slice(0, 45));
    const row = dashboard.locator("#tree-grid [aria-level='2']");
    await expect(row).toBeVisible();
    await dashboard.locator("#value-view-json").click();
    await expect(dashboard.locator(".cm-content")).toBeVisible();
  }
  expect(await dashboard.evaluate(() => "hit" in window)).toBe(false);
  expect(await dashboard.locator("#root img, #root script, #view-entry b").count()).toBe(0);
  await expect(dashboard.locator("#keys-grid .escape").first()).toHaveText(/\\u20/);
});
