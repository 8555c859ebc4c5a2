import { expect, test } from "../src/fixtures";

/** What is shown until the page's own script is there. */
const EARLY = { dark: "dark", light: "light", auto: "light" } as const;

for (const theme of ["dark", "light", "auto"] as const) {
  test(`a page is never painted in another theme than ${theme}, not even before its script runs`, async ({
    daemon,
    page,
  }) => {
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(daemon.link);
    await expect(page.locator("#view-home")).toHaveAttribute("data-state", "ready");
    await page.evaluate(() => {
      window.location.hash = "#/settings/appearance";
    });
    await page.locator(`#settings-theme-${theme}`).check();
    await page.route("**/assets/*.js", (route) => route.abort());
    await page.reload({ waitUntil: "commit" });
    await expect(page.locator(".brand-name")).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe(EARLY[theme]);
  });
}
