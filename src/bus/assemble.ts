import type { Clock } from "../base/clock.ts";
import { BusbarError, messageOf } from "../base/errors.ts";
import { silentLogger } from "../base/logger.ts";
import type { Channel } from "../channels/channel.ts";
import { handlerChannel, type HandlerChannelOptions } from "../channels/handler.ts";
import { type Catalog, catalogOf, subscribersProblems, type Topics, topicsProblems } from "../define/catalog.ts";
import type { ChannelName } from "../define/channel-name.ts";
import { isSubscriber, type Subscriber } from "../define/subscriber.ts";
import { emailChannelOf } from "./email.ts";
import { loadSubscribers } from "./load.ts";
import { type BusOptions, parseOptions, type Settings } from "./options.ts";

export interface AssembleOptions {
  readonly settings: Settings;
  readonly topics: Topics;
  readonly subscribers: URL | readonly Subscriber[];
  /** For those who deliver, and for `check`: make the channels ready, which compiles the templates. */
  readonly delivering?: Pick<HandlerChannelOptions, "publishFor" | "logger"> & { readonly clock?: Clock };
}

/** An application put together, without a connection to anything. */
export interface Assembled {
  readonly catalog: Catalog;
  /** Those that are on and can be delivered; none where nobody delivers. */
  readonly channels: ReadonlyMap<ChannelName, Channel>;
}

/**
 * Loads and checks everything that an application defines.
 * @throws BusbarError `INVALID_DEFINITION` with every problem of topics, subscribers, templates and channels
 */
export async function assemble({ settings, topics, subscribers, delivering }: AssembleOptions): Promise<Assembled> {
  const problems = topicsProblems(topics);
  const collect = async <T>(work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      problems.push(...(error instanceof BusbarError ? error.problems : [messageOf(error)]));
      return undefined;
    }
  };

  const loaded = subscribers instanceof URL ? await collect(() => loadSubscribers(subscribers)) : { subscribers, problems: [] };
  problems.push(...(loaded?.problems ?? []), ...subscribersProblems(topics, loaded?.subscribers ?? []));
  const known = (loaded?.subscribers ?? []).filter(isSubscriber);

  const channels = new Map<ChannelName, Channel>();
  const add = async (name: ChannelName, make: () => Channel): Promise<void> => {
    if (settings.channels[name].off !== undefined) return;
    const channel = await collect(make);
    if (channel === undefined) return;
    channels.set(name, channel);
    await collect(() => channel.prepare(known.flatMap(({ routes }) => routes).filter((route) => route.channel === name)));
  };
  if (delivering !== undefined) {
    await add("email", () => emailChannelOf(settings, delivering.clock));
    await add("handler", () => handlerChannel({ ...delivering, services: settings.services }) as Channel);
  }
  if (problems.length === 0) return { catalog: catalogOf(topics, known), channels };
  await closeAll(channels);
  throw new BusbarError("INVALID_DEFINITION", "The application cannot start:", { problems });
}

export async function closeAll(channels: Assembled["channels"]): Promise<void> {
  await Promise.all([...channels.values()].map((channel) => channel.close()));
}

/** For those who only look whether the channels can be made ready. */
export const checking: Pick<HandlerChannelOptions, "publishFor" | "logger"> = { publishFor: () => ({}), logger: silentLogger };

/** Everything that a start with these options would refuse, one sentence each; Redis is not asked. */
export async function applicationProblems(options: BusOptions): Promise<readonly string[]> {
  try {
    const settings = parseOptions(options);
    const { channels } = await assemble({ settings, topics: options.topics, subscribers: options.subscribers ?? [], delivering: checking });
    await closeAll(channels);
    return [];
  } catch (error) {
    return error instanceof BusbarError ? error.problems : [messageOf(error)];
  }
}
