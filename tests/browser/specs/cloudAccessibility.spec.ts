import { audit, smallTargets } from "../src/audit";
import { cloudTest, expect, field, editField, go, openEntry, test, UNIVERSE } from "../src/fixtures";

const PERMISSIONS = ["universe-datastores.objects:list", "universe-datastores.objects:read"];

for (const theme of ["dark", "light"] as const) {
  cloudTest(
    `U-46, U-50: no accessibility violation around cloud connections, ${theme}`,
    async ({ daemon, emulator, connect, dashboard }) => {
      test.slow();
      const page = dashboard;
      await emulator.put(UNIVERSE, "PlayerData", "Player_81", '{"Coins":1,"Name":"Ann"}');
      await emulator.put(UNIVERSE, "Gone", "one", "1");
      await connect("production", "Prod");
      const gone = { connection: await connect("development", "Dev"), store: "Gone", confirmName: "Gone" };
      await daemon.call("datastores.delete", JSON.stringify(gone));
      await emulator.permit(PERMISSIONS);
      await connect("unclassified", "Narrow");
      await emulator.permit(null);
      await go(page, "#/settings/appearance");
      await page.locator(`#settings-theme-${theme}`).check();

      await go(page, "#/");
      await expect(page.locator("#home-health-Narrow")).toHaveAttribute("data-health", "missing");
      await audit(page, "home");
      expect.soft(await smallTargets(page)).toEqual([]);
      await page.locator("#home-report-Narrow").click();
      await audit(page, "permissions");
      await page.keyboard.press("Escape");
      await page.locator("#home-more-Dev").click();
      await audit(page, "card menu");
      await page.locator("#home-edit-Dev").click();
      await page.locator("#edit-connection-key").fill("rbx-another");
      await audit(page, "edit connection");
      await page.keyboard.press("Escape");

      await page.locator("#home-add").click();
      await expect(page.locator("#welcome-universe")).toBeFocused();
      await audit(page, "welcome, key");
      await page.locator("#welcome-universe").fill(UNIVERSE);
      await page.locator("#welcome-key").fill("rbx-another-key");
      await page.locator("#welcome-advanced").click();
      await page.locator("#welcome-base-url").fill(emulator.address);
      await page.locator("#welcome-check").click();
      await expect(page.locator("#welcome-check-error")).toBeVisible();
      await audit(page, "welcome, key refused");
      await page.locator("#welcome-key").fill(emulator.key);
      await page.locator("#welcome-check").click();
      await expect(page.locator("#permissions-table")).toBeVisible();
      await audit(page, "welcome, permissions");
      expect.soft(await smallTargets(page)).toEqual([]);
      await page.locator("#welcome-next").click();
      await expect(page.locator("#welcome-name")).toBeFocused();
      await audit(page, "welcome, environment");
      await page.locator("#welcome-step-secrets").click();
      await audit(page, "welcome, secrets");

      await openEntry(page, "PlayerData", "Player_81", "", "global", "Prod");
      await editField(page, "/Coins", "2");
      await expect(field(page, "/Coins")).toContainText("2");
      await audit(page, "locked entry");
      await page.keyboard.press("Control+s");
      await expect(page.locator("#view-review")).toHaveAttribute("data-state", "ready");
      await audit(page, "review of a locked connection");
      await page.locator("#difference-view-text").click();
      await audit(page, "review as text");
      expect.soft(await smallTargets(page)).toEqual([]);
      await page.locator("#review-discard").click();
      await audit(page, "discard");
      await page.locator("#discard-confirm").click();
      await expect(page.locator("#view-changes")).toHaveAttribute("data-state", "empty");
      await audit(page, "no staged changes");
      await page.locator("#header-unlock").click();
      await audit(page, "unlock");
      await page.locator("#unlock-reason").fill("ticket");
      await page.locator("#unlock-confirm").click();
      await expect(page.locator("#header-countdown")).toBeVisible();
      await audit(page, "unlocked entry");
      expect.soft(await smallTargets(page)).toEqual([]);
      await page.locator("#status-budget").click();
      await audit(page, "budget");
      await page.keyboard.press("Escape");

      await go(page, "#/Dev/stores");
      await page.locator("#stores-node-deleted").click();
      await expect(page.locator("[data-group=deleted]")).toBeVisible();
      await audit(page, "deleted stores");
      await page.locator("#stores-more").click();
      await page.locator("#stores-snapshot").click();
      await audit(page, "snapshot");
      await page.keyboard.press("Escape");
      await page.locator("#stores-node-memory-add").click();
      await audit(page, "add a name");
      await page.locator("#add-name").fill("Lobby");
      await page.locator("#add-name-confirm").click();
      await expect(page.locator("#view-memory")).toHaveAttribute("data-state", "empty");
      await audit(page, "sorted map");
      await page.locator("#memory-new").click();
      await audit(page, "new item");
      await page.keyboard.press("Escape");

      await page.locator("#header-stop").click();
      await expect(page.locator("#budget-stopped")).toBeVisible();
      await audit(page, "stopped");
      await page.locator("#budget-resume").click();
      await audit(page, "resume");
      await page.keyboard.press("Escape");
    },
  );
}

cloudTest("U-52: connecting fits 320 px without sideways scroll", async ({ connect, dashboard }) => {
  await connect("production", "Prod");
  await dashboard.setViewportSize({ width: 320, height: 640 });
  for (const hash of ["#/", "#/welcome", "#/Prod/stores"]) {
    await go(dashboard, hash);
    await expect(dashboard.locator("[data-view]").last()).toBeVisible();
    const overflow = await dashboard.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, hash).toBeLessThanOrEqual(0);
  }
});
