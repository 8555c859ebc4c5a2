/**
 * A real `dsmp emulate` on a fresh data directory and a free port.
 *
 * **Invariant:** it is stopped, and its directory removed, when its test ends.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { BINARY } from "./daemon";

const LISTENING = "listening on ";

export class Emulator {
  private constructor(
    private readonly directory: string,
    private readonly process: ChildProcess,
    /** Where it listens. */
    readonly address: string,
    /** The one key it accepts. */
    readonly key: string,
  ) {}

  static async start(key: string): Promise<Emulator> {
    const directory = await mkdtemp(join(tmpdir(), "dsmp-emulator-"));
    const child = spawn(BINARY, ["--data-dir", directory, "emulate", "--port", "0", "--api-key", key], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const first = await firstLine(child.stdout);
    if (!first.startsWith(LISTENING)) {
      child.kill("SIGKILL");
      throw new Error(`${BINARY} emulate did not start: ${first}`);
    }
    return new Emulator(directory, child, first.slice(LISTENING.length), key);
  }

  /** Ends it at once, as when the network is gone. */
  async kill(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = new Promise((resolve) => this.process.once("exit", resolve));
      this.process.kill("SIGKILL");
      await ended;
    }
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Asks one of its paths with the key it accepts; a body is sent as JSON. */
  async ask(method: string, path: string, body?: string): Promise<string> {
    const response = await fetch(`${this.address}${path}`, {
      method,
      headers: { "x-api-key": this.key, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    }
    return text;
  }

  /** Writes an entry of a universe as a game would. */
  async put(universe: string, store: string, key: string, value: string): Promise<void> {
    const query = new URLSearchParams({ datastoreName: store, entryKey: key });
    await this.ask(
      "POST",
      `/datastores/v1/universes/${universe}/standard-datastores/datastore/entries/entry?${query}`,
      value,
    );
  }

  /** The stored text of an entry's value. */
  async valueText(universe: string, store: string, key: string): Promise<string> {
    const query = new URLSearchParams({ datastoreName: store, entryKey: key });
    return this.ask("GET", `/datastores/v1/universes/${universe}/standard-datastores/datastore/entries/entry?${query}`);
  }

  /** Lets requests of a method go wrong: the next `times` of them, after `skip` that pass. */
  async fault(method: string, fault: object | string, options: { times?: number; skip?: number } = {}): Promise<void> {
    await this.ask("POST", "/_emulator/faults", JSON.stringify({ method, fault, ...options }));
  }

  /** Has requests pass again. */
  async heal(): Promise<void> {
    await this.ask("DELETE", "/_emulator/faults");
  }

  /** Sets what the accepted key may do: permissions by Roblox's names; null for everything. */
  async permit(permissions: readonly string[] | null): Promise<void> {
    const settings = {
      name: "key of the test",
      permissions: permissions?.map((permission) => ({ permission })) ?? null,
    };
    await this.ask("PUT", "/_emulator/keys", JSON.stringify({ apiKey: this.key, settings }));
  }
}

/** Runs `use` with the address of an emulator that accepts `key` alone. */
export async function withEmulator(key: string, use: (address: string) => Promise<void>): Promise<void> {
  const emulator = await Emulator.start(key);
  try {
    await use(emulator.address);
  } finally {
    await emulator.stop();
  }
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stream })) {
    return line;
  }
  return "";
}
