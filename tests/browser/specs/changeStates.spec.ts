import type { Page } from "@playwright/test";
import { audit } from "../src/audit";
import { expect, go, stageAs, test } from "../src/fixtures";

/** Answers an operation with a refusal until the returned function is called. */
async function refuse(page: Page, operation: string, status: number, code: string): Promise<() => Promise<void>> {
  const path = `**/api/v1/call/${operation}`;
  await page.route(path, (route) =>
    route.fulfill({ status, json: { code, message: "the daemon's own words", requestId: "r-1" } }),
  );
  return () => page.unroute(path);
}

/** Each view with the operation it reads by, and where it is. */
const VIEWS = [
  { view: "changes", operation: "changesets.list", hash: "#/Sandbox/changes", failure: "#changes-error" },
  { view: "history", operation: "changesets.list", hash: "#/Sandbox/history", failure: "#operations-error" },
  { view: "review", operation: "changesets.get", hash: null, failure: "#review-error" },
  { view: "jobs", operation: "jobs.list", hash: "#/jobs", failure: "#jobs-error" },
  { view: "job", operation: "jobs.get", hash: "#/jobs/0199aaaa-0000-7000-8000-000000000000", failure: "#job-error" },
] as const;

for (const { view, operation, hash, failure } of VIEWS) {
  test(`U-33: ${view} shows loading, error, denied and disconnected, by attribute and text`, async ({
    daemon,
    dashboard: page,
  }) => {
    const set = await stageAs(page, [{ kind: "set", store: "Saves", key: "p1", value: 1 }]);
    const address = hash ?? `#/Sandbox/changes/${set.id}`;
    const root = page.locator(`#view-${view}`);
    for (const [status, code, state] of [
      [500, "GEN011", "error"],
      [403, "GEN006", "denied"],
    ] as const) {
      const stop = await refuse(page, operation, status, code);
      await go(page, address);
      await page.reload();
      await expect(root).toHaveAttribute("data-state", state);
      await expect(page.locator(failure)).toContainText(code);
      await expect(page.locator(failure)).not.toContainText("the daemon's own words");
      await audit(page, `${view}, ${state}`);
      await stop();
      await go(page, "#/");
    }

    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route(`**/api/v1/call/${operation}`, async (route) => {
      await held;
      await route.continue().catch(() => undefined);
    });
    await go(page, address);
    await page.reload();
    await expect(root).toHaveAttribute("data-state", "loading");
    await expect(root.locator(".skeleton").first()).toBeVisible();
    const cancel = root.locator(".skeleton-cancel button").first();
    await expect(cancel).toBeVisible();
    await cancel.click();
    await expect(root).not.toHaveAttribute("data-state", "loading");
    answer();
    await page.unrouteAll({ behavior: "ignoreErrors" });

    await daemon.kill();
    await expect(root).toHaveAttribute("data-state", "disconnected");
  });
}

test("U-33: what cannot be committed says why, in the order of the reasons", async ({ daemon, dashboard: page }) => {
  const set = await stageAs(page, [{ kind: "set", store: "Saves", key: "p1", value: 1 }]);
  await go(page, `#/Sandbox/changes/${set.id}`);
  const commit = page.locator("#commit-confirm");
  await expect(commit).not.toHaveAttribute("aria-disabled", "true");
  await daemon.kill();
  await expect(commit).toHaveAttribute("aria-disabled", "true");
  await expect(commit).toHaveAttribute("title", "The daemon is not reachable.");
});

test("U-71: a staged set outlives the browser and the daemon", async ({ daemon, dashboard: page }) => {
  await stageAs(page, [{ kind: "set", store: "Saves", key: "p1", value: 1 }], { title: "Kept" });
  await daemon.kill();
  await daemon.restart();
  await page.reload();
  await go(page, "#/Sandbox/changes");
  await expect(page.locator("#changes-list")).toContainText("Kept");
});

test("the palette finds staged sets and jobs behind an exclamation mark", async ({ dashboard: page }) => {
  await stageAs(page, [{ kind: "set", store: "Saves", key: "p1", value: 1 }], { title: "Double weekend" });
  await page.keyboard.press("Control+k");
  await page.keyboard.type("!double");
  await expect(page.locator("#palette [role=option][aria-selected=true]")).toContainText("Double weekend");
  await page.keyboard.press("Enter");
  await expect(page.locator("#view-review")).toHaveAttribute("data-state", "ready");
});
