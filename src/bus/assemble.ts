import { BusbarError, messageOf } from "../base/errors.ts";
import type { Channel } from "../channels/channel.ts";
import { type Catalog, catalogOf, subscribersProblems, type Topics, topicsProblems } from "../define/catalog.ts";
import { isSubscriber, type Subscriber } from "../define/subscriber.ts";
import { emailChannelOf } from "./email.ts";
import { loadSubscribers } from "./load.ts";
import { type BusOptions, parseOptions, type Settings } from "./options.ts";

export interface AssembleOptions {
  readonly settings: Settings;
  readonly topics: Topics;
  readonly subscribers: URL | readonly Subscriber[];
  /** Compile the templates as well: for those who send, and for `check`. */
  readonly templates: boolean;
}

/** An application put together, without a connection to anything. */
export interface Assembled {
  readonly catalog: Catalog;
  /** Undefined where the channel is switched off or not configured, or templates were not asked for. */
  readonly email: Channel | undefined;
}

/**
 * Loads and checks everything that an application defines.
 * @throws BusbarError `INVALID_DEFINITION` with every problem of topics, subscribers, templates and channels
 */
export async function assemble({ settings, topics, subscribers, templates }: AssembleOptions): Promise<Assembled> {
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

  const { email: settingsOfEmail } = settings;
  let email: Channel | undefined;
  if (templates && settingsOfEmail?.enabled === true) {
    email = await collect(() => emailChannelOf(settingsOfEmail, settings.send));
    const routes = known.flatMap((subscriber) => subscriber.routes).filter((route) => route.channel === "email");
    await collect(() => email?.prepare(routes));
  }
  if (problems.length === 0) return { catalog: catalogOf(topics, known), email };
  await email?.close();
  throw new BusbarError("INVALID_DEFINITION", "The application cannot start:", { problems });
}

/** Everything that a start with these options would refuse, one sentence each; Redis is not asked. */
export async function applicationProblems(options: BusOptions): Promise<readonly string[]> {
  try {
    const settings = parseOptions(options);
    const { email } = await assemble({ settings, topics: options.topics, subscribers: options.subscribers ?? [], templates: true });
    await email?.close();
    return [];
  } catch (error) {
    return error instanceof BusbarError ? error.problems : [messageOf(error)];
  }
}
