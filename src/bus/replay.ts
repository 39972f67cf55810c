import { BusbarError } from "../base/errors.ts";
import { shortHash } from "../base/ids.ts";
import { pause } from "../base/pause.ts";
import type { Catalog } from "../define/catalog.ts";
import { defaultCategory, type Delivery } from "../define/delivery.ts";
import { knownSendsMs } from "../define/known-sends.ts";
import type { Subscriber } from "../define/subscriber.ts";
import type { TopicLog } from "../log/topic-log.ts";
import { audienceRecord } from "../router/audience-record.ts";
import { noCounts, type ReplayCounts, type ReplayPage, replayTopic, type Standing } from "../router/replay.ts";
import { isSuppressible } from "../workers/suppressions.ts";
import type { LazyParts } from "./lazy-parts.ts";
import { namedSubscriber, unknownName } from "./named-subscriber.ts";
import type { Settings } from "./options.ts";
import { planningOf } from "./planning.ts";
import { standingOf } from "./standings.ts";

export interface ReplayOptions {
  readonly topic: string;
  readonly subscriber: string;
  /** When the events were published: RFC 3339, or milliseconds since 1970. Default: as far back as is known what was sent, 96 h. */
  readonly from?: string | number;
  /** Default: now. */
  readonly to?: string | number;
  /** Only looks: counts and samples. Default false. */
  readonly preview?: boolean;
  /** Told after each page of 50 events. */
  readonly onProgress?: (soFar: ReplayResult) => void;
  /** Ends it after the page under way; called again with the same words, it goes on there. */
  readonly signal?: AbortSignal;
}

export interface ReplayResult extends ReplayCounts {
  /** The first ten of what is missing. */
  readonly samples: readonly {
    readonly delivery: string;
    readonly channel: string;
    readonly route: string;
    readonly to: string;
    readonly event: string;
    readonly time: string;
  }[];
  /** What today's code says of the first event that it cannot plan. */
  readonly firstProblem?: string;
  /** False: it was ended before. */
  readonly finished: boolean;
}

export interface ReplayerOptions {
  readonly settings: Settings;
  readonly log: TopicLog;
  readonly parts: LazyParts;
  readonly catalog: () => Promise<Catalog>;
}

/** More is queued only while a queue holds fewer: a replay never stands before what happens now. */
const mostWaiting = 1_000;
const lookAgainMs = 200;
const mostSamples = 10;

/** Queues what a subscriber should have sent for past events, and never did. */
export function replayer({ settings, log, parts, catalog }: ReplayerOptions): (options: ReplayOptions) => Promise<ReplayResult> {
  return async (options) => {
    const { preview = false, onProgress, signal } = options;
    const subscriber = chosen(await catalog(), options);
    const range = rangeOf(options, Date.now());
    const name = shortHash(JSON.stringify([options.topic, subscriber.identity, options.from ?? null, options.to ?? null]));
    let result: ReplayResult = { ...noCounts, samples: [], finished: false };

    const onPage = async ({ counts, missing, problem, partition, after }: ReplayPage): Promise<void> => {
      if (!preview) await parts.places().save(name, partition, after);
      result = {
        ...added(result, counts),
        samples: [...result.samples, ...missing.map(sampleOf)].slice(0, mostSamples),
        ...((result.firstProblem ?? problem) === undefined ? {} : { firstProblem: result.firstProblem ?? problem! }),
        finished: false,
      };
      onProgress?.(result);
    };

    const { finished } = await replayTopic(
      {
        log,
        planning: planningOf(settings, { deliver: true }),
        look,
        audienceKnown: async ({ id }) => (await parts.queues().audiences.find(id)) !== undefined,
        enqueue: (deliveries) => enqueue(deliveries, signal),
        enqueueAudience: (task, partition) => parts.queues().audiences.add([audienceRecord(task, partition)], { verify: true }),
      },
      { ...range, topic: options.topic, subscriber, preview, onPage, places: preview ? {} : await parts.places().load(name), signal },
    );
    if (finished && !preview) await parts.places().forget(name);
    return { ...result, finished };
  };

  async function look(deliveries: readonly Delivery[]): Promise<readonly Standing[]> {
    const [standings, jobs] = await Promise.all([
      parts.ledger().standings(deliveries),
      Promise.all(deliveries.map(({ id, channel }) => parts.queues().of(channel).find(id))),
    ]);
    return Promise.all(
      standings.map(async (standing, index) => {
        const job = jobs[index]?.state;
        const released = standing === "suppressed" && (job ?? "completed") === "completed" && (await isReleased(deliveries[index]!));
        return released ? "missing" : standingOf(standing, job);
      }),
    );
  }

  /** What was not sent to an address because it was suppressed is missing as soon as nothing stops it any more. */
  async function isReleased({ channel, to: address, category = defaultCategory }: Delivery): Promise<boolean> {
    return isSuppressible(channel) && (await parts.suppressions().find({ channel, address, category })) === undefined;
  }

  async function enqueue(deliveries: readonly Delivery[], signal: AbortSignal | undefined): Promise<void> {
    for (const channel of new Set(deliveries.map((delivery) => delivery.channel))) {
      const queue = parts.queues().of(channel);
      while ((await queue.counts()).waiting >= mostWaiting && !stopped(signal)) await pause(lookAgainMs, signal);
      const own = deliveries.filter((delivery) => delivery.channel === channel);
      await openReleased(own);
      // One of many: it leaves after what happens now.
      await queue.add(
        own.map((delivery) => ({ ...delivery, bulk: true })),
        { verify: true },
      );
    }
  }

  /** In an order that can be cut off anywhere: without its job and with an open record, a delivery is missing all the same. */
  async function openReleased(deliveries: readonly Delivery[]): Promise<void> {
    const standings = await parts.ledger().standings(deliveries);
    for (const delivery of deliveries.filter((_, index) => standings[index] === "suppressed")) {
      await parts.queues().of(delivery.channel).remove(delivery.id);
      await parts.ledger().note(delivery, { step: "redriven", detail: "by a replay: its address was released" });
      await parts.ledger().reopen(delivery, { suppressed: true });
    }
  }
}

function chosen(catalog: Catalog, { topic, subscriber: name }: ReplayOptions): Subscriber {
  const topics = catalog.topics.map((one) => one.name);
  if (!topics.includes(topic)) throw unknownName("UNKNOWN_TOPIC", topic, topics);
  const subscriber = namedSubscriber(catalog, name);
  const listening = catalog.subscribers.filter((one) => one.topics.some((other) => other.name === topic)).map((one) => one.name);
  if (listening.includes(subscriber.name)) return subscriber;
  throw new BusbarError(
    "UNKNOWN_SUBSCRIBER",
    `Subscriber "${subscriber.name}" does not listen to "${topic}". ${listening.length === 0 ? "Nobody does." : `Those who do: ${listening.join(", ")}.`}`,
  );
}

/** Pure. */
export function rangeOf({ from, to }: Pick<ReplayOptions, "from" | "to">, now: number): { readonly from: number; readonly to: number } {
  const problems: string[] = [];
  const time = (name: string, given: string | number | undefined, otherwise: number): number => {
    const parsed = given === undefined ? otherwise : typeof given === "number" ? given : Date.parse(given);
    if (!Number.isFinite(parsed)) problems.push(`${name}: ${JSON.stringify(given)} is no time such as 2026-11-21T09:00:00Z`);
    return parsed;
  };
  const range = { from: time("from", from, now - knownSendsMs), to: time("to", to, now) };
  if (problems.length === 0 && range.from > range.to)
    problems.push(`from ${iso(range.from)} is later than to ${iso(range.to)}: nothing lies between them`);
  else if (problems.length === 0 && range.from < now - knownSendsMs)
    problems.push(
      `from ${iso(range.from)} lies further back than it is known what was sent (95 h), so that something could be sent again: begin at ${iso(now - knownSendsMs)} or later`,
    );
  if (problems.length > 0) throw new BusbarError("INVALID_RANGE", "Nothing was replayed:", { problems });
  return range;
}

function stopped(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

function sampleOf({ id, channel, route, to, event }: Delivery): ReplayResult["samples"][number] {
  return { delivery: id, channel, route, to, event: event.id, time: event.time };
}

function added<Counts extends ReplayCounts>(result: Counts, counts: ReplayCounts): Counts {
  const names = Object.keys(noCounts) as (keyof ReplayCounts)[];
  return { ...result, ...Object.fromEntries(names.map((name) => [name, result[name] + counts[name]])) };
}
