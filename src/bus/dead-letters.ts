import { decodeEvent } from "../define/event.ts";
import type { DeadLetter, QueuedContent } from "../queues/delivery-queue.ts";
import type { TimelineEntry } from "../workers/ledger.ts";
import { type By, byText } from "./by.ts";
import type { LazyParts } from "./lazy-parts.ts";
import { type AnyContent, isCallback, isDelivery, namedQueue, queueNames } from "./named-queues.ts";

/** What ended without being sent, wherever it ended. */
export interface DeadLetterView {
  readonly id: string;
  /**
   * A channel, `routing` (an event that could not be planned), `audiences` (recipients that could not be looked up) or `callbacks` (what a
   * provider told later and could not be read or applied).
   */
  readonly queue: string;
  /** Undefined of a callback. */
  readonly subscriber: string | undefined;
  readonly route: string | undefined;
  /** The recipient; undefined where none was planned yet. */
  readonly to: string | undefined;
  /** Undefined where the log entry was no event. */
  readonly event: { readonly id: string; readonly type: string; readonly time: string } | undefined;
  readonly reason: string;
  readonly attempts: number;
  /** When it was queued, and when its last try ended; RFC 3339. */
  readonly firstAt: string;
  readonly lastAt: string;
  readonly stack: readonly string[];
}

/** One dead letter with everything that is known of it. */
export interface DeadLetterDetail extends DeadLetterView {
  /** What was to be sent: a template's data, a webhook's body, or the event that a handler was given or a subscriber could not plan; the body of a callback. */
  readonly data: unknown;
  /** What happened to it, oldest first; empty for what is no delivery. */
  readonly timeline: readonly TimelineEntry[];
}

/** Looks at dead letters, queues them again, and gives them up. Connects with its first question. */
export interface DeadLetters {
  /**
   * The newest first.
   * @param selection.queue one of {@link queueNames}; all by default
   * @param selection.count at most so many a queue; 100 by default
   * @param selection.from passes over so many of each queue, for pages; 0 by default
   * @throws BusbarError `UNKNOWN_QUEUE`
   */
  list(selection?: { readonly queue?: string; readonly count?: number; readonly from?: number }): Promise<readonly DeadLetterView[]>;
  /** Undefined where no dead letter has this id. */
  show(id: string): Promise<DeadLetterDetail | undefined>;
  /** How many there are in each queue. */
  counts(): Promise<Readonly<Record<string, number>>>;
  /**
   * Queues dead letters again, each with all its attempts. Done twice, it does nothing the second time.
   * @returns one sentence for each that was not redriven, besides the ids of those that were
   */
  redrive(ids: readonly string[], by?: By): Promise<{ readonly redriven: readonly string[]; readonly refused: readonly Refused[] }>;
  /**
   * Takes dead letters away for good; the time line of a delivery says by whom and why.
   * @returns one sentence for each that was not discarded, besides the ids of those that were
   */
  discard(ids: readonly string[], by?: By): Promise<{ readonly discarded: readonly string[]; readonly refused: readonly Refused[] }>;
}

export interface Refused {
  readonly id: string;
  readonly reason: string;
}

export function deadLetters({ queues, ledger }: LazyParts): DeadLetters {
  const find = async (id: string) => {
    for (const name of queueNames) {
      const queue = namedQueue(queues(), name);
      const letter = await queue.deadLetter(id);
      if (letter !== undefined) return { name, queue, letter };
    }
    return undefined;
  };

  const redriveOne = async (id: string, by: By): Promise<string | undefined> => {
    const found = await find(id);
    if (found === undefined) return unknown;
    const { queue, letter } = found;
    const { content } = letter;
    if ("json" in content) return (await queue.redrive(id, { ...content, poison: false })) ? undefined : gone;
    if (isCallback(content)) return (await queue.redrive(id)) ? undefined : gone;
    if (!isDelivery(content)) return (await queue.redrive(id, { ...content, failures: 0 })) ? undefined : gone;
    // First the ledger: a crash in between leaves a dead letter that can be redriven again.
    const opened = await ledger().reopen(content);
    if (opened === "busy") return "somebody is sending it right now; try again in ten seconds";
    if (opened !== "open") return `it ended as ${opened}`;
    if (!(await queue.redrive(id))) return gone;
    await ledger().note(content, { step: "redriven", detail: byText(by) });
    return undefined;
  };

  const discardOne = async (id: string, by: By): Promise<string | undefined> => {
    const found = await find(id);
    if (found === undefined) return unknown;
    const { queue, letter } = found;
    // First the record: nothing goes without one. What never got to a send ends in the ledger here, so that no replay misses it.
    if (isDelivery(letter.content)) {
      const end = { step: "discarded", detail: byText(by) } as const;
      if ((await ledger().cancel(letter.content, end)) !== "cancelled") await ledger().note(letter.content, end);
    }
    return (await queue.remove(id)) ? undefined : gone;
  };

  return {
    async list({ queue, count = 100, from = 0 } = {}) {
      const names = queue === undefined ? queueNames : [queue];
      const pages = await Promise.all(
        names.map(async (name) => {
          const letters = await namedQueue(queues(), name).deadLetters({ from, count });
          return letters.map((letter) => deadLetterView(name, letter));
        }),
      );
      return pages.flat().toSorted((a, b) => (a.lastAt < b.lastAt ? 1 : -1));
    },
    async show(id) {
      const found = await find(id);
      if (found === undefined) return undefined;
      const { name, letter } = found;
      const { content } = letter;
      const timeline = isDelivery(content) ? await ledger().timeline(content) : [];
      return { ...deadLetterView(name, letter), data: dataOf(content), timeline };
    },
    async counts() {
      const counts = queueNames.map(async (name) => [name, (await namedQueue(queues(), name).counts()).dead] as const);
      return Object.fromEntries(await Promise.all(counts));
    },
    async redrive(ids, by = {}) {
      const { done, refused } = await each(ids, (id) => redriveOne(id, by));
      return { redriven: done, refused };
    },
    async discard(ids, by = {}) {
      const { done, refused } = await each(ids, (id) => discardOne(id, by));
      return { discarded: done, refused };
    },
  };
}

/** One by one: a verb over thousands must not hold Redis up. */
async function each(
  ids: readonly string[],
  work: (id: string) => Promise<string | undefined>,
): Promise<{ readonly done: readonly string[]; readonly refused: readonly Refused[] }> {
  const done: string[] = [];
  const refused: Refused[] = [];
  for (const id of ids) {
    const reason = await work(id);
    if (reason === undefined) done.push(id);
    else refused.push({ id, reason });
  }
  return { done, refused };
}

const unknown = "no dead letter has this id";
const gone = "it is no dead letter any more";

function dataOf(content: AnyContent): unknown {
  if ("json" in content) return parsedOrText(content.json);
  if ("ask" in content) return { ask: content.ask };
  if ("callback" in content) return parsedOrText(content.callback.body);
  if (!isDelivery(content)) return content.event;
  return content.channel === "handler" ? content.event : content.data;
}

function parsedOrText(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return json;
  }
}

function deadLetterView(queue: string, { content, reason, attempts, firstAt, lastAt, stack }: DeadLetter<AnyContent>): DeadLetterView {
  return {
    id: content.id,
    queue,
    subscriber: "subscriber" in content ? content.subscriber : undefined,
    route: "route" in content ? content.route : undefined,
    to: "to" in content ? content.to : undefined,
    event: eventOf(content),
    reason,
    attempts: "failures" in content ? content.failures + 1 : attempts,
    firstAt: new Date(firstAt).toISOString(),
    lastAt: new Date(lastAt).toISOString(),
    stack,
  };
}

function eventOf(content: AnyContent & QueuedContent): DeadLetterView["event"] {
  if (isCallback(content)) return undefined;
  try {
    const { id, type, time } = "json" in content ? decodeEvent(content.json) : content.event;
    return { id, type, time };
  } catch {
    // The entry was no event: that is why it is here.
    return undefined;
  }
}
