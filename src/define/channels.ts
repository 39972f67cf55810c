import type { Duration } from "../base/duration.ts";
import type { PolicyOptions } from "./policy.ts";
import type { ChannelName } from "./channel-name.ts";
import type { AnyRoute } from "./route.ts";
import type { Template } from "./template.ts";

/** How a channel's queue behaves, over all processes unless it says otherwise. */
export interface ChannelOptions extends PolicyOptions {
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
  /** One try may take this long, all providers together. Default 30 s. */
  readonly timeout?: Duration;
}

/** What holds for a channel where nothing else is said. */
export const channelDefaults: Readonly<
  Record<"email", Required<Pick<ChannelOptions, "concurrency" | "rateLimit" | "keepCompleted" | "keepDeadLetters" | "timeout">>>
> = {
  email: {
    concurrency: 5,
    rateLimit: { max: 10, per: "1s" },
    keepCompleted: { age: "24h", count: 10_000 },
    keepDeadLetters: "14d",
    timeout: "30s",
  },
};

type Excess<Given, Wanted> = { [Key in Exclude<keyof Given, keyof Wanted>]: never };

export interface MessageRoute<Event, Channel extends ChannelName, Data, Given> extends PolicyOptions {
  /** Names the route where a subscriber has two of one channel. Default: the channel's name. */
  readonly name?: string;
  /** The route is taken only where this says true. Pure. */
  readonly when?: (event: Event) => boolean;
  /** The recipient: one address, several, or none. Pure. */
  readonly to: (event: Event) => string | readonly string[] | undefined;
  readonly template: Template<Channel, Data>;
  /** The template's data, made from the event. Pure; nothing missing and nothing more. */
  readonly data: (event: Event) => Given & Excess<Given, Data>;
}

/** What `deliver` receives: one builder a channel, typed with the topic's event. */
export interface ChannelBuilders<Event> {
  readonly email: <Data, Given extends Data>(route: MessageRoute<Event, "email", Data, Given>) => AnyRoute;
}

export const channelBuilders: ChannelBuilders<never> = {
  email: (route) => messageRoute("email", route as unknown as Partial<AnyRoute>),
};

function messageRoute(channel: ChannelName, { name = channel, when, to, template, data, priority, retry }: Partial<AnyRoute>): AnyRoute {
  return { kind: "route", name, channel, when, to, template, data, priority, retry } as AnyRoute;
}
