/** The thread that works on large texts. It holds the texts it was sent until it is told to forget them. */
import { deeds, type WorkDone, type WorkOrder } from "./deeds";

const texts = new Map<number, string>();

function work({ id, deed, of, parameters }: WorkOrder): WorkDone {
  try {
    const known = of.map((number) => texts.get(number) ?? "");
    const run = deeds[deed] as (texts: readonly string[], ...parameters: readonly unknown[]) => unknown;
    return { id, answer: run(known, ...parameters) };
  } catch (error) {
    return { id, failure: String(error) };
  }
}

self.onmessage = ({ data: order }: MessageEvent<WorkOrder>) => {
  for (const { number, text } of order.texts) {
    texts.set(number, text);
  }
  const done = work(order);
  for (const number of order.forgotten) {
    texts.delete(number);
  }
  self.postMessage(done);
};
