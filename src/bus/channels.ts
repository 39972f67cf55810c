import { BusbarError } from "../base/errors.ts";
import type { DoneBy, LimitsChange } from "../queues/queue-settings.ts";
import { audited, type Deed } from "./audited.ts";
import { type By, byName } from "./by.ts";
import { type ChannelLimits, limitProblems, rateOf, rateToText } from "./channel-limits.ts";
import { type ChannelView, channelView, isChannel, limitsView, standingView } from "./channel-view.ts";
import type { LazyParts } from "./parts.ts";
import { namedQueue, notAChannel, queueNames } from "./named-queues.ts";
import type { Settings } from "./options.ts";
import { pausedBefore, pauseDeed, type PauseResult } from "./paused-before.ts";
import { sum } from "./positions.ts";
import { providerTroubles } from "./provider-troubles.ts";

export type { ChannelView, DoneWhen } from "./channel-view.ts";

/** Limits in force, who set them, and what the configuration says. */
export type ChannelLimitsView = Pick<ChannelView, "name" | "concurrency" | "rateLimit" | "atRunTime" | "configured">;

/** Whether a queue is paused, and its limits. */
export type QueueStanding = ChannelLimitsView & Pick<ChannelView, "paused" | "pausedBy">;

/** A limit that a person can set. */
export type LimitName = keyof ChannelLimits;

/** The channels' queues at run time, for all processes. Connects with its first question. Each verb stands in the audit record. */
export interface ChannelControl {
  list(): Promise<readonly ChannelView[]>;
  /** What a person has changed of each queue, and its limits, without its counts: it costs little. */
  standings(): Promise<readonly QueueStanding[]>;
  /**
   * No process takes what waits there until `resume`; what is under way is finished. Routing goes on.
   * @returns who had paused it already, where somebody had
   * @throws BusbarError `UNKNOWN_QUEUE`
   */
  pause(name: string, by?: By): Promise<PauseResult>;
  resume(name: string, by?: By): Promise<void>;
  /**
   * Sets the rate, or the concurrency of each process, in place of what the configuration says. It holds for all processes, and over restarts, until it is
   * reset. A rate is in force with the next delivery, a concurrency within a second; deliveries that are under way are finished.
   * @throws BusbarError `UNKNOWN_QUEUE`, `INVALID_LIMIT` with every problem; nothing was changed then
   */
  set(name: string, limits: ChannelLimits & By): Promise<ChannelLimitsView>;
  /**
   * Goes back to what the configuration says, of the limits that are named, or of both.
   * @throws BusbarError `UNKNOWN_QUEUE`
   */
  reset(name: string, options?: { readonly limits?: readonly LimitName[] } & By): Promise<ChannelLimitsView>;
  /**
   * Forgets finished deliveries that ended at least so many milliseconds ago, and says how many. Dead letters stay.
   * @param name `all`: of all channels, and of routing, audiences and callbacks
   * @throws BusbarError `UNKNOWN_QUEUE`, `INVALID_RANGE` where the age is negative or no number
   */
  clean(name: string, options?: { readonly olderThan?: number } & By): Promise<number>;
}

export function channelControl({ channels }: Settings, { queues, suppressions, circuits, audit }: LazyParts): ChannelControl {
  const change = async (name: string, limits: LimitsChange, deed: Deed): Promise<ChannelLimitsView> => {
    if (!isChannel(name)) throw notAChannel(name);
    const configured = channels[name];
    const queue = namedQueue(queues(), name);
    const settings = await audited(audit, deed, () => queue.setLimits(limits, { configured, done: doneBy(deed.by) }));
    return { name, ...limitsView(configured, settings) };
  };

  return {
    async list() {
      const [suppressed, states] = await Promise.all([suppressions().count() as Promise<Readonly<Record<string, number>>>, circuits.all()]);
      const now = Date.now();
      return Promise.all(
        queueNames.map(async (name) => {
          const queue = namedQueue(queues(), name);
          const read = [queue.counts(), queue.paused(), queue.oldestWaiting(), queue.workers(), queue.settings()] as const;
          const [counts, paused, oldest, workers, settings] = await Promise.all(read);
          const troubles = providerTroubles(states, name, now);
          return channelView(name, { counts, paused, oldest, workers, settings, suppressed: suppressed[name], troubles }, channels);
        }),
      );
    },

    standings: () =>
      Promise.all(
        queueNames.map(async (name) => {
          const queue = namedQueue(queues(), name);
          const [paused, settings] = await Promise.all([queue.paused(), queue.settings()]);
          return { name, ...standingView(name, { paused, settings }, channels) };
        }),
      ),

    async pause(name, by = {}) {
      const queue = namedQueue(queues(), name);
      const [paused, { pausedBy = {} }] = await Promise.all([queue.paused(), queue.settings()]);
      const deed = pauseDeed(name, pausedBefore(paused ? pausedBy : undefined));
      return audited(audit, { ...deed, what: "channel.pause", by }, async () => pausedBefore(await queue.pause(doneBy(by))));
    },

    async resume(name, by = {}) {
      const queue = namedQueue(queues(), name);
      await audited(audit, { what: "channel.resume", of: name, by }, () => queue.resume());
    },

    async set(name, { concurrency, rateLimit, ...by }) {
      const problems = limitProblems({
        ...(concurrency === undefined ? {} : { concurrency }),
        ...(rateLimit === undefined ? {} : { rateLimit }),
      });
      if (concurrency === undefined && rateLimit === undefined) problems.push("neither a concurrency nor a rateLimit is given");
      if (problems.length > 0) throw new BusbarError("INVALID_LIMIT", `Nothing was set for ${name}:`, { problems });
      const rate = rateLimit === undefined ? undefined : rateOf(rateLimit);
      const limits = { ...(concurrency === undefined ? {} : { concurrency }), ...(rate === undefined ? {} : { rateLimit: rate }) };
      const said = [
        ...(concurrency === undefined ? [] : [`concurrency ${concurrency}`]),
        ...(rate === undefined ? [] : [`rate ${rateToText(rate)}`]),
      ];
      return change(name, limits, { what: "channel.set", of: `${name}: ${said.join(", ")}`, by });
    },

    async reset(name, { limits = ["concurrency", "rateLimit"], ...by } = {}) {
      const none = Object.fromEntries(limits.map((limit) => [limit, null]));
      return change(name, none, { what: "channel.reset", of: `${name}: ${limits.join(", ")}`, by });
    },

    async clean(name, { olderThan = 0, ...by } = {}) {
      if (!(Number.isFinite(olderThan) && olderThan >= 0))
        throw new BusbarError("INVALID_RANGE", "Nothing was cleaned:", {
          problems: [`olderThan: must be milliseconds from 0 on, not ${olderThan}`],
        });
      const cleaned = name === "all" ? queueNames : [name];
      const each = cleaned.map((one) => namedQueue(queues(), one));
      const before = Date.now() - olderThan;
      const meant = await Promise.all(each.map(async (queue) => (await queue.pastKeeping({ dead: 0, finished: before })).finished));
      const of = `${name}, older than ${olderThan} ms: ${sum(meant)}`;
      return audited(audit, { what: "channel.clean", of, by }, async () => {
        const counts: number[] = [];
        // One after the other: each is a script that may remove thousands.
        for (const queue of each) counts.push(await queue.clean(before));
        return sum(counts);
      });
    },
  };
}

function doneBy(by: By): DoneBy {
  return { by: byName(by), at: Date.now(), ...(by.reason === undefined ? {} : { reason: by.reason }) };
}
