/**
 * What runs inside the measured page, from before its first script, and how a bench reads it.
 *
 * Interactions are measured by the browser's Event Timing: from the input's own time to the next paint, one figure per
 * press, click or tap (its longest event), in steps of 8 ms. The browser keeps nothing below 16 ms; such interactions
 * are counted as 16. The wheel is not part of Event Timing; it is measured in the same sense, from the event's time to
 * the end of the next frame's work.
 */
import type { Page } from "@playwright/test";

const SHORTEST_REPORTED_MS = 16;

export interface Interactions {
  /** From input to next paint, one per interaction, in milliseconds. */
  readonly durations: readonly number[];
  /** From a turn of the wheel to the next paint. */
  readonly wheels: readonly number[];
  /** From a turn of the wheel to the first frame with a row of data in the middle of the list. */
  readonly rows: readonly number[];
  /** The longest task of the main thread; 0 when none took 50 ms. */
  readonly longestTask: number;
}

interface Probe {
  usable: number | null;
  begin(): void;
  end(): Promise<Interactions>;
}

declare global {
  interface Window {
    benchProbe: Probe;
  }
  interface Performance {
    readonly interactionCount: number;
  }
  interface PerformanceEventTiming {
    readonly interactionId: number;
  }
}

/** Puts the probe into every page of this tab; `usable` is the moment when rows like `row` can be seen and clicked. */
export async function installProbe(page: Page, row: string): Promise<void> {
  await page.addInitScript(probe, { row, shortest: SHORTEST_REPORTED_MS });
}

/** Runs in the page; it can use nothing from this file. */
function probe({ row, shortest }: { readonly row: string; readonly shortest: number }): void {
  const longest = new Map<number, number>();
  let wheels: number[] = [];
  let rows: number[] = [];
  let longestTask = 0;
  let countBefore = 0;

  const takeEvents = (entries: readonly PerformanceEntry[]) => {
    for (const entry of entries as readonly PerformanceEventTiming[]) {
      if (entry.interactionId) {
        longest.set(entry.interactionId, Math.max(longest.get(entry.interactionId) ?? 0, entry.duration));
      }
    }
  };
  const takeTasks = (entries: readonly PerformanceEntry[]) => {
    longestTask = Math.max(longestTask, ...entries.map((entry) => entry.duration));
  };
  const events = new PerformanceObserver((list) => takeEvents(list.getEntries()));
  events.observe({ type: "event", durationThreshold: shortest } as PerformanceObserverInit);
  const tasks = new PerformanceObserver((list) => takeTasks(list.getEntries()));
  tasks.observe({ type: "longtask" });

  /** Calls back once the next frame was handed over for painting. */
  const afterPaint = (then: () => void) =>
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = then;
      channel.port2.postMessage(null);
    });
  const rowInMiddle = (): Element | null => {
    const list = document.querySelector(row)?.closest("[role=grid], [role=treegrid]");
    const box = list?.getBoundingClientRect();
    const hit = box && document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return hit?.closest(row) ?? null;
  };
  window.addEventListener(
    "wheel",
    (event) => {
      afterPaint(() => wheels.push(performance.now() - event.timeStamp));
      const watch = () =>
        afterPaint(() => {
          if (rowInMiddle()) {
            rows.push(performance.now() - event.timeStamp);
          } else {
            watch();
          }
        });
      watch();
    },
    { passive: true, capture: true },
  );

  const isClickable = (): boolean => {
    const first = document.querySelector(row);
    const box = first?.getBoundingClientRect();
    const hit = box && document.elementFromPoint(box.left + 8, box.top + box.height / 2);
    return Boolean(first && hit && first.contains(hit));
  };
  const changes = new MutationObserver(() => {
    if (isClickable()) {
      changes.disconnect();
      afterPaint(() => {
        window.benchProbe.usable = performance.now();
      });
    }
  });
  changes.observe(document, { childList: true, subtree: true });

  window.benchProbe = {
    usable: null,
    begin() {
      takeEvents(events.takeRecords());
      tasks.takeRecords();
      longest.clear();
      wheels = [];
      rows = [];
      longestTask = 0;
      countBefore = performance.interactionCount;
    },
    async end() {
      // Entries come with the frame after the one they measure.
      await new Promise<void>((resolve) => afterPaint(() => afterPaint(resolve)));
      takeEvents(events.takeRecords());
      takeTasks(tasks.takeRecords());
      const unreported = performance.interactionCount - countBefore - longest.size;
      const durations = [...longest.values(), ...Array.from({ length: Math.max(0, unreported) }, () => shortest)];
      return { durations, wheels, rows, longestTask };
    },
  };
}

/** Measures what `deeds` does in the page. */
export async function measured(page: Page, deeds: () => Promise<void>): Promise<Interactions> {
  await page.evaluate(() => window.benchProbe.begin());
  await deeds();
  return page.evaluate(() => window.benchProbe.end());
}

export interface Load {
  /** First contentful paint, in milliseconds after the navigation began. */
  readonly firstPaint: number;
  /** When the first row was painted and could be clicked, in milliseconds after the navigation began. */
  readonly usable: number;
  /** Bytes over the wire until then: headers and compressed bodies. */
  readonly transferred: number;
}

/** Opens an address and waits until the probe's rows are there. */
export async function measuredLoad(page: Page, address: string): Promise<Load> {
  const session = await page.context().newCDPSession(page);
  let transferred = 0;
  session.on("Network.loadingFinished", (event) => {
    transferred += event.encodedDataLength;
  });
  await session.send("Network.enable");
  await page.goto(address, { waitUntil: "commit" });
  await page.waitForFunction(() => window.benchProbe?.usable !== null);
  const atUsable = transferred;
  const times = await page.evaluate(() => ({
    firstPaint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
    usable: window.benchProbe.usable ?? Number.NaN,
  }));
  await session.detach();
  return { ...times, transferred: atUsable };
}

/** Bytes of script memory the tab holds after a collection: the page's own and its workers'. */
export async function scriptMemory(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  let { usedSize: total } = await session.send("Runtime.getHeapUsage");
  const answers = new Map<number, (usedSize: number) => void>();
  session.on("Target.receivedMessageFromTarget", ({ message }) => {
    const { id, result } = JSON.parse(message) as { id: number; result?: { usedSize?: number } };
    answers.get(id)?.(result?.usedSize ?? 0);
  });
  const workers: string[] = [];
  session.on("Target.attachedToTarget", ({ sessionId }) => workers.push(sessionId));
  // Answers after it told of every worker that is there.
  await session.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  let id = 0;
  const askWorker = (sessionId: string, method: string) => {
    id += 1;
    const answer = new Promise<number>((resolve) => answers.set(id, resolve));
    return session
      .send("Target.sendMessageToTarget", { sessionId, message: JSON.stringify({ id, method }) })
      .then(() => answer);
  };
  for (const worker of workers) {
    await askWorker(worker, "HeapProfiler.collectGarbage");
    total += await askWorker(worker, "Runtime.getHeapUsage");
  }
  await session.detach();
  if (workers.length !== page.workers().length) {
    throw new Error(`${page.workers().length} workers run, and ${workers.length} were asked for their memory`);
  }
  return total;
}
