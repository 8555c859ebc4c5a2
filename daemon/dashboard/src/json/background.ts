/**
 * Asks things of a value's text without making a person wait: small texts are answered at once, large ones by a worker.
 *
 * **Invariant:** no text of `LARGE` or more characters is walked through on the page's own thread by anything in here.
 */
import {
  type AnswerOf,
  type ArgumentsOf,
  type DeedName,
  deeds,
  type TextsOf,
  type WorkDone,
  type WorkOrder,
} from "./deeds";

/** From this many characters on, walking through a text could be felt. */
export const LARGE = 65_536;
/** The worker keeps this many texts: the stored one, the draft, and what stood there before. */
const HELD_TEXTS = 3;

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

let worker: Worker | null = null;
let held: readonly { readonly number: number; readonly text: string }[] = [];
let counter = 0;
const waiting = new Map<number, Waiting>();

function startedWorker(): Worker {
  if (!worker) {
    worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data: done }: MessageEvent<WorkDone>) => settle(done);
    // Without its thread nothing can answer; the next question starts another one.
    worker.onerror = () => {
      worker?.terminate();
      worker = null;
      held = [];
      for (const id of [...waiting.keys()]) {
        settle({ id, failure: "the background thread ended" });
      }
    };
  }
  return worker;
}

function settle(done: WorkDone): void {
  const asker = waiting.get(done.id);
  waiting.delete(done.id);
  if ("failure" in done) {
    asker?.reject(new Error(done.failure));
  } else {
    asker?.resolve(done.answer as never);
  }
}

/** Runs a deed on texts; a promise only where they are large. */
export function ask<Name extends DeedName>(
  deed: Name,
  texts: TextsOf<Name>,
  ...parameters: ArgumentsOf<Name>
): AnswerOf<Name> | Promise<AnswerOf<Name>> {
  if (texts.every((text) => text.length < LARGE)) {
    const run = deeds[deed] as (...all: readonly unknown[]) => AnswerOf<Name>;
    return run(texts, ...parameters);
  }
  counter += 1;
  const id = counter;
  const sent: WorkOrder["texts"][number][] = [];
  const of = texts.map((text) => {
    const known = held.find((one) => one.text === text);
    if (known) {
      held = [known, ...held.filter((one) => one !== known)];
      return known.number;
    }
    counter += 1;
    sent.push({ number: counter, text });
    held = [{ number: counter, text }, ...held];
    return counter;
  });
  const forgotten = held.slice(HELD_TEXTS).map(({ number }) => number);
  held = held.slice(0, HELD_TEXTS);
  const order: WorkOrder = { id, texts: sent, forgotten, deed, of, parameters };
  return new Promise<AnswerOf<Name>>((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    startedWorker().postMessage(order);
  });
}
