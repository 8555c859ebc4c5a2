/** A data store of many keys: opened by a cold browser, scrolled through, clicked and typed in. */
import type { Page } from "@playwright/test";
import { profileKey } from "../src/bench/dataset";
import { bench, QUICK, repeated, STORE } from "../src/bench/measure";
import { type Interactions, measured, measuredLoad, scriptMemory } from "../src/bench/probe";
import { addFigures, percentile } from "../src/bench/results";

const SIZES = QUICK ? [1_000, 10_000] : [10_000, 100_000, 1_000_000];
const ROW = "#keys-grid [data-key]";
const LISTING = `#/Sandbox/std/${STORE}`;
const MEMORY_GOAL_BYTES = 250 * 1024 * 1024;
const TRANSFER_GOAL_BYTES = 350 * 1024;
/** About as fast as a person turns a wheel or types. */
const TURN_PAUSE_MS = 40;
const KEY_PAUSE_MS = 60;

for (const entries of SIZES) {
  bench.describe(`${entries} keys`, () => {
    bench.use({ entries });

    bench("opened by a cold browser", async ({ subject }) => {
      const address = subject.address(LISTING);
      const loads = await repeated(() =>
        subject.inColdTab(ROW, async (page) => {
          const load = await measuredLoad(page, address);
          // What counts as clickable must open what it shows.
          await page.locator(ROW).first().click();
          await page.locator("#tree-grid [data-path]").first().waitFor();
          return load;
        }),
      );
      await addFigures([
        { name: "first paint", entries, unit: "ms", goal: 300, runs: loads.map((load) => load.firstPaint) },
        { name: "key list usable", entries, unit: "ms", goal: 800, runs: loads.map((load) => load.usable) },
        {
          name: "initial transfer, compressed",
          entries,
          unit: "bytes",
          goal: TRANSFER_GOAL_BYTES,
          runs: loads.map((load) => load.transferred),
        },
      ]);
      await subject.traced(`keys-${entries}-open`, ROW, (page) => measuredLoad(page, address));
    });

    bench("scrolled, clicked and typed in", async ({ subject }) => {
      const address = subject.address(LISTING);
      const { scrolls, presses, memory } = await subject.inColdTab(ROW, async (page) => {
        await measuredLoad(page, address);
        await readWholeListing(page);
        const scrolls = await repeated(() => measured(page, () => scroll(page)));
        const memory = [await scriptMemory(page)];
        const presses = await repeated(() => measured(page, () => clickAndType(page, entries)));
        return { scrolls, presses, memory };
      });
      const tasks = [...scrolls, ...presses].map((run) => run.longestTask);
      await addFigures([
        figure("keys, scrolling: wheel or key to next paint, p95", 100, scrolls, (run) => [
          ...run.wheels,
          ...run.durations,
        ]),
        figure("keys, scrolling: wheel to rows in sight, p95", null, scrolls, (run) => run.rows),
        figure("keys, clicking and typing: interaction to next paint, p95", 100, presses, (run) => run.durations),
        { name: "keys: longest task", entries, unit: "ms", goal: null, runs: tasks },
        { name: "keys: script memory of the tab", entries, unit: "bytes", goal: MEMORY_GOAL_BYTES, runs: memory },
      ]);
      await subject.traced(`keys-${entries}-scroll`, ROW, async (page) => {
        await measuredLoad(page, address);
        await scroll(page);
        await clickAndType(page, entries);
      });
    });

    function figure(
      name: string,
      goal: number | null,
      runs: readonly Interactions[],
      of: (run: Interactions) => readonly number[],
    ) {
      return { name, entries, unit: "ms" as const, goal, runs: runs.map((run) => percentile(of(run), 0.95)) };
    }
  });
}

/** Keeps the list at its end until no page is left to read: as far as scrolling can get. */
async function readWholeListing(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const grid = document.getElementById("keys-grid");
    const count = document.getElementById("keys-count");
    while (grid && count?.dataset.complete !== "true") {
      grid.scrollTop = grid.scrollHeight;
      await new Promise(requestAnimationFrame);
    }
  });
}

async function scroll(page: Page): Promise<void> {
  const grid = page.locator("#keys-grid");
  await grid.focus();
  await page.keyboard.press("Home");
  await grid.hover();
  for (const turn of [120, 120, 480, 480, 2_400, 12_000, 120_000, -120_000, -480, 240]) {
    for (let time = 0; time < 6; time += 1) {
      await page.mouse.wheel(0, turn);
      await page.waitForTimeout(TURN_PAUSE_MS);
    }
  }
  for (const key of ["PageDown", "PageUp", "End", "ArrowUp", "PageUp", "Home"]) {
    for (let time = 0; time < 5; time += 1) {
      await page.keyboard.press(key, { delay: KEY_PAUSE_MS });
    }
  }
}

async function clickAndType(page: Page, entries: number): Promise<void> {
  await page.keyboard.press("Home");
  const rows = page.locator(ROW);
  for (let row = 2; row < 14; row += 1) {
    await rows.nth(row).click({ delay: KEY_PAUSE_MS });
    await page.locator("#tree-grid [data-path='/Data']").waitFor();
  }
  await page.locator("#keys-grid").focus();
  for (let time = 0; time < 10; time += 1) {
    await page.keyboard.press("ArrowDown", { delay: KEY_PAUSE_MS });
  }
  const prefix = page.locator("#keys-prefix");
  await prefix.click();
  await page.keyboard.type(profileKey(entries - 1), { delay: KEY_PAUSE_MS });
  await page.locator("#keys-count[data-count='1']").waitFor();
  for (let time = 0; time < profileKey(entries - 1).length; time += 1) {
    await page.keyboard.press("Backspace", { delay: KEY_PAUSE_MS });
  }
  await page.locator(`${ROW}[data-key='${profileKey(0)}']`).waitFor();
}
