import type { Page } from "@playwright/test";
import { expect, field, test } from "../src/fixtures";

/** Answers no call of an operation any more; what it answers lets them through again. */
async function silence(page: Page, operation: string): Promise<() => Promise<void>> {
  const pattern = `**/api/v1/call/${operation}`;
  await page.route(pattern, () => undefined);
  return () => page.unroute(pattern);
}

for (const { operation, view, text } of [
  { operation: "datastores.list", view: "stores", text: "Mine" },
  { operation: "keys.list", view: "keys", text: "slow" },
  { operation: "entries.get", view: "entry", text: "Coins" },
]) {
  test(`U-34: reading that takes long is cancelled at once and tried again, ${operation}`, async ({
    daemon,
    dashboard,
  }) => {
    await daemon.put("Mine", "slow", '{"Coins":1}');
    const answerAgain = await silence(dashboard, operation);
    await dashboard.evaluate(() => {
      window.location.hash = "#/Sandbox/std/Mine/global/slow";
    });
    // Anew, because what was read on the way is not read again.
    await dashboard.reload();
    const root = dashboard.locator(`#view-${view}`);
    await expect(root.locator(".skeleton")).toBeVisible();
    const cancel = dashboard.locator(`#${view}-cancel`);
    await expect(cancel).toBeVisible();
    const frames = await cancel.evaluate(async (button: HTMLElement) => {
      button.click();
      let frames = 0;
      for (; button.isConnected; frames += 1) {
        await new Promise(requestAnimationFrame);
      }
      return frames;
    });
    // A tenth of a second at 60 frames a second; counted, because a busy machine takes longer for each.
    expect(frames).toBeLessThanOrEqual(6);
    await expect(root).toHaveAttribute("data-state", "error");
    await expect(dashboard.locator(`#${view}-error`)).toContainText("Reading was stopped");
    // The button that was pressed is gone; the focus is on what comes next.
    await expect(dashboard.locator(`#${view}-error-retry`)).toBeFocused();

    await answerAgain();
    await dashboard.locator(`#${view}-error-retry`).click();
    await expect(root).toContainText(text);
    await expect(field(dashboard, "/Coins")).toContainText("1");
  });
}
