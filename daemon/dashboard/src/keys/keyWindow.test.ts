import { describe, expect, it } from "vitest";
import { compareKeys, type KeyId, KeyWindow } from "./keyWindow";

const PAGE = 10;

function listing(count: number): { keys: KeyId[]; reads: number[]; read: KeyWindow } {
  const keys = Array.from({ length: count }, (_, index) => ({ scope: "global", key: String(index).padStart(7, "0") }));
  const reads: number[] = [];
  const read = new KeyWindow(async (cursor) => {
    const from = Number(cursor ?? 0);
    reads.push(from);
    const next = from + PAGE;
    return { rows: keys.slice(from, next), nextCursor: next < keys.length ? String(next) : null };
  });
  return { keys, reads, read };
}

describe("key window", () => {
  it("reads only as far as it is asked, and never guesses a count", async () => {
    const { read, reads } = listing(95);
    await read.readUpTo(0);
    expect([read.snapshot().count, read.snapshot().complete]).toEqual([10, false]);
    await read.readUpTo(34);
    expect(reads).toEqual([0, 10, 20, 30]);
    await read.readUpTo(1_000);
    expect([read.snapshot().count, read.snapshot().complete]).toEqual([95, true]);
  });

  it("drops far pages and reads them again by their cursor", async () => {
    const { read, reads } = listing(2_000);
    await read.readUpTo(1_999);
    reads.length = 0;
    expect(read.at(1_995)?.key).toBe("0001995");
    expect(read.at(5)).toBeNull();
    await new Promise((resolve) => {
      const stop = read.subscribe(() => {
        stop();
        resolve(null);
      });
    });
    expect(reads).toEqual([0]);
    expect(read.at(5)?.key).toBe("0000005");
    expect(read.snapshot().count).toBe(2_000);
  });

  it("puts created keys in their place and takes removed ones out", async () => {
    const { read } = listing(30);
    await read.readUpTo(0);
    read.insert({ scope: "global", key: "0000004a" });
    expect([read.at(5)?.key, read.snapshot().count]).toEqual(["0000004a", 11]);
    read.insert({ scope: "global", key: "0000004a" });
    read.insert({ scope: "global", key: "9" });
    expect(read.snapshot().count).toBe(11);
    read.remove({ scope: "global", key: "0000000" });
    expect([read.at(0)?.key, read.snapshot().count]).toEqual(["0000001", 10]);
  });

  it("keeps what it has when a read fails, and reads on afterwards", async () => {
    let fail = true;
    const read = new KeyWindow(async () => {
      if (fail) {
        throw new Error("away");
      }
      return { rows: [{ scope: "global", key: "a" }], nextCursor: null };
    });
    await read.readUpTo(0);
    expect([read.snapshot().count, read.snapshot().error !== null]).toEqual([0, true]);
    fail = false;
    await read.readUpTo(0);
    expect([read.snapshot().count, read.snapshot().error, read.snapshot().complete]).toEqual([1, null, true]);
  });
});

it("orders keys as UTF-8 bytes do", () => {
  const texts = ["\u{10000}", "\uffff", "b", "a", "aa", "é", ""];
  const ours = texts.toSorted((left, right) => compareKeys({ scope: "", key: left }, { scope: "", key: right }));
  const bytes = texts.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  expect(ours).toEqual(bytes);
});
