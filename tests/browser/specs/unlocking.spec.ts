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
  "U-07, U-09, U-12: a draft in read-only production is reviewed, and committed by a timed unlock with a reason",
  async ({ daemon, emulator, connect, dashboard }) => {
    await emulator.put(UNIVERSE, STORE, KEY, '{"Coins":12500,"Id":9007199254740993}');
    const connection = await connect("production");
    const write = { connection, store: STORE, key: KEY, value: 1 };
    expect(await daemon.refusal("entries.set", write)).toBe("DS009");
    expect(await emulator.valueText(UNIVERSE, STORE, KEY)).toBe('{"Coins":12500,"Id":9007199254740993}');

    await openEntry(dashboard, STORE, KEY, "", "global", "Prod");
    await expect(dashboard.locator("#view-entry")).toHaveAttribute("data-mode", "readonly");
    await editField(dashboard, "/Coins", "15000");
    await expect(field(dashboard, "/Coins")).toContainText("15000");
    await dashboard.keyboard.press("Control+s");

    await expect(dashboard.locator("#view-review")).toHaveAttribute("data-mode", "readonly");
    await expect(dashboard.locator("#review-difference")).toBeFocused();
    const commit = dashboard.locator("#commit-confirm");
    await expect(commit).toHaveAttribute("aria-disabled", "true");
    await expect(commit).toContainText("Unlock and commit 1 entry to PRODUCTION");
    await expect(dashboard.locator("#review-cost")).toHaveText(/Cost 1 reads? \+ 1 writes?/);
    await dashboard.locator("#commit-reason").fill("ticket 12");
    await dashboard.locator("#commit-minutes").selectOption("5");
    expect(await emulator.valueText(UNIVERSE, STORE, KEY)).toContain("12500");
    await commit.click();
    await expect(dashboard.locator("#review-set-state")).toHaveAttribute("data-state", "done");
    await expect(dashboard.locator("#header-countdown")).toHaveText(/^[45]:\d\d$/);
    await expect(dashboard.locator("#view-review")).toHaveAttribute("data-mode", "writable");
    expect(await emulator.valueText(UNIVERSE, STORE, KEY)).toBe('{"Coins":15000,"Id":9007199254740993}');
    // The unlock is the person's own: another principal is still refused.
    expect(await daemon.refusal("entries.set", write)).toBe("DS009");

    await dashboard.locator("#difference-open").click();
    await expect(dashboard.locator("#entry-discard")).toHaveCount(0);
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
    const answered = dashboard.waitForResponse(/connections\.unlock$/);
    await unlock(dashboard, "a look at the clock");
    const answer = (await (await answered).json()) as { connection: { unlockedUntil: string } };
    const shown = await dashboard.locator("#header-countdown").evaluate((element) => {
      const [minutes = 0, seconds = 0] = (element.textContent ?? "").split(":").map(Number);
      return { left: minutes * 60 + seconds, at: Date.now() };
    });
    const ends = Date.parse(answer.connection.unlockedUntil);
    expect(Math.abs((ends - shown.at) / 1000 - shown.left)).toBeLessThanOrEqual(1);

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
    ];
    for (const place of places) {
      await expect(place).toContainText(word);
    }
    for (const place of places) {
      await expect(place.locator("svg")).toHaveCount(1);
    }
    if (environment === "development" || environment === "local") {
      await expect(dashboard.locator("#entry-save")).toContainText(word);
    } else {
      // What is reviewed names the environment where it is committed.
      await editField(dashboard, "/Coins", "2");
      await dashboard.keyboard.press("Control+s");
      await expect(dashboard.locator(".review-head .chip")).toContainText(word);
      await expect(dashboard.locator("#commit-confirm")).toContainText(word.toUpperCase());
      await openEntry(dashboard, STORE, KEY, "", "global", name);
    }
    await expect(dashboard.locator("#favicon")).toHaveAttribute("href", `/icons/${environment}.svg`);
    await expect(dashboard).toHaveTitle(/^(PROD|STAG|DEV|LOCAL|UNCL) · Player_81$/);
  }
});
