import { BusbarError } from "../base/errors.ts";
import { nearestName } from "../define/names.ts";
import type { Delivery } from "../define/delivery.ts";
import { decodeEvent } from "../define/event.ts";
import type { DeadLetter, DeliveryQueue, QueuedContent } from "../queues/delivery-queue.ts";
import type { AudienceRecord } from "../router/audience-record.ts";
import type { RoutingRecord } from "../router/routing-record.ts";
import type { LazyParts } from "./lazy-parts.ts";
import { builtChannels } from "./options.ts";

/** What ended without being sent, wherever it ended. */
export interface DeadLetterView {
  readonly id: string;
  /** A channel, `routing` (an event that could not be planned) or `audiences` (recipients that could not be looked up). */
  readonly queue: string;
  readonly subscriber: string;
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

/** Looks at dead letters and queues them again. Connects with its first question. */
export interface DeadLetters {
  /**
   * The newest first.
   * @param selection.queue one of {@link deadLetterQueues}; all by default
   * @param selection.count at most so many a queue; 100 by default
   */
  list(selection?: { readonly queue?: string; readonly count?: number }): Promise<readonly DeadLetterView[]>;
  /** How many there are in each queue. */
  counts(): Promise<Readonly<Record<string, number>>>;
  /**
   * Queues dead letters again, each with all its attempts. Done twice, it does nothing the second time.
   * @returns one sentence for each that was not redriven, besides the ids of those that were
   */
  redrive(
    ids: readonly string[],
  ): Promise<{ readonly redriven: readonly string[]; readonly refused: readonly { readonly id: string; readonly reason: string }[] }>;
}

export const deadLetterQueues: readonly string[] = [...builtChannels, "routing", "audiences"];

type AnyContent = Delivery | RoutingRecord | AudienceRecord;

export function deadLetters({ queues, ledger }: LazyParts): DeadLetters {
  const queueOf = (name: string): DeliveryQueue<AnyContent> => {
    const { of, routing, audiences } = queues();
    const queue = name === "routing" ? routing : name === "audiences" ? audiences : of(name as Delivery["channel"]);
    return queue as unknown as DeliveryQueue<AnyContent>;
  };
  const redriveOne = async (id: string): Promise<string | undefined> => {
    for (const name of deadLetterQueues) {
      const queue = queueOf(name);
      const found = await queue.deadLetter(id);
      if (found === undefined) continue;
      const { content } = found;
      if ("json" in content) return (await queue.redrive(id, { ...content, poison: false })) ? undefined : gone;
      if (!("to" in content)) return (await queue.redrive(id, { ...content, failures: 0 })) ? undefined : gone;
      // First the ledger: a crash in between leaves a dead letter that can be redriven again.
      const opened = await ledger().reopen(content);
      if (opened === "busy") return "somebody is sending it right now; try again in ten seconds";
      if (opened !== "open") return `it ended as ${opened}`;
      if (!(await queue.redrive(id))) return gone;
      await ledger().note(content, { step: "redriven", detail: "by a person" });
      return undefined;
    }
    return "no dead letter has this id";
  };

  return {
    async list({ queue, count = 100 } = {}) {
      const names = queue === undefined ? deadLetterQueues : [checkedQueue(queue)];
      const pages = await Promise.all(
        names.map(async (name) => (await queueOf(name).deadLetters({ from: 0, count })).map((letter) => deadLetterView(name, letter))),
      );
      return pages.flat().toSorted((a, b) => (a.lastAt < b.lastAt ? 1 : -1));
    },
    async counts() {
      return Object.fromEntries(
        await Promise.all(deadLetterQueues.map(async (name) => [name, (await queueOf(name).counts()).dead] as const)),
      );
    },
    async redrive(ids) {
      const redriven: string[] = [];
      const refused: { id: string; reason: string }[] = [];
      for (const id of ids) {
        const reason = await redriveOne(id);
        if (reason === undefined) redriven.push(id);
        else refused.push({ id, reason });
      }
      return { redriven, refused };
    },
  };
}

function checkedQueue(name: string): string {
  if (deadLetterQueues.includes(name)) return name;
  const near = nearestName(name, deadLetterQueues);
  throw new BusbarError(
    "UNKNOWN_QUEUE",
    `No queue is called "${name}". ${near === undefined ? `There are ${deadLetterQueues.join(", ")}.` : `Did you mean "${near}"?`}`,
  );
}

const gone = "it is no dead letter any more";

function deadLetterView(queue: string, { content, reason, attempts, firstAt, lastAt, stack }: DeadLetter<AnyContent>): DeadLetterView {
  return {
    id: content.id,
    queue,
    subscriber: content.subscriber,
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
  try {
    const { id, type, time } = "json" in content ? decodeEvent(content.json) : content.event;
    return { id, type, time };
  } catch {
    // The entry was no event: that is why it is here.
    return undefined;
  }
}
