import { readFile } from "node:fs/promises";
import { callAs, expect, go, stageAs, test } from "../src/fixtures";

/** Enough that the job is still at work when it is held. */
const COUNT = 20_000;
const PROPOSED = 1_000;

interface JobFacts {
  readonly state: string;
  readonly progress: Readonly<Record<string, number>>;
}

test("a job is paused, resumed and stopped; its numbers add up and its report is downloaded", async ({ dashboard }) => {
  const page = dashboard;
  let set: { id: string } | null = null;
  for (let start = 0; start < COUNT; start += PROPOSED) {
    const changes = Array.from({ length: PROPOSED }, (_, index) => ({
      kind: "set",
      store: "Saves",
      key: `k${start + index}`,
      value: 1,
    }));
    set = await stageAs(page, changes, set ? { set: set.id } : { title: "=Many" });
  }
  const { job } = await callAs<{ job: string }>(page, "changesets.commit", {
    set: set?.id,
    reason: "why",
    confirm: { count: COUNT, environment: "local" },
  });
  await page.keyboard.press("g");
  await page.keyboard.press("j");
  await expect(page.locator("#view-jobs")).toHaveAttribute("data-state", "ready");
  await expect(page.locator("#rail-jobs .rail-count")).toHaveAttribute("data-count", "1");
  const card = page.locator(`[data-job="${job}"]`);
  const bar = card.getByRole("progressbar");
  await expect(bar).toHaveAttribute("aria-valuemax", String(COUNT));
  await expect(bar).toHaveAttribute("aria-valuetext", /\d+ of 20,000/);

  await card.focus();
  await page.keyboard.press("Space");
  await expect(card).toHaveAttribute("data-state", "paused");
  await page.locator(`#job-resume-${job}`).click();
  await expect(card).toHaveAttribute("data-state", "running");
  await card.focus();
  await page.keyboard.press("Delete");
  await expect(page.locator("#stop-job-cancel")).toBeFocused();
  await page.locator("#stop-job-confirm").click();
  await expect(card).toHaveAttribute("data-state", "stopped");

  await card.getByRole("heading").getByRole("link").click();
  await expect(page.locator("#view-job")).toHaveAttribute("data-state", "ready");
  const { progress } = await callAs<JobFacts>(page, "jobs.get", { job });
  const { saved = 0, refused = 0, conflict = 0, unknown = 0, skipped = 0, done = 0 } = progress;
  expect(saved + refused + conflict + unknown + skipped).toBe(done);
  expect(saved).toBeGreaterThan(0);
  expect(saved).toBeLessThan(COUNT);

  await page.locator("#job-report").click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#job-report-csv").click()]);
  const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\r\n");
  expect(lines).toHaveLength(COUNT + 1);
  expect(download.suggestedFilename()).toMatch(/^Many-.*\.csv$/);
  await page.locator("#job-state-saved").click();
  await expect(page.locator("#job-items-grid [data-state=saved]").first()).toBeVisible();
  await expect(page.locator("#job-items-grid [data-item]:not([data-state=saved])")).toHaveCount(0);

  await page.locator(`#job-undo-${job}`).click();
  await expect(page.locator("#commit-confirm")).toHaveText(
    new RegExp(`Commit undo of ${saved.toLocaleString("en")} (entry|entries) to LOCAL`),
  );
});

test("no job, and a job that is not there, say so", async ({ dashboard }) => {
  await go(dashboard, "#/jobs");
  await expect(dashboard.locator("#view-jobs")).toHaveAttribute("data-state", "empty");
  await go(dashboard, "#/jobs/0199aaaa-0000-7000-8000-000000000000");
  await expect(dashboard.locator("#view-job")).toHaveAttribute("data-state", "error");
  await expect(dashboard.locator("#job-error")).toContainText("There is no such job.");
  await dashboard.locator("#job-to-list").click();
  await expect(dashboard.locator("#view-jobs")).toBeVisible();
});
