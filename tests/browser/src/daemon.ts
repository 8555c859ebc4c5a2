/**
 * A real `dsmp serve` on a fresh data directory and a free port, and the REST API as a second writer sees it.
 *
 * **Invariant:** every daemon started here is stopped, and its directory removed, when its test ends.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

export const BINARY = process.env.DSMP_BINARY ?? join(import.meta.dirname, "../../../target/debug/dsmp");
const START_DEADLINE_MS = 20_000;

export interface Entry {
  readonly key: string;
  readonly scope: string;
  readonly revision: string;
  readonly userIds: readonly string[];
}

export class Daemon {
  private process: ChildProcess | null = null;
  private token: string | null = null;
  port = 0;
  /** The sign-in link of the latest start. */
  link = "";

  private constructor(
    private readonly directory: string,
    private readonly options: readonly string[],
  ) {}

  static async start(): Promise<Daemon> {
    const daemon = new Daemon(await mkdtemp(join(tmpdir(), "dsmp-browser-")), []);
    await daemon.run(0);
    return daemon;
  }

  /** As `start`, with a vault that a key file opens, so that no test waits for a passphrase to be stretched. */
  static async startWithVault(): Promise<Daemon> {
    const directory = await mkdtemp(join(tmpdir(), "dsmp-browser-"));
    const keyFile = join(directory, "vault.key");
    await writeFile(keyFile, randomBytes(64), { mode: 0o600 });
    const daemon = new Daemon(directory, ["--vault-key-file", keyFile]);
    await daemon.run(0);
    return daemon;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts again after `kill`, on the same port, so that open pages find it. */
  async restart(): Promise<void> {
    await this.run(this.port);
  }

  private async run(port: number): Promise<void> {
    const child = spawn(BINARY, ["--data-dir", this.directory, ...this.options, "serve", "--port", String(port)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.process = child;
    const errors: string[] = [];
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
    const lines = createInterface({ input: child.stdout });
    const deadline = setTimeout(() => child.kill("SIGKILL"), START_DEADLINE_MS);
    let opened = false;
    for await (const line of lines) {
      const [word, address = ""] = line.split(" ", 2);
      if (line.startsWith("listening on ")) {
        this.port = Number(new URL(line.slice("listening on ".length)).port);
      } else if (word === "open") {
        this.link = address;
        opened = true;
        break;
      }
    }
    clearTimeout(deadline);
    child.stdout.resume();
    if (!opened) {
      throw new Error(`${BINARY} did not start: ${errors.join("")}`);
    }
  }

  /** Ends the daemon at once, as a power cut would. */
  async kill(): Promise<void> {
    const child = this.process;
    this.process = null;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Runs the command line against this daemon and answers its standard output. */
  async command(...args: readonly string[]): Promise<string> {
    const child = spawn(BINARY, ["--data-dir", this.directory, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
    const code = await new Promise((resolve) => child.once("close", resolve));
    if (code !== 0) {
      throw new Error(`dsmp ${args.join(" ")} ended with ${code}: ${Buffer.concat(errors).toString()}`);
    }
    return Buffer.concat(output).toString();
  }

  /** Runs `dsmp import` on lines that are made while it reads them. */
  async importLines(store: string, lines: Iterable<string>): Promise<void> {
    const child = spawn(BINARY, ["--data-dir", this.directory, "import", "--store", store, "-"], {
      stdio: ["pipe", "ignore", "pipe"],
    });
    const errors: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
    const ended = new Promise((resolve) => child.once("close", resolve));
    // An import that ends early says why on its own; that its input broke off adds nothing.
    await pipeline(Readable.from(lines), child.stdin).catch(() => undefined);
    const code = await ended;
    if (code !== 0) {
      throw new Error(`dsmp import ended with ${code}: ${Buffer.concat(errors).toString()}`);
    }
  }

  /** A fresh sign-in link. */
  async invite(): Promise<string> {
    const { url } = JSON.parse(await this.call("sessions.invite", "{}")) as { url: string };
    return url;
  }

  /** Calls an operation as a script with a token would; bodies are text, so that values keep their bytes. */
  async call(operation: string, body: string): Promise<string> {
    this.token ??= await this.createToken();
    const response = await fetch(`${this.address}/api/v1/call/${operation}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${this.token}` },
      body,
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${operation} answered ${response.status}: ${text}`);
    }
    return text;
  }

  /** The code with which an operation is refused; fails when it is not. */
  async refusal(operation: string, request: object): Promise<string> {
    const message = await this.call(operation, JSON.stringify(request)).then(
      () => "no refusal",
      (error: Error) => error.message,
    );
    return /"code":"(\w+)"/.exec(message)?.[1] ?? message;
  }

  private async createToken(): Promise<string> {
    const answer = await this.command("--json", "token", "create", "--name", "second writer", "--role", "SUPER_ADMIN");
    return (JSON.parse(answer) as { secret: string }).secret;
  }

  async put(store: string, key: string, value: string, scope = "global"): Promise<void> {
    const place = JSON.stringify({ store, key, scope });
    await this.call("entries.set", `${place.slice(0, -1)},"value":${value}}`);
  }

  /** The stored text of a value, cut out of the answer without decoding it. */
  async valueText(store: string, key: string, scope = "global"): Promise<string> {
    const body = await this.call("entries.get", JSON.stringify({ store, key, scope }));
    const start = body.indexOf('"value":') + '"value":'.length;
    const end = body.indexOf(',"userIds":', start);
    return body.slice(start, end);
  }

  async entry(store: string, key: string, scope = "global"): Promise<Entry> {
    return JSON.parse(await this.call("entries.get", JSON.stringify({ store, key, scope }))) as Entry;
  }

  async import(store: string, entries: readonly { readonly key: string; readonly value: string }[]): Promise<void> {
    for (let start = 0; start < entries.length; start += 1_000) {
      const texts = entries
        .slice(start, start + 1_000)
        .map((entry) => `{"key":${JSON.stringify(entry.key)},"value":${entry.value}}`);
      await this.call("entries.import", `{"store":${JSON.stringify(store)},"entries":[${texts.join(",")}]}`);
    }
  }
}
