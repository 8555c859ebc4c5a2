/** What a bench begins with: a daemon with generated entries, and cold tabs that are signed in. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, test as base, type Page } from "@playwright/test";
import { Daemon } from "../daemon";
import { checkSpace, profileLines } from "./dataset";
import { installProbe } from "./probe";

export const QUICK = process.env.DSMP_BENCH_QUICK === "1";
export const STORE = "Profiles";

const TRACES = join(import.meta.dirname, "../../../../target/bench/traces");

/** What a signed-in tab holds: the session's cookie, and the tab's own half. */
interface Session {
  readonly cookies: Awaited<ReturnType<ReturnType<Page["context"]>["cookies"]>>;
  readonly tab: Readonly<Record<string, string>>;
}

export class Subject {
  private constructor(
    private readonly browser: Browser,
    readonly daemon: Daemon,
    private readonly session: Session,
  ) {}

  static async prepare(browser: Browser, daemon: Daemon, entries: number): Promise<Subject> {
    if (entries > 0) {
      await daemon.importLines(STORE, profileLines(entries));
    }
    const page = await browser.newPage();
    await page.goto(await daemon.invite());
    await page.locator("#view-home[data-state=ready]").waitFor();
    const tab = await page.evaluate(() => ({ ...sessionStorage }) as Record<string, string>);
    const cookies = await page.context().cookies();
    await page.close();
    return new Subject(browser, daemon, { cookies, tab });
  }

  address(hash: string): string {
    return `${this.daemon.address}/${hash}`;
  }

  /** Runs `deeds` in a tab with nothing cached, and leaves no context behind. */
  async inColdTab<Answer>(row: string, deeds: (page: Page) => Promise<Answer>): Promise<Answer> {
    const context = await this.browser.newContext();
    try {
      await context.addCookies([...this.session.cookies]);
      await context.addInitScript((stored) => {
        for (const [name, value] of Object.entries(stored)) {
          sessionStorage.setItem(name, value);
        }
      }, this.session.tab);
      const page = await context.newPage();
      await installProbe(page, row);
      return await deeds(page);
    } finally {
      await context.close();
    }
  }

  /**
   * The same once more with the browser's own trace, which is not measured because tracing costs time. The trace is
   * opened with Chromium's developer tools, Performance.
   */
  async traced(name: string, row: string, deeds: (page: Page) => Promise<unknown>): Promise<void> {
    await mkdir(TRACES, { recursive: true });
    await this.inColdTab(row, async (page) => {
      await this.browser.startTracing(page, { path: join(TRACES, `${name}.json`) });
      try {
        await deeds(page);
      } finally {
        await this.browser.stopTracing();
      }
    });
  }
}

interface Options {
  /** How many entries the data store holds. */
  readonly entries: number;
}

interface Fixtures {
  readonly subject: Subject;
}

// A fixture and not part of the test, so that an interrupted bench ends its daemon and removes its data too.
export const bench = base.extend<Options & Fixtures>({
  entries: [0, { option: true }],
  subject: [
    async ({ browser, entries }, use) => {
      await checkSpace(entries);
      const daemon = await Daemon.start();
      try {
        await use(await Subject.prepare(browser, daemon, entries));
      } finally {
        await daemon.stop();
      }
    },
    { timeout: 300_000 },
  ],
});

/** Runs `once` as often as a bench of this kind does, and answers what it answered. */
export async function repeated<Answer>(once: () => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let run = 0; run < (QUICK ? 3 : 5); run += 1) {
    answers.push(await once());
  }
  return answers;
}
