import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

// What users run is measured, not what is debugged. Workers inherit it.
process.env.DSMP_BINARY ??= join(import.meta.dirname, "../../target/release/dsmp");

/** `npm run bench`: figures of the dashboard. They go to `DSMP_BENCH_OUTPUT`, traces to `target/bench/traces`. */
export default defineConfig({
  ...tests,
  testDir: "bench",
  testMatch: "*.bench.ts",
  outputDir: "../../target/bench/browser",
  // One at a time, and nothing is tried twice: a figure that comes only sometimes is not one.
  workers: 1,
  retries: 0,
  timeout: 900_000,
  globalTimeout: 2_700_000,
  use: { ...tests.use, actionTimeout: 60_000 },
});
