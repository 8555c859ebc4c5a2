import { cloudTest, expect, go, openEntry, UNIVERSE } from "../src/fixtures";

interface Pool {
  readonly name: string;
  readonly usedRequests: number;
  readonly allowedRequests: number;
}

cloudTest(
  "U-19: Stop all holds everything back until it is resumed, by whoever may",
  async ({ daemon, emulator, connect, dashboard }) => {
    await emulator.put(UNIVERSE, "PlayerData", "Player_81", '{"Coins":1}');
    await connect("development", "Dev");
    await go(dashboard, "#/Dev/stores");
    await expect(dashboard.locator("[data-store=PlayerData]")).toBeVisible();

    await dashboard.keyboard.press("Control+Shift+Period");
    await expect(dashboard.locator("#budget-stopped")).toContainText("Dev");
    await expect(dashboard.locator("#budget-stopped")).toContainText("owner");
    await expect(dashboard.locator("#header-stop")).toHaveAttribute("aria-disabled", "true");
    await expect(dashboard.locator("#status-budget")).toHaveAttribute("data-stopped", "true");
    for (const hash of ["#/", "#/settings", "#/security/tokens", "#/welcome", "#/Sandbox/stores"]) {
      await go(dashboard, hash);
      await expect(dashboard.locator("#budget-stopped"), hash).toBeVisible();
      await expect(dashboard.locator("#header-stop"), hash).toBeVisible();
    }
    await go(dashboard, "#/Dev/std/PlayerData");
    await expect(dashboard.locator("#keys-error")).toHaveAttribute("data-code", "DS003");
    const create = dashboard.locator("#keys-new");
    await expect(create).toHaveAttribute("aria-disabled", "true");
    await expect(create).toHaveAttribute("title", /stopped/);
    const held = await daemon.refusal("keys.list", { connection: "Dev", store: "PlayerData" });
    expect(held).toBe("DS003");

    await dashboard.locator("#budget-resume").click();
    await expect(dashboard.locator("#resume-cancel")).toBeFocused();
    await dashboard.locator("#resume-confirm").click();
    await expect(dashboard.locator("#budget-stopped")).toHaveCount(0);
    // What was refused is read again by itself.
    await expect(dashboard.locator("[data-key=Player_81]")).toBeVisible();
  },
);

cloudTest(
  "a listing stopped in its middle keeps what it has, and goes on after Resume",
  async ({ emulator, connect, dashboard }) => {
    const lines = Array.from(
      { length: 1_500 },
      (_, index) => `{"universe":"${UNIVERSE}","store":"Big","key":"key_${String(index).padStart(4, "0")}","value":1}`,
    );
    await emulator.ask("POST", "/_emulator/import", lines.join("\n"));
    await connect("development", "Dev");
    await go(dashboard, "#/Dev/std/Big");
    const count = dashboard.locator("#keys-count");
    await expect(count).toContainText("read so far, more below");
    await dashboard.locator("#header-stop").click();
    await expect(dashboard.locator("#budget-stopped")).toBeVisible();
    const before = Number(await count.getAttribute("data-count"));
    await dashboard.locator("#keys-grid").focus();
    await dashboard.keyboard.press("End");
    await expect(dashboard.locator("#keys-read-on")).toBeVisible();
    await expect(dashboard.locator("#view-keys")).toHaveAttribute("data-state", "partial");
    await expect(count).toHaveAttribute("data-count", String(before));

    await dashboard.locator("#budget-resume").click();
    await dashboard.locator("#resume-confirm").click();
    await expect.poll(async () => Number(await count.getAttribute("data-count"))).toBeGreaterThan(before);
    await dashboard.locator("#keys-grid").focus();
    await expect(async () => {
      await dashboard.keyboard.press("End");
      await expect(count).toHaveAttribute("data-complete", "true", { timeout: 500 });
    }).toPass();
    await expect(count).toHaveText("1,500 keys");
  },
);

cloudTest("U-20: the four bars are the daemon's own counts", async ({ daemon, emulator, connect, dashboard }) => {
  for (let index = 0; index < 5; index += 1) {
    await emulator.put(UNIVERSE, "PlayerData", `Player_${index}`, '{"Coins":1}');
  }
  await connect("development", "Dev");
  for (let index = 0; index < 5; index += 1) {
    await openEntry(dashboard, "PlayerData", `Player_${index}`, "", "global", "Dev");
  }
  const bars = { read: "standardRead", write: "standardWrite", list: "standardList", remove: "standardRemove" };
  await expect(async () => {
    const { budgets } = JSON.parse(await daemon.call("budget.status", "{}")) as { budgets: { pools: Pool[] }[] };
    for (const [word, name] of Object.entries(bars)) {
      const pool = budgets[0]?.pools.find((candidate) => candidate.name === name);
      const text = (await dashboard.locator(`#status-budget-${word}`).textContent()) ?? "";
      const [, used = "", allowed = ""] = /^\w+ (\d+)\/(\d+)/.exec(text) ?? [];
      expect(Math.abs(Number(used) - (pool?.usedRequests ?? -9))).toBeLessThanOrEqual(1);
      expect(Number(allowed)).toBe(pool?.allowedRequests);
    }
    const text = (await dashboard.locator("#status-budget-read").textContent()) ?? "";
    expect(Number(/^read (\d+)/.exec(text)?.[1])).toBeGreaterThanOrEqual(4);
  }).toPass({ timeout: 10_000 });

  await dashboard.locator("#status-budget").click();
  await expect(dashboard.locator("#budget-close")).toBeFocused();
  const { budgets } = JSON.parse(await daemon.call("budget.status", "{}")) as { budgets: { pools: Pool[] }[] };
  const pools = budgets[0]?.pools ?? [];
  expect(pools.length).toBeGreaterThan(Object.keys(bars).length);
  await expect(dashboard.locator("#budget-table [data-pool]")).toHaveCount(pools.length);
  await dashboard.locator("#budget-share").fill("101");
  await expect(dashboard.locator("#budget-save")).toHaveAttribute("aria-disabled", "true");
  await dashboard.locator("#budget-share").fill("10");
  await dashboard.locator("#budget-save").click();
  await expect(dashboard.locator("#status-budget-read")).toHaveText(/\/30$/);
  await dashboard.keyboard.press("Escape");
  await expect(dashboard.locator("#status-budget")).toBeFocused();
});

cloudTest(
  "a share that is used up shows the band with what to do",
  async ({ daemon, emulator, connect, dashboard }) => {
    for (let index = 0; index < 8; index += 1) {
      await emulator.put(UNIVERSE, "PlayerData", `Player_${index}`, '{"Coins":1}');
    }
    const connection = await connect("development", "Dev");
    await daemon.call("budget.configure", JSON.stringify({ connection, sharePercent: 1 }));
    await go(dashboard, "#/Dev/std/PlayerData");
    await expect(dashboard.locator("#keys-count")).toHaveAttribute("data-count", "8");
    for (let index = 0; index < 8; index += 1) {
      await dashboard.locator(`[data-key=Player_${index}]`).click();
    }
    await expect(dashboard.locator("#budget-held")).toBeVisible();
    await expect(dashboard.locator("#budget-held")).toContainText(/\d requests? waits?\. .*A larger share is set/);
  },
);
