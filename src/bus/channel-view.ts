import type { ChannelName } from "../define/channel-name.ts";
import { channelNames } from "../define/channel-name.ts";
import type { QueueCounts } from "../queues/delivery-queue.ts";
import type { DoneBy, QueueLimits, QueueSettings, Rate } from "../queues/queue-settings.ts";
import type { ChannelSettings, Settings } from "./options.ts";
import type { ProviderTrouble } from "./provider-troubles.ts";

/** Who did it, when (RFC 3339), and why. */
export interface DoneWhen {
  readonly by: string;
  readonly at: string;
  readonly reason?: string;
}

/** A channel, or one of the queues beside them, as it is now. */
export interface ChannelView extends QueueCounts {
  /** A channel, `routing`, `audiences` or `callbacks`. */
  readonly name: string;
  readonly on: boolean;
  /** Why nothing is planned for it. */
  readonly off?: string;
  /** True after `pause`, for all processes. */
  readonly paused: boolean;
  /** Who paused it; absent while it goes on. */
  readonly pausedBy?: DoneWhen;
  /** Deliveries under way at once in one process: what is in force. Undefined for what is no channel. */
  readonly concurrency: number | undefined;
  /** `per` in milliseconds, over all processes: what is in force. */
  readonly rateLimit: Rate | false | undefined;
  /** The limits that a person has set, which hold over restarts until they are reset. Absent where the configuration holds. */
  readonly atRunTime?: { readonly concurrency?: DoneWhen; readonly rateLimit?: DoneWhen };
  /** What the configuration says, of the worker that started last. Where nothing is set at run time, it is what is in force. */
  readonly configured?: QueueLimits;
  /** Milliseconds since the oldest of those that wait for a worker was queued; absent where nothing waits. */
  readonly oldestAge?: number;
  /** Worker processes that take jobs now; absent where Redis does not say. */
  readonly workers?: number;
  /** How many suppressions hold: of an address for all messages, or for one category. Absent of what has no addresses. */
  readonly suppressed?: number;
  /** Its providers that get no messages at the moment. Absent where all are well. */
  readonly troubles?: readonly ProviderTrouble[];
}

/** What is read of a queue to show it. */
export interface QueueFacts {
  readonly counts: QueueCounts;
  readonly paused: boolean;
  /** When the oldest of those that wait was queued, milliseconds since 1970. */
  readonly oldest: number | undefined;
  readonly workers: number | undefined;
  readonly settings: QueueSettings;
  readonly suppressed: number | undefined;
  readonly troubles: readonly ProviderTrouble[];
}

/** Pure. */
export function channelView(name: string, facts: QueueFacts, channels: Settings["channels"]): ChannelView {
  const { counts, paused, oldest, workers, settings, suppressed, troubles } = facts;
  const own: ChannelSettings | undefined = isChannel(name) ? channels[name] : undefined;
  return {
    name,
    on: own?.off === undefined,
    ...(own?.off === undefined ? {} : { off: own.off }),
    ...counts,
    ...standingView(name, { paused, settings }, channels),
    ...(oldest === undefined ? {} : { oldestAge: Math.max(0, Date.now() - oldest) }),
    ...(workers === undefined ? {} : { workers }),
    ...(suppressed === undefined ? {} : { suppressed }),
    ...(troubles.length === 0 ? {} : { troubles }),
  };
}

/** Whether it is paused, and its limits. Pure. */
export function standingView(
  name: string,
  { paused, settings }: Pick<QueueFacts, "paused" | "settings">,
  channels: Settings["channels"],
): Pick<ChannelView, "paused" | "pausedBy" | "concurrency" | "rateLimit" | "atRunTime" | "configured"> {
  const limits = isChannel(name) ? limitsView(channels[name], settings) : { concurrency: undefined, rateLimit: undefined };
  return { paused, ...(paused && settings.pausedBy !== undefined ? { pausedBy: doneWhen(settings.pausedBy) } : {}), ...limits };
}

/** Those in force, who set them, and what the configuration says. Pure. */
export function limitsView(
  own: QueueLimits,
  { configured = own, concurrency, rateLimit }: QueueSettings,
): Pick<ChannelView, "concurrency" | "rateLimit" | "atRunTime" | "configured"> {
  const set = {
    ...(concurrency === undefined ? {} : { concurrency: doneWhen(concurrency) }),
    ...(rateLimit === undefined ? {} : { rateLimit: doneWhen(rateLimit) }),
  };
  return {
    concurrency: concurrency?.value ?? configured.concurrency,
    rateLimit: rateLimit?.value ?? configured.rateLimit,
    ...(Object.keys(set).length === 0 ? {} : { atRunTime: set }),
    configured: { concurrency: configured.concurrency, rateLimit: configured.rateLimit },
  };
}

function doneWhen({ by, at, reason }: DoneBy): DoneWhen {
  return { by, at: new Date(at).toISOString(), ...(reason === undefined ? {} : { reason }) };
}

export function isChannel(name: string): name is ChannelName {
  return channelNames.some((channel) => channel === name);
}
