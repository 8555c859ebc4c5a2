/** The figures of a bench, in the file that `cargo xtask bench` reads. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

export interface Figure {
  readonly name: string;
  /** How many keys the data store held; null where that does not matter. */
  readonly entries: number | null;
  readonly unit: "ms" | "bytes";
  /** What the median of `runs` may be at most; null where none is set. */
  readonly goal: number | null;
  readonly runs: readonly number[];
}

/** Adds figures to the output, so that what was measured before a failure is kept. */
export async function addFigures(figures: readonly Figure[]): Promise<void> {
  const output = process.env.DSMP_BENCH_OUTPUT;
  for (const figure of figures) {
    const goal = figure.goal === null ? "" : ` (goal ${figure.goal})`;
    const place = figure.entries === null ? "" : ` with ${figure.entries} keys`;
    const runs = figure.runs.map((run) => run.toFixed(figure.unit === "ms" ? 1 : 0)).join(", ");
    console.log(`  ${figure.name}${place}: ${median(figure.runs).toFixed(1)} ${figure.unit}${goal} of [${runs}]`);
  }
  if (output) {
    const earlier = await readFile(output, "utf8").then(
      (text) => JSON.parse(text) as Figure[],
      () => [],
    );
    await mkdir(dirname(output), { recursive: true });
    await writeFile(output, `${JSON.stringify([...earlier, ...figures], null, 2)}\n`);
  }
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** By nearest rank, so that the answer is always one of the values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
