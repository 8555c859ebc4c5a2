import type { Page } from "@playwright/test";
import { cloudTest, editField, expect, field, go, openEntry, UNIVERSE } from "../src/fixtures";

const STORE = "PlayerData";
const KEY = "Player_81";

async function unlock(page: Page, reason: string): Promise<void> {
  await page.locator("#header-unlock").click();
  await page.locator("#unlock-reason").fill(reason);
  await page.locator("#unlock-confirm").click();
  await expect(page.locator("#unlock-dialog")).toHaveCount(0);
}

cloudTest(
  "U-07, U-09, U-12: a draft in read-only production is saved after a timed unlock with a reason",
  async ({ daemon, emulator, connect, dashboard }) => {
    await emulator.put(UNIVERSE, STORE, KEY, '{"Coins":12500,"Id":9007199254740993}');
    const connection = await connect("production");
    const write = { connection, store: STORE, key: KEY, value: 1 };
    expect(await daemon.refusal("entries.set", write)).toBe("DS009");
    expect(await emulator.valueText(UNIVERSE, STORE, KEY)).toBe('{"Coins":12500,"Id":9007199254740993}');

    await openEntry(dashboard, STORE, KEY, "", "global", "Prod");
    await expect(dashboard.locator("#view-entry")).toHaveAttribute("data-mode", "readonly");
    await expect(dashboard.locator("#entry-remove")).toHaveAttribute("aria-disabled", "true");
    await editField(dashboard, "/Coins", "15000");
    await expect(field(dashboard, "/Coins")).toContainText("15000");
    await dashboard.keyboard.press("Control+s");

    await expect(dashboard.locator("#unlock-dialog")).toBeVisible();
    await expect(dashboard.locator("#unlock-reason")).toBeFocused();
    await expect(dashboard.locator("#unlock-confirm")).toHaveAttribute("aria-disabled", "true");
    await expect(dashboard.locator("#unlock-confirm")).toContainText("Production");
    await dashboard.locator("#unlock-reason").fill("ticket 12");
    await dashboard.locator("#unlock-minutes-5").check();
    await dashboard.locator("#unlock-confirm").click();
    await expect(dashboard.locator("#unlock-dialog")).toHaveCount(0);
    await expect(dashboard.locator("#header-countdown")).toHaveText(/^[45]:\d\d$/);
    await expect(dashboard.locator("#view-entry")).toHaveAttribute("data-mode", "writable");
    expect(await emulator.valueText(UNIVERSE, STORE, KEY)).toContain("12500");
    // The unlock is the person's own: another principal is still refused.
    expect(await daemon.refusal("entries.set", write)).toBe("DS009");

    await dashboard.locator("#entry-save").click();
    await expect(dashboard.locator("#entry-discard")).toHaveCount(0);
    expect(await emulator.valueText(UNIVERSE, STORE, KEY)).toBe('{"Coins":15000,"Id":9007199254740993}');
    await dashboard.locator("#entry-tab-history").click();
    await expect(dashboard.locator(".history-row[data-state=current]")).toHaveCount(1);
    await expect(dashboard.locator(".history-row").first()).toHaveAttribute("data-state", "current");

    await dashboard.locator("#header-lock").click();
    await expect(dashboard.locator("#header-read-only")).toBeVisible();
    await expect(dashboard.locator("#view-entry")).toHaveAttribute("data-mode", "readonly");
  },
);

cloudTest(
  "U-08: the countdown is right to a second, and the unlock ends in its minute",
  async ({ connect, dashboard }) => {
    const name = "Prod";
    await connect("production", name);
    await go(dashboard, `#/${name}/stores`);
    const before = Date.now();
    await unlock(dashboard, "a look at the clock");
    const shown = await dashboard.locator("#header-countdown").evaluate((element) => {
      const [minutes = 0, seconds = 0] = (element.textContent ?? "").split(":").map(Number);
      return { left: minutes * 60 + seconds, at: Date.now() };
    });
    const ends = before + 15 * 60_000;
    expect(Math.abs((ends - shown.at) / 1000 - shown.left)).toBeLessThanOrEqual(2);

    await dashboard.clock.install();
    await dashboard.reload();
    await expect(dashboard.locator("#header-countdown")).toBeVisible();
    await dashboard.clock.fastForward("14:30");
    await expect(dashboard.locator("#header-countdown")).toHaveText(/^0:[0-3]\d$/);
    await dashboard.clock.fastForward("01:00");
    await expect(dashboard.locator("#header-read-only")).toBeVisible();
    await expect(dashboard.locator("[role=alert]").getByText(`The unlock of ${name} has ended`)).toHaveCount(1);
  },
);

cloudTest("staging is unlocked by one press, for an hour", async ({ connect, dashboard }) => {
  await connect("staging", "Stage");
  await go(dashboard, "#/Stage/stores");
  await dashboard.locator("#header-unlock").click();
  await expect(dashboard.locator("#unlock-dialog")).toHaveCount(0);
  await expect(dashboard.locator("#header-countdown")).toHaveText(/^(59|60):\d\d$/);
});

cloudTest("U-05: the environment stands in every place, as a word", async ({ emulator, connect, dashboard }) => {
  await emulator.put(UNIVERSE, STORE, KEY, '{"Coins":1}');
  for (const [environment, word] of [
    ["production", "Production"],
    ["staging", "Staging"],
    ["development", "Development"],
    ["local", "Local"],
    ["unclassified", "Unclassified"],
  ] as const) {
    const name = `C ${environment}`;
    await connect(environment, name);
    await openEntry(dashboard, STORE, KEY, "", "global", name);
    const places = [
      dashboard.locator(".header .chip"),
      dashboard.locator("#view-stores .environment-mark"),
      dashboard.locator(".breadcrumb .environment-mark"),
      dashboard.locator("#entry-save"),
    ];
    for (const place of places) {
      await expect(place).toContainText(word);
    }
    for (const place of places.slice(0, 3)) {
      await expect(place.locator("svg")).toHaveCount(1);
    }
    await expect(dashboard.locator("#favicon")).toHaveAttribute("href", `/icons/${environment}.svg`);
    await expect(dashboard).toHaveTitle(/^(PROD|STAG|DEV|LOCAL|UNCL) · Player_81$/);
  }
});
