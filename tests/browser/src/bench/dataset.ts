/**
 * What is measured upon, made from one seed: ProfileStore entries of about 650 bytes, and one value of 4 MB.
 *
 * **Invariant:** the same size gives the same bytes, in every run and on every machine.
 */
import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";

const SEED = 0x5eed;
const LINES_PER_CHUNK = 1_000;
/** What one entry takes on disk, with its revision, its indexes and the write-ahead log; measured, and rounded up. */
const BYTES_PER_ENTRY_ON_DISK = 4_000;

export const VALUE_LIMIT_BYTES = 4_194_304;

/** Mulberry32: a small generator of 32-bit numbers whose whole state is the seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Refuses sizes that the disk cannot hold, before anything is written. */
export async function checkSpace(entries: number): Promise<void> {
  const { bavail, bsize } = await statfs(tmpdir());
  const needed = entries * BYTES_PER_ENTRY_ON_DISK;
  if (bavail * bsize < needed) {
    throw new Error(`${tmpdir()} has ${bavail * bsize} bytes left, and ${entries} entries need about ${needed}`);
  }
}

/** Lines for `dsmp import`, some at a time. */
export function* profileLines(entries: number): Generator<string> {
  const random = randomNumbers(SEED);
  for (let start = 0; start < entries; start += LINES_PER_CHUNK) {
    const count = Math.min(LINES_PER_CHUNK, entries - start);
    yield `${Array.from({ length: count }, (_, index) => profileLine(start + index, random)).join("\n")}\n`;
  }
}

/** The key of the entry at `index`; keys are in listing order. */
export function profileKey(index: number): string {
  return `Player_${1_000_000_000 + index}`;
}

function profileLine(index: number, random: () => number): string {
  const items = Array.from({ length: 6 }, () => `{"id":"item_${random() % 4_000}","count":${1 + (random() % 99)}}`);
  const data =
    `{"Coins":${random() % 1_000_000},"Gems":${random() % 5_000},"Level":${random() % 100},` +
    `"Experience":${random() % 100_000}.5,"Inventory":[${items.join(",")}],` +
    `"Settings":{"Music":${random() % 2 === 0},"Volume":0.75,"Language":"en-us"},` +
    `"Quests":{"Daily":${random() % 30},"Weekly":${random() % 12},"Seed":"${random().toString(16)}${random().toString(16)}"}}`;
  const session = `{"ProfileLoadCount":${random() % 900},"SessionLoadCount":${random() % 900},"MetaTags":{},"ActiveSession":null,"LastUpdate":${1_760_000_000 + (random() % 9_000_000)}}`;
  return `{"key":"${profileKey(index)}","value":{"Data":${data},"MetaData":${session},"GlobalUpdates":[0,[]]}}`;
}

/** A value just below Roblox's limit: settings, and an inventory of many items, stored without white space. */
export function largeValue(): string {
  const random = randomNumbers(SEED);
  const items: string[] = [];
  let length = 0;
  while (length < VALUE_LIMIT_BYTES - 4_096) {
    const item =
      `{"id":"item_${random() % 4_000}","uid":"${random().toString(16)}","count":${1 + (random() % 99)},` +
      `"quality":${(random() % 1_000) / 1_000},"tags":["a${random() % 9}","b${random() % 9}"],"bound":${random() % 2 === 0}}`;
    items.push(item);
    length += item.length + 1;
  }
  return `{"Coins":12500,"Level":14,"Name":"Ann","Settings":{"music":true,"volume":0.75},"Inventory":[${items.join(",")}]}`;
}
