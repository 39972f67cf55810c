import { decodeEvent } from "../define/event.ts";
import type { DeadLetter, QueuedContent } from "../queues/delivery-queue.ts";
import type { Topics } from "../define/catalog.ts";
import type { TopicLog } from "../log/topic-log.ts";
import type { Vault } from "../vault/vault-port.ts";
import type { DeadLetterDetail, DeadLetterView } from "./dead-letter-view.ts";
import { deadLetterSight } from "./dead-letter-sight.ts";
import { recordView, type View } from "./view.ts";
import { type By, byText } from "./by.ts";
import type { LazyParts } from "./parts.ts";
import { type AnyContent, isCallback, isDelivery, namedQueue, queueNames } from "./named-queues.ts";

/** Looks at dead letters, queues them again, and gives them up. Connects with its first question. Personal data is masked unless a `View` says who sees it. */
export interface DeadLetters {
  /**
   * The newest first.
   * @param selection.queue one of {@link queueNames}; all by default
   * @param selection.count at most so many a queue; 100 by default
   * @param selection.from passes over so many of each queue, for pages; 0 by default
   * @throws BusbarError `UNKNOWN_QUEUE`
   */
  list(selection?: View & { readonly queue?: string; readonly count?: number; readonly from?: number }): Promise<readonly DeadLetterView[]>;
  /** Undefined where no dead letter has this id. */
  show(id: string, view?: View): Promise<DeadLetterDetail | undefined>;
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

export interface DeadLettersOptions extends Pick<LazyParts, "queues" | "ledger" | "audit"> {
  readonly topics: Topics;
  readonly vault: Pick<Vault, "look">;
  readonly log: Pick<TopicLog, "find">;
}

export function deadLetters({ queues, ledger, audit, topics, vault, log }: DeadLettersOptions): DeadLetters {
  const sight = deadLetterSight({ topics, vault, log });
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
    async list({ queue, count = 100, from = 0, ...view } = {}) {
      const open = await recordView(audit, view, `dead letters of ${queue ?? "all queues"}`);
      const names = queue === undefined ? queueNames : [queue];
      const pages = await Promise.all(
        names.map(async (name) => {
          const letters = await namedQueue(queues(), name).deadLetters({ from, count });
          return letters.map((letter) => sight.ofView(deadLetterView(name, letter), open));
        }),
      );
      return pages.flat().toSorted((a, b) => (a.lastAt < b.lastAt ? 1 : -1));
    },
    async show(id, view = {}) {
      const found = await find(id);
      if (found === undefined) return undefined;
      const { name, letter } = found;
      const { content } = letter;
      const open = await recordView(audit, view, `the dead letter ${id}`);
      const timeline = isDelivery(content) ? await ledger().timeline(content) : [];
      return sight.ofDetail({ ...deadLetterView(name, letter), data: dataOf(content), timeline }, content, open);
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
