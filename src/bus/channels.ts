import { channelNames, type ChannelName } from "../define/channel-name.ts";
import type { QueueCounts } from "../queues/delivery-queue.ts";
import type { LazyParts } from "./parts.ts";
import { namedQueue, queueNames } from "./named-queues.ts";
import type { ChannelSettings, Settings } from "./options.ts";
import { type ProviderTrouble, providerTroubles } from "./provider-troubles.ts";

/** A channel, or one of the queues beside them, as it is now. */
export interface ChannelView extends QueueCounts {
  /** A channel, `routing`, `audiences` or `callbacks`. */
  readonly name: string;
  readonly on: boolean;
  /** Why nothing is planned for it. */
  readonly off?: string;
  /** True after `pause`, for all processes. */
  readonly paused: boolean;
  /** Deliveries under way at once in one process, as this process is set; undefined for what is no channel. */
  readonly concurrency: number | undefined;
  /** `per` in milliseconds, over all processes. */
  readonly rateLimit: { readonly max: number; readonly per: number } | false | undefined;
  /** Milliseconds since the oldest of those that wait for a worker was queued; absent where nothing waits. */
  readonly oldestAge?: number;
  /** Worker processes that take jobs now; absent where Redis does not say. */
  readonly workers?: number;
  /** How many suppressions hold: of an address for all messages, or for one category. Absent of what has no addresses. */
  readonly suppressed?: number;
  /** Its providers that get no messages at the moment. Absent where all are well. */
  readonly troubles?: readonly ProviderTrouble[];
}

/** The channels' queues. Connects with its first question. */
export interface ChannelControl {
  list(): Promise<readonly ChannelView[]>;
  /**
   * No process takes what waits there until `resume`; what is under way is finished. Routing goes on.
   * @throws BusbarError `UNKNOWN_QUEUE`
   */
  pause(name: string): Promise<void>;
  resume(name: string): Promise<void>;
  /**
   * Forgets finished deliveries that ended at least so many milliseconds ago, and says how many. Dead letters stay.
   * @throws BusbarError `UNKNOWN_QUEUE`
   */
  clean(name: string, options?: { readonly olderThan?: number }): Promise<number>;
}

export function channelControl({ channels }: Settings, { queues, suppressions, circuits }: LazyParts): ChannelControl {
  const view = async (
    name: string,
    { suppressed, troubles }: { suppressed: number | undefined; troubles: readonly ProviderTrouble[] },
  ): Promise<ChannelView> => {
    const queue = namedQueue(queues(), name);
    const [counts, paused, oldest, workers] = await Promise.all([queue.counts(), queue.paused(), queue.oldestWaiting(), queue.workers()]);
    const settings: ChannelSettings | undefined = isChannel(name) ? channels[name] : undefined;
    return {
      name,
      on: settings?.off === undefined,
      ...(settings?.off === undefined ? {} : { off: settings.off }),
      paused,
      ...counts,
      concurrency: settings?.concurrency,
      rateLimit: settings?.rateLimit,
      ...(oldest === undefined ? {} : { oldestAge: Math.max(0, Date.now() - oldest) }),
      ...(workers === undefined ? {} : { workers }),
      ...(suppressed === undefined ? {} : { suppressed }),
      ...(troubles.length === 0 ? {} : { troubles }),
    };
  };

  return {
    async list() {
      const [suppressed, states] = await Promise.all([suppressions().count() as Promise<Readonly<Record<string, number>>>, circuits.all()]);
      const now = Date.now();
      return Promise.all(
        queueNames.map((name) => view(name, { suppressed: suppressed[name], troubles: providerTroubles(states, name, now) })),
      );
    },
    pause: async (name) => namedQueue(queues(), name).pause(),
    resume: async (name) => namedQueue(queues(), name).resume(),
    clean: async (name, { olderThan = 0 } = {}) => namedQueue(queues(), name).clean(Date.now() - olderThan),
  };
}

function isChannel(name: string): name is ChannelName {
  return channelNames.some((channel) => channel === name);
}
