import { cloudTest, editField, expect, go, openEntry, UNIVERSE } from "../src/fixtures";

const STORE = "PlayerData";
const KEY = "Player_81";

cloudTest(
  "U-15: an outcome without an answer is unknown, says so, is read back on request, and is never sent again",
  async ({ emulator, connect, dashboard }) => {
    const page = dashboard;
    await emulator.put(UNIVERSE, STORE, KEY, '{"Coins":1}');
    await connect("production", "Prod");
    await openEntry(page, STORE, KEY, "", "global", "Prod");
    await editField(page, "/Coins", "2");
    await page.keyboard.press("Control+s");
    await page.locator("#commit-reason").fill("ticket");
    // The write arrives and its answer does not; what is read after the reading before the write fails too.
    await emulator.fault("POST", "dropAfter", { times: 1 });
    await emulator.fault("GET", { status: { code: 503 } }, { skip: 1 });
    await page.locator("#commit-confirm").click();
    const row = page.locator(`#review-items [data-key=${KEY}]`);
    await expect(row).toHaveAttribute("data-state", "unknown", { timeout: 40_000 });
    const attention = page.locator("#review-attention");
    await expect(attention).toContainText("Sent, no answer. Reading back…");
    await expect(attention.locator(".state-unknown svg")).toHaveCount(1);
    const names = await page.getByRole("button").evaluateAll((buttons) => buttons.map((button) => button.textContent));
    expect(names.filter((name) => /retry|try again/i.test(name ?? ""))).toEqual([]);

    await page.locator("#attention-settle-1").click();
    await expect(page.locator("#settle-confirm")).toHaveAttribute("aria-disabled", "true");
    await page.locator("#settle-cancel").click();
    await go(page, "#/");
    await expect(page.locator("#home-open-sets [data-open='1']")).toBeVisible();
    await page.locator("#home-open-sets a").click();

    await emulator.heal();
    await page
      .locator("#attention-check-1")
      .or(row.filter({ has: page.locator(".state-saved") }))
      .first()
      .click();
    await expect(row).toHaveAttribute("data-state", "saved");
    expect(await emulator.valueText(UNIVERSE, STORE, KEY)).toBe('{"Coins":2}');
    await go(page, "#/");
    await expect(page.locator("#view-home")).toHaveAttribute("data-state", "ready");
    await expect(page.locator("#home-open-sets")).toHaveCount(0);
  },
);

cloudTest(
  "an unknown outcome is settled by hand with a reason, after both values were looked at",
  async ({ daemon, emulator, connect, dashboard }) => {
    const page = dashboard;
    const connection = await connect("development", "Dev");
    const place = { connection, store: "Top", key: "k" };
    await daemon.call("ordered.set", JSON.stringify({ ...place, value: "5" }));
    // An increment that never arrived looks like any other lost answer, and is never sent again.
    await emulator.fault("POST", "dropBefore", { times: 1 });
    expect(await daemon.refusal("ordered.increment", { ...place, delta: "3" })).toBe("DS007");
    await go(page, "#/");
    await page.locator("#home-open-sets a").click();
    await page.locator("#attention-values-1").click();
    await expect(page.locator("#values-dialog .text-difference")).toContainText("8");
    await page.locator("#values-close").click();
    await page.locator("#attention-settle-1").click();
    await page.locator("#settle-answer-settleNotSaved").check();
    await expect(page.locator("#settle-confirm")).toHaveAttribute("aria-disabled", "true");
    await page.locator("#settle-reason").fill("looked in the game");
    await page.locator("#settle-confirm").click();
    await expect(page.locator("#review-state-refused")).toHaveAttribute("data-count", "1");
    await daemon.call("ordered.set", JSON.stringify({ ...place, value: "1" }));
  },
);
