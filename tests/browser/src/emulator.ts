/**
 * A real `dsmp emulate` on a fresh data directory and a free port.
 *
 * **Invariant:** it is stopped, and its directory removed, when its test ends.
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { BINARY } from "./daemon";

const LISTENING = "listening on ";

/** Runs `use` with the address of an emulator that accepts `key` alone. */
export async function withEmulator(key: string, use: (address: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "dsmp-emulator-"));
  const child = spawn(BINARY, ["--data-dir", directory, "emulate", "--port", "0", "--api-key", key], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    const first = await firstLine(child.stdout);
    if (!first.startsWith(LISTENING)) {
      throw new Error(`${BINARY} emulate did not start: ${first}`);
    }
    await use(first.slice(LISTENING.length));
  } finally {
    child.kill("SIGKILL");
    await ended;
    await rm(directory, { recursive: true, force: true });
  }
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stream })) {
    return line;
  }
  return "";
}
