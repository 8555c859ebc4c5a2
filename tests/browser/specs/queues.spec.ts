import type { Page } from "@playwright/test";
import { audit, smallTargets } from "../src/audit";
import { cloudTest, expect, go, UNIVERSE } from "../src/fixtures";

/** Adds a queue to the list by its name, which opens it. */
async function addQueue(page: Page, name: string): Promise<void> {
  await page.locator("#stores-node-queue-add").click();
  await page.locator("#add-name").fill(name);
  await page.locator("#add-name-confirm").click();
  await expect(page.locator("#view-queue")).toHaveAttribute("data-state", "empty");
}

/** Adds an item with the form. */
async function addItem(page: Page, value: string, priority: string): Promise<void> {
  await page.locator("#queue-value").fill(value);
  await page.locator("#queue-priority").fill(priority);
  await page.locator("#queue-add").click();
  await expect(page.locator(".toast").last()).toContainText("Item added to Jobs.");
  await page.locator(".toast").last().getByRole("button", { name: "Dismiss" }).click();
  await expect(page.locator(".toast")).toHaveCount(0);
}

cloudTest("items are added to a queue, read, and discarded by their number", async ({ daemon, connect, dashboard }) => {
  const page = dashboard;
  const connection = await connect("development", "Dev");
  await go(page, "#/Dev/stores");
  await addQueue(page, "Jobs");
  await expect(page.locator("#queue-value")).toBeFocused();
  await page.locator("#queue-value").fill('{"job":');
  await expect(page.locator("#queue-add")).toHaveAttribute("aria-disabled", "true");
  await addItem(page, '{"job":"grant","amount":12.50}', "0");
  await addItem(page, '"first"', "5");

  await page.locator("#queue-count").fill("201");
  await expect(page.locator("#queue-read")).toHaveAttribute("aria-disabled", "true");
  await page.locator("#queue-count").fill("3");
  await page.locator("#queue-all-or-nothing").check();
  await expect(page.locator("#queue-read")).toHaveText(
    "Read 3 items or none, hidden from Development servers for 30 s",
  );
  await page.locator("#queue-read").click();
  await expect(page.locator("#queue-read-error")).toContainText("There are fewer than 3 items to read.");
  await page.locator("#queue-all-or-nothing").uncheck();
  await page.locator("#queue-hidden").fill("600");
  await page.locator("#queue-read").click();

  const reading = page.locator("[data-read-id]");
  await expect(reading).toContainText("2 items read at");
  await expect(reading).toContainText(/Hidden from game servers for \d{3} s more\./);
  await expect(reading.locator("[data-item]").first()).toContainText('"first"');
  await expect(reading.locator("[data-item]").last()).toContainText('{"job":"grant","amount":12.50}');
  await expect(page.locator("#queue-status")).toHaveAttribute("data-hidden", "2");
  const again = JSON.parse(await daemon.call("memory.dequeue", JSON.stringify({ connection, queue: "Jobs" })));
  expect(again.items).toEqual([]);

  // What was read outlives a look elsewhere: nothing but its read id discards it.
  await go(page, "#/Dev/mem/Lobby");
  await expect(page.locator("#view-memory")).toBeVisible();
  await go(page, "#/Dev/queue/Jobs");
  await reading.getByRole("button", { name: "Discard these 2 items" }).click();
  await expect(page.locator("#queue-discard-count")).toBeFocused();
  const confirm = page.locator("#queue-discard-confirm");
  await expect(confirm).toHaveText(/^Discard 2 items in Development/);
  await expect(confirm).toHaveAttribute("aria-disabled", "true");
  await page.locator("#queue-discard-count").fill("2");
  await confirm.click();
  await expect(page.locator("#queue-discard-dialog")).toHaveCount(0);
  await expect(reading).toHaveCount(0);
  await expect(page.locator("#queue-read")).toBeFocused();
  await expect(page.locator("#view-queue")).toHaveAttribute("data-state", "empty");
});

cloudTest("what was read comes back when its time is over", async ({ connect, dashboard }) => {
  const page = dashboard;
  await connect("development", "Dev");
  await go(page, "#/Dev/queue/Jobs");
  await addItem(page, "1", "0");
  await page.locator("#queue-hidden").fill("1");
  await page.locator("#queue-read").click();
  const reading = page.locator("[data-read-id]");
  await expect(reading).toHaveAttribute("data-over", "true");
  await expect(reading).toContainText("game servers see these items again");
  const discard = reading.getByRole("button", { name: "Discard this 1 item" });
  await expect(discard).toHaveAttribute("aria-disabled", "true");
  await expect(discard).toHaveAttribute("title", /The time is over/);
  await reading.getByRole("button", { name: "Remove this reading from the list" }).click();
  await expect(reading).toHaveCount(0);
  await page.locator("#queue-hidden").fill("60");
  await page.locator("#queue-read").click();
  await expect(reading).toContainText("1 item read at");
});

cloudTest("a read-only connection takes nothing from a queue", async ({ daemon, connect, dashboard }) => {
  const page = dashboard;
  const connection = await connect("production", "Prod");
  await go(page, "#/Prod/queue/Jobs");
  await expect(page.locator("#view-queue")).toHaveAttribute("data-mode", "readonly");
  for (const id of ["#queue-add", "#queue-read"]) {
    const button = page.locator(id);
    await expect(button).toHaveAttribute("aria-disabled", "true");
    await expect(button).toHaveAttribute("title", "Prod is read-only.");
    await button.focus();
    await expect(button).toBeFocused();
    await page.keyboard.press("Enter");
  }
  await expect(page.locator("#queue-read-error, #queue-add-error, [data-read-id]")).toHaveCount(0);
  expect(await daemon.refusal("memory.dequeue", { connection, queue: "Jobs" })).toBe("DS009");
  expect(await daemon.refusal("memory.enqueue", { connection, queue: "Jobs", value: 1 })).toBe("DS009");
});

cloudTest(
  "a sorted map and a queue of one name are kept apart, and taken off the list",
  async ({ connect, dashboard }) => {
    const page = dashboard;
    await connect("development", "Dev");
    await go(page, "#/Dev/stores");
    await addQueue(page, "Jobs");
    await page.locator("#stores-node-memory-add").click();
    await page.locator("#add-name").fill("Jobs");
    await page.locator("#add-name-confirm").click();
    await expect(page.locator("#view-memory")).toBeVisible();
    await page.reload();
    const queue = page.locator("[data-kind=queue][data-store=Jobs]");
    await expect(queue).toContainText("queue");
    await queue.click();
    await expect(page.locator("#view-queue")).toBeVisible();
    await expect(queue).toHaveAttribute("aria-selected", "true");
    await queue.focus();
    await page.keyboard.press("Delete");
    await expect(queue).toHaveCount(0);
    await expect(page.locator("[data-kind=memory][data-store=Jobs]")).toBeVisible();
  },
);

cloudTest("the budget tells what planned work would cost", async ({ daemon, connect, dashboard }) => {
  const page = dashboard;
  const connection = await connect("development", "Dev");
  await go(page, "#/Dev/stores");
  await page.locator("#status-budget").click();
  const run = page.locator("#budget-estimate-run");
  await expect(run).toHaveAttribute("aria-disabled", "true");
  await page.locator("#budget-estimate-reads").fill("1000");
  await page.locator("#budget-estimate-lists").fill("4");
  await page.keyboard.press("Enter");
  const result = page.locator("#budget-estimate-result");
  const plan = JSON.stringify({ connection, reads: 1_000, lists: 4 });
  const expected = JSON.parse(await daemon.call("budget.estimate", plan)) as { requests: number; minutes: number };
  await expect(result).toHaveText(
    `${expected.requests.toLocaleString("en")} requests, ${expected.minutes} minutes. Narrowest budget: Read entries.`,
  );
  await page.locator("#budget-estimate-removes").fill("x");
  await expect(result).toHaveText("");
  await expect(run).toHaveAttribute("aria-disabled", "true");
});

for (const theme of ["dark", "light"] as const) {
  cloudTest(
    `U-46, U-50: no accessibility violation around queues, ${theme}`,
    async ({ emulator, connect, dashboard }) => {
      cloudTest.slow();
      const page = dashboard;
      await emulator.put(UNIVERSE, "PlayerData", "Player_81", '{"Coins":1}');
      await connect("development", "Dev");
      await connect("production", "Prod");
      await go(page, "#/settings/appearance");
      await page.locator(`#settings-theme-${theme}`).check();
      await go(page, "#/Prod/queue/Jobs");
      await expect(page.locator("#view-queue")).toHaveAttribute("data-mode", "readonly");
      await audit(page, "read-only queue");
      await go(page, "#/Dev/stores");
      await addQueue(page, "Jobs");
      await audit(page, "empty queue");
      expect.soft(await smallTargets(page)).toEqual([]);
      await page.locator("#queue-value").fill("{");
      await audit(page, "item that is no JSON");
      await addItem(page, '{"job":"grant"}', "1");
      await page.locator("#queue-count").fill("20");
      await page.locator("#queue-all-or-nothing").check();
      await page.locator("#queue-read").click();
      await expect(page.locator("#queue-read-error")).toBeVisible();
      await audit(page, "too few items");
      await page.locator("#queue-all-or-nothing").uncheck();
      await page.locator("#queue-hidden").fill("600");
      await page.locator("#queue-read").click();
      const reading = page.locator("[data-read-id]");
      await expect(reading).toBeVisible();
      await audit(page, "items read");
      expect.soft(await smallTargets(page)).toEqual([]);
      await reading.locator(".queue-value").click();
      await expect(page.locator("#queue-value-text")).toHaveValue('{"job":"grant"}');
      await audit(page, "value of an item");
      await page.keyboard.press("Escape");
      await reading.getByRole("button", { name: "Discard this 1 item" }).click();
      await audit(page, "discard");
      await page.keyboard.press("Escape");

      await page.locator("#status-budget").click();
      await page.locator("#budget-estimate-reads").fill("10");
      await page.locator("#budget-estimate-run").click();
      await expect(page.locator("#budget-estimate-result")).not.toHaveText("");
      await audit(page, "estimate");
      expect.soft(await smallTargets(page)).toEqual([]);
    },
  );
}

cloudTest("U-52: a queue fits 320 px without sideways scroll", async ({ connect, dashboard }) => {
  await connect("development", "Dev");
  await dashboard.setViewportSize({ width: 320, height: 640 });
  await go(dashboard, "#/Dev/queue/Jobs");
  await addItem(dashboard, "1", "0");
  await dashboard.locator("#queue-read").click();
  const overflowing = await dashboard
    .locator(".queue-body")
    .evaluate((element) => element.scrollWidth - element.clientWidth);
  expect(overflowing).toBeLessThanOrEqual(0);
  const discard = dashboard.getByRole("button", { name: "Discard this 1 item" });
  await discard.scrollIntoViewIfNeeded();
  await expect(discard).toBeInViewport({ ratio: 1 });
  await dashboard.locator("[data-read-id] [data-item]").scrollIntoViewIfNeeded();
  await expect(dashboard.locator("[data-read-id] [data-item] th")).toBeInViewport();
  const overflow = await dashboard.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await expect(dashboard.locator("#queue-back")).toBeVisible();
});
