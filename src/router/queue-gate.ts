import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { DeliveryQueue, QueuedContent } from "../queues/delivery-queue.ts";

/**
 * The way into one queue. While the queue refuses, what needs it is held here and tried again with backoff; everything that
 * does not need this queue goes on.
 */
export interface QueueGate<Content> {
  /** Resolves after the first try: the contents are in, or they are held and `later` resolves when they are in. Never rejects. */
  add(contents: readonly Content[], options: { readonly verify: boolean }): Promise<Admission>;
  /** Tries no more; what is held stays unacknowledged in the log, for another router. */
  stop(): void;
}

export interface Admission {
  readonly later: Promise<void> | undefined;
}

interface Held<Content> {
  readonly contents: readonly Content[];
  readonly done: () => void;
}

const firstWaitMs = 250;
const longestWaitMs = 5_000;
const contentsAtOnce = 500;

export function queueGate<Content extends QueuedContent>(queue: DeliveryQueue<Content>, logger: Logger): QueueGate<Content> {
  let held: Held<Content>[] = [];
  let wait = firstWaitMs;
  let timer: NodeJS.Timeout | undefined;
  const stopping = new AbortController();

  const hold = (contents: readonly Content[]): Admission => {
    const later = new Promise<void>((done) => held.push({ contents, done }));
    if (timer === undefined && !stopping.signal.aborted) timer = setTimeout(() => void retry(), wait);
    return { later };
  };

  const retry = async (): Promise<void> => {
    try {
      while (held.length > 0 && !stopping.signal.aborted) {
        const batch = takeFrom(held);
        // After a refusal nobody knows what of it is in: each job's place is looked up.
        await queue.add(
          batch.flatMap(({ contents }) => contents),
          { verify: true },
        );
        held = held.slice(batch.length);
        wait = firstWaitMs;
        for (const { done } of batch) done();
      }
      timer = undefined;
    } catch (error) {
      logger.warn(
        { queue: queue.name, held: held.length, error: messageOf(error) },
        "a queue refuses: what needs it is held and tried again",
      );
      wait = Math.min(wait * 2, longestWaitMs);
      timer = stopping.signal.aborted ? undefined : setTimeout(() => void retry(), wait);
    }
  };

  return {
    async add(contents, options) {
      if (held.length > 0) return hold(contents);
      try {
        await queue.add(contents, options);
        return { later: undefined };
      } catch (error) {
        logger.debug({ queue: queue.name, error: messageOf(error) }, "a queue refused");
        return hold(contents);
      }
    },
    stop() {
      stopping.abort();
      clearTimeout(timer);
    },
  };
}

/** The first of them, about `contentsAtOnce` contents in all and at least one. */
function takeFrom<Content>(held: readonly Held<Content>[]): Held<Content>[] {
  let contents = 0;
  const end = held.findIndex((item) => (contents += item.contents.length) > contentsAtOnce);
  return held.slice(0, end === -1 ? held.length : Math.max(end, 1));
}
