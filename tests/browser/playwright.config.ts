import { defineConfig } from "@playwright/test";

/** The browser is the system's own (`DSMP_CHROMIUM`); nothing is downloaded. */
export default defineConfig({
  testDir: "specs",
  outputDir: "test-results",
  reporter: [["list"]],
  fullyParallel: false,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  timeout: 45_000,
  expect: { timeout: 10_000 },
  use: {
    browserName: "chromium",
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    colorScheme: "dark",
    locale: "en-US",
    timezoneId: "UTC",
    trace: "off",
    launchOptions: {
      executablePath: process.env.DSMP_CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
