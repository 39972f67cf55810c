import type { Duration } from "../base/duration.ts";
import type { ChannelName } from "./channel-name.ts";
import type { PolicyOptions } from "./policy.ts";
import type { ReplayOption } from "./replay-word.ts";

/** How a channel's queue behaves, over all processes unless it says otherwise. */
export interface ChannelOptions extends PolicyOptions, ReplayOption {
  /** `false` switches the channel off: its routes are skipped, with that reason. Default true. */
  readonly enabled?: boolean;
  /** Deliveries under way at once in one process. */
  readonly concurrency?: number;
  /** At most `max` sends in each `per`, over all processes. `false` switches the limit off. */
  readonly rateLimit?: { readonly max: number; readonly per: Duration } | false;
  /** Finished deliveries are kept this long and at most this many. Default 24 h and 10,000. */
  readonly keepCompleted?: { readonly age: Duration; readonly count: number };
  /** Dead letters are kept this long; their expiry is counted and announced. Default 14 d. */
  readonly keepDeadLetters?: Duration;
  /** At so many dead letters somebody is told, once until they were fewer again: `dead_letters.threshold_reached`. `false`: nobody is. Default 100. */
  readonly deadLetterThreshold?: number | false;
  /** One try may take this long: of a message, all providers together; of a handler, unless its route says otherwise. */
  readonly timeout?: Duration;
  /** When nothing more goes to a provider that fails. `false` asks every provider each time, however often it failed. */
  readonly circuit?: CircuitOptions | false;
}

/** A provider's circuit: open, its messages go to the next provider, or wait; a single one now and then looks whether it works again. */
export interface CircuitOptions {
  /** It opens after so many failures, of which each message that goes well takes half of one away. Default 4. */
  readonly failures?: number;
  /** The wait before the first look; with each look in vain it doubles, up to a minute. Default 5 s. */
  readonly probeEvery?: Duration;
}

export type ChannelDefaults = Required<
  Pick<ChannelOptions, "concurrency" | "rateLimit" | "keepCompleted" | "keepDeadLetters" | "deadLetterThreshold" | "timeout">
>;

const kept = { keepCompleted: { age: "24h", count: 10_000 }, keepDeadLetters: "14d", deadLetterThreshold: 100 } as const;

/** What holds for a channel where nothing else is said. */
export const channelDefaults: Readonly<Record<ChannelName, ChannelDefaults>> = {
  email: { ...kept, concurrency: 5, rateLimit: { max: 10, per: "1s" }, timeout: "30s" },
  sms: { ...kept, concurrency: 5, rateLimit: { max: 10, per: "1s" }, timeout: "30s" },
  whatsapp: { ...kept, concurrency: 3, rateLimit: { max: 5, per: "1s" }, timeout: "30s" },
  push: { ...kept, concurrency: 10, rateLimit: { max: 100, per: "1s" }, timeout: "30s" },
  webhook: { ...kept, concurrency: 10, rateLimit: false, timeout: "30s" },
  handler: { ...kept, concurrency: 5, rateLimit: false, timeout: "5m" },
};
