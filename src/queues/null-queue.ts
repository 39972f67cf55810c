import type { DeliveryQueue, QueuedContent } from "./delivery-queue.ts";
import { nullDeadLetterIndex } from "./null-dead-letter-index.ts";

const nothing = async (): Promise<void> => undefined;

/** A queue that takes everything and hands nothing out: for test buses that only look at what is planned. */
export function nullQueue<Content extends QueuedContent>(name: string): DeliveryQueue<Content> {
  return {
    name,
    add: nothing,
    work: () => ({ ready: nothing, narrow: () => undefined, stop: nothing }),
    configure: async () => ({}),
    setLimits: async () => ({}),
    settings: async () => ({}),
    handOutDue: async () => 0,
    wake: async () => [],
    counts: async () => ({ waiting: 0, active: 0, delayed: 0, completed: 0, dead: 0 }),
    progress: async () => undefined,
    deadLetters: async () => [],
    deadLetter: async () => undefined,
    deadLettersOf: async () => [],
    index: nullDeadLetterIndex,
    edit: async () => false,
    discard: async () => false,
    find: async () => undefined,
    contents: async function* () {},
    forgetTold: nothing,
    remove: async () => false,
    pause: async () => undefined,
    resume: nothing,
    paused: async () => false,
    clean: async () => 0,
    oldestWaiting: async () => undefined,
    workers: async () => 0,
    redrive: async () => false,
    pastKeeping: async () => ({ dead: 0, finished: 0 }),
    expireDeadLetters: async () => 0,
    close: nothing,
  };
}
