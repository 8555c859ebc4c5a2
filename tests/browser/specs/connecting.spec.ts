import { Emulator } from "../src/emulator";
import { cloudTest, expect, go, test, UNIVERSE } from "../src/fixtures";

const PASSPHRASE = "correct horse battery";
const KEY = "rbx-canary-9f3c7a51e2";

test("S-55, S-60: a universe is connected by keyboard, and its key is nowhere afterwards", async ({
  daemon,
  dashboard,
}) => {
  test.slow();
  const emulator = await Emulator.start(KEY);
  try {
    await emulator.put(UNIVERSE, "PlayerData", "Player_81", '{"Coins":12500}');
    await dashboard.locator("#home-add").click();
    await expect(dashboard.locator("#view-welcome")).toHaveAttribute("data-state", "ready");

    await expect(dashboard.locator("#vault-passphrase")).toBeFocused();
    await dashboard.keyboard.type("short");
    await dashboard.keyboard.press("Enter");
    await expect(dashboard.locator("#vault-submit")).toHaveAttribute("aria-disabled", "true");
    await dashboard.locator("#vault-passphrase").fill(PASSPHRASE);
    await dashboard.keyboard.press("Tab");
    await dashboard.keyboard.type(PASSPHRASE);
    await dashboard.keyboard.press("Enter");

    await expect(dashboard.locator("#welcome-universe")).toBeFocused();
    await dashboard.keyboard.type(UNIVERSE);
    await dashboard.keyboard.press("Tab");
    const field = dashboard.locator("#welcome-key");
    await expect(field).toBeFocused();
    await expect(field).toHaveAttribute("type", "password");
    await expect(field).toHaveAttribute("autocomplete", "off");
    await dashboard.keyboard.type(KEY);
    await dashboard.locator("#welcome-advanced").focus();
    await dashboard.keyboard.press("Enter");
    await dashboard.locator("#welcome-base-url").focus();
    await dashboard.keyboard.type(emulator.address);
    await dashboard.keyboard.press("Enter");

    await expect(dashboard.locator(".welcome-step")).toHaveAttribute("data-step", "permissions");
    await expect(dashboard.locator("[data-feature=readEntries]")).toHaveAttribute("data-granted", "all");
    await dashboard.keyboard.press("Alt+ArrowLeft");
    await expect(dashboard.locator(".welcome-step")).toHaveAttribute("data-step", "key");
    await dashboard.locator("#welcome-universe").press("Enter");
    await expect(dashboard.locator(".welcome-step")).toHaveAttribute("data-step", "permissions");
    await expect(dashboard.locator("#welcome-next")).toBeFocused();
    await dashboard.keyboard.press("Enter");

    await expect(dashboard.locator("#welcome-name")).toBeFocused();
    await dashboard.locator("#welcome-name").fill("Prod");
    await expect(dashboard.locator("[name=welcome-environment]:checked")).toHaveCount(0);
    await expect(dashboard.locator("#welcome-save")).toHaveAttribute("aria-disabled", "true");
    await dashboard.locator("#welcome-environment-development").check();
    await expect(dashboard.locator("#welcome-read-only")).not.toBeChecked();
    await dashboard.locator("#welcome-environment-production").check();
    await expect(dashboard.locator("#welcome-read-only")).toBeChecked();
    await dashboard.locator("#welcome-colour-red").check();
    await dashboard.locator("#welcome-name").press("Enter");

    await expect(dashboard.locator("#view-stores")).toHaveAttribute("data-environment", "production");
    await expect(dashboard.locator("#view-stores")).toHaveAttribute("data-mode", "readonly");
    await expect(dashboard.locator("[data-store=PlayerData]")).toBeVisible();
    const kept = await dashboard.evaluate(() =>
      JSON.stringify([document.documentElement.outerHTML, { ...localStorage }, { ...sessionStorage }, location.href]),
    );
    expect(kept).not.toContain(KEY);
    expect(kept).not.toContain(PASSPHRASE);
    expect(await daemon.call("connections.list", "{}")).not.toContain(KEY);
  } finally {
    await emulator.stop();
  }
});

cloudTest(
  "a key that Roblox refuses, and a Roblox that cannot be reached, each say what to do",
  async ({ emulator, dashboard }) => {
    await go(dashboard, "#/welcome");
    await dashboard.locator("#welcome-universe").fill("12x");
    await expect(dashboard.locator("#welcome-universe")).toHaveAttribute("aria-invalid", "true");
    await dashboard.locator("#welcome-universe").fill(UNIVERSE);
    await dashboard.locator("#welcome-key").fill("rbx-another-key");
    await dashboard.locator("#welcome-advanced").click();
    await dashboard.locator("#welcome-base-url").fill("http://example.com");
    await expect(dashboard.locator("#welcome-check")).toHaveAttribute("aria-disabled", "true");
    await dashboard.locator("#welcome-base-url").fill(emulator.address);
    await dashboard.locator("#welcome-check").click();
    const refusal = dashboard.locator("#welcome-check-error");
    await expect(refusal).toHaveAttribute("data-code", "DS002");
    await expect(dashboard.locator("#welcome-skip")).toHaveCount(0);

    await emulator.kill();
    await dashboard.locator("#welcome-check").click();
    await expect(refusal).toHaveAttribute("data-code", "DS010");
    await dashboard.locator("#welcome-skip").click();
    await dashboard.locator("#welcome-name").fill("Later");
    await dashboard.locator("#welcome-environment-unclassified").check();
    await dashboard.locator("#welcome-save").click();
    await expect(dashboard.locator("#header-read-only")).toBeVisible();
    await dashboard.locator("#rail-home").click();
    await expect(dashboard.locator("#home-connection-Later")).toContainText("Unclassified");
    await expect(dashboard.locator("#home-health-Later")).toHaveAttribute("data-health", "unknown");
  },
);

cloudTest(
  "a key without permissions is told what is missing, and the controls say so too (U-65)",
  async ({ daemon, emulator, connect, dashboard }) => {
    await emulator.put(UNIVERSE, "PlayerData", "Player_81", "1");
    await emulator.permit([
      "universe-datastores.control:list",
      "universe-datastores.objects:list",
      "universe-datastores.objects:read",
    ]);
    await connect("development", "Dev");
    await dashboard.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await go(dashboard, "#/");
    const health = dashboard.locator("#home-health-Dev");
    await expect(health).toHaveAttribute("data-health", "missing");
    await dashboard.locator("#home-report-Dev").click();
    const row = dashboard.locator("#report-dialog [data-feature=deleteEntries]");
    await expect(row).toHaveAttribute("data-granted", "none");
    await expect(row).toContainText("universe-datastores.objects:delete");
    await row.getByRole("button", { name: "Copy universe-datastores.objects:delete" }).click();
    expect(await dashboard.evaluate(() => navigator.clipboard.readText())).toBe("universe-datastores.objects:delete");
    await dashboard.keyboard.press("Escape");

    await dashboard.locator("#home-open-Dev").click();
    await dashboard.locator("[data-store=PlayerData]").click();
    await dashboard.locator("[data-key=Player_81]").click();
    const remove = dashboard.locator("#entry-remove");
    await expect(remove).toHaveAttribute("aria-disabled", "true");
    await expect(remove).toHaveAttribute("title", /universe-datastores\.objects:delete/);
    await remove.focus();
    await expect(remove).toBeFocused();
    expect(await daemon.call("connections.list", "{}")).not.toContain(emulator.key);
  },
);

cloudTest("a connection is tested, edited and removed; local ones stay", async ({ daemon, connect, dashboard }) => {
  await connect("staging", "Stage");
  await expect(dashboard.locator("#home-connection-Stage")).toBeVisible();
  await dashboard.locator("#home-more-Stage").click();
  await dashboard.locator("#home-test-Stage").click();
  await expect(dashboard.locator(".toast")).toBeVisible();

  await dashboard.locator("#home-more-Stage").click();
  await dashboard.locator("#home-edit-Stage").click();
  await expect(dashboard.locator("#edit-connection-key")).toHaveValue("");
  await dashboard.locator("#edit-connection-name").fill("Pirate Stage");
  await dashboard.locator("#edit-connection-colour-teal").check();
  await dashboard.locator("#edit-connection-read-only").uncheck();
  await dashboard.locator("#edit-connection-save").click();
  const card = dashboard.locator('[id="home-connection-Pirate Stage"]');
  await expect(card).toBeVisible();
  await expect(card.locator(".card-facts")).toHaveAttribute("data-mode", "writable");

  await dashboard.locator('[id="home-more-Pirate Stage"]').click();
  await dashboard.locator('[id="home-remove-Pirate Stage"]').click();
  await expect(dashboard.locator("#remove-connection-cancel")).toBeFocused();
  await dashboard.locator("#remove-connection-confirm").click();
  await expect(card).toHaveCount(0);
  expect(await daemon.call("connections.list", "{}")).not.toContain("Pirate Stage");

  await dashboard.locator("#home-more-Sandbox").click();
  await expect(dashboard.locator("#home-remove-Sandbox")).toHaveAttribute("aria-disabled", "true");
});

test("a vault that a restart locked is opened from Home, and a wrong passphrase says so", async ({ daemon, page }) => {
  test.slow();
  const emulator = await Emulator.start(KEY);
  try {
    await daemon.call("vault.create", JSON.stringify({ passphrase: PASSPHRASE }));
    const request = { name: "Prod", universeId: UNIVERSE, apiKey: KEY, baseUrl: emulator.address };
    await daemon.call("connections.create", JSON.stringify(request));
    await daemon.kill();
    await daemon.restart();
    await page.goto(daemon.link);
    await expect(page.locator("#home-health-Prod")).toHaveAttribute("data-health", "key");
    await page.locator("#home-vault-Prod").click();
    await page.locator("#vault-passphrase").fill("not the passphrase");
    await page.keyboard.press("Enter");
    await expect(page.locator("#vault-error")).toBeVisible();
    await expect(page.locator("#vault-passphrase")).toHaveValue("");
    await page.locator("#vault-passphrase").fill(PASSPHRASE);
    await page.keyboard.press("Enter");
    await expect(page.locator("#vault-dialog")).toHaveCount(0);
    await expect(page.locator("#home-health-Prod")).not.toHaveAttribute("data-health", "key");
    await expect(page.locator("#home-vault-Prod")).toHaveCount(0);
  } finally {
    await emulator.stop();
  }
});
