import { BusbarError, messageOf } from "../base/errors.ts";
import { silentLogger } from "../base/logger.ts";
import type { Channel } from "../channels/channel.ts";
import { handlerChannel, type HandlerChannelOptions } from "../channels/handler.ts";
import { type Catalog, catalogOf, subscribersProblems, type Topics, topicsProblems } from "../define/catalog.ts";
import type { ChannelName } from "../define/channel-name.ts";
import { isSubscriber, type Subscriber } from "../define/subscriber.ts";
import { isSchedule, type Schedule } from "../define/schedule.ts";
import { schedulesProblems } from "../define/schedule-problems.ts";
import { isTopic } from "../define/topic.ts";
import { needsKeys } from "../define/topic-marks.ts";
import { noKeys } from "../vault/vault.ts";
import type { ChannelParts } from "./channel-parts.ts";
import { emailChannelOf } from "./email.ts";
import { loadedSubscribers, type LoadedSubscribers } from "./load/load.ts";
import { loadedSchedules } from "./load/load-schedules.ts";
import { type BusOptions, parseOptions, type Settings } from "./options.ts";
import { pushChannelOf } from "./push.ts";
import { readerLinkProblems } from "./reader-links.ts";
import { smsChannelOf } from "./sms.ts";
import { templateProblems, usedTemplates } from "./load/template-files.ts";
import { webhookChannelOf } from "./webhook.ts";
import { whatsappChannelOf } from "./whatsapp.ts";

type HandlerParts = Omit<HandlerChannelOptions, "services">;

export interface AssembleOptions {
  readonly settings: Settings;
  readonly topics: Topics;
  readonly subscribers: URL | readonly Subscriber[] | LoadedSubscribers;
  /** Default: none. */
  readonly schedules?: URL | readonly Schedule[] | undefined;
  /** For those who deliver, and for `check`: make the channels ready, which compiles the templates. */
  readonly delivering?: HandlerParts & ChannelParts;
  /** For a start, which needs more than `check`: keys for what is sealed. */
  readonly starting?: boolean;
}

/** An application put together, without a connection to anything. */
export interface Assembled {
  readonly catalog: Catalog;
  /** Those that are on and can be delivered; none where nobody delivers. */
  readonly channels: ReadonlyMap<ChannelName, Channel>;
}

/**
 * Loads and checks everything that an application defines.
 * @throws BusbarError `INVALID_DEFINITION` with every problem of topics, subscribers, schedules, templates and channels
 */
export async function assemble(options: AssembleOptions): Promise<Assembled> {
  const { settings, topics, subscribers, schedules = [], delivering, starting = false } = options;
  const problems = topicsProblems(topics);
  const collect = async <T>(work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      problems.push(...(error instanceof BusbarError ? error.problems : [messageOf(error)]));
      return undefined;
    }
  };

  const loaded = (await collect(() => loadedSubscribers(subscribers))) ?? { subscribers: [], templates: [], problems: [] };
  problems.push(...loaded.problems, ...subscribersProblems(topics, loaded.subscribers));
  const known = loaded.subscribers.filter(isSubscriber);
  const timed = (await collect(() => loadedSchedules(schedules))) ?? { schedules: [], problems: [] };
  problems.push(...timed.problems, ...schedulesProblems(topics, timed.schedules, Date.now()));
  const templates = usedTemplates(known, loaded.templates);

  const channels = new Map<ChannelName, Channel>();
  const add = async (name: ChannelName, make: () => Channel | string): Promise<void> => {
    if (settings.channels[name].off !== undefined) return;
    const routes = known.flatMap((subscriber) => subscriber.routes).filter((route) => route.channel === name);
    const channel = await collect(make);
    // A channel without keys is in nobody's way where nothing is sent by it.
    if (typeof channel === "string" && routes.length > 0) problems.push(channel);
    if (channel === undefined || typeof channel === "string") return;
    channels.set(name, channel);
    await collect(async () => {
      try {
        await channel.prepare(routes);
      } catch (error) {
        // The channel knows its templates, and this knows their files.
        const wrong = await templateProblems(templates.filter(({ template }) => template.channel === name));
        throw wrong.length === 0 ? error : new BusbarError("INVALID_DEFINITION", "Templates cannot be used:", { problems: wrong });
      }
    });
  };
  if (starting && settings.keys.length === 0) problems.push(...keyNeeds(topics));
  if (delivering !== undefined) {
    await add("email", () => emailChannelOf(settings, delivering));
    problems.push(...readerLinkProblems(settings, known));
    await add("sms", () => smsChannelOf(settings, delivering));
    await add("whatsapp", () => whatsappChannelOf(settings, delivering));
    await add("push", () => pushChannelOf(settings, delivering));
    await add("webhook", () => webhookChannelOf(settings, delivering));
    await add("handler", () => handlerChannel({ ...delivering, services: settings.services }) as Channel);
    problems.push(...(await templateProblems(templates.filter(({ template }) => !["email", "sms", "push"].includes(template.channel)))));
  }
  if (problems.length === 0) return { catalog: catalogOf(topics, known, timed.schedules.filter(isSchedule)), channels };
  await closeAll(channels);
  throw new BusbarError("INVALID_DEFINITION", "The application cannot start:", { problems });
}

/** One sentence for each topic that cannot be sealed for want of keys. */
function keyNeeds(topics: Topics): string[] {
  return Object.values(topics).flatMap((topic) => (isTopic(topic) && needsKeys(topic.marks) ? [`topic "${topic.name}": ${noKeys}`] : []));
}

export async function closeAll(channels: Assembled["channels"]): Promise<void> {
  await Promise.all([...channels.values()].map((channel) => channel.close()));
}

/** Puts an application together when it is first asked for, for those who render without sending. */
export function onceCompiled(make: () => Promise<Assembled>): { get(): Promise<Assembled>; close(): Promise<void> } {
  let made: Promise<Assembled> | undefined;
  return {
    get: () => (made ??= make()),
    close: async () => void (await made?.then(({ channels }) => closeAll(channels)).catch(() => undefined)),
  };
}

/** For those who only look whether the channels can be made ready. */
export const checking: HandlerParts = { publishFor: () => ({}), channelsFor: () => ({ clean: async () => 0 }), logger: silentLogger };

/**
 * Everything that a start with these options would refuse, one sentence each; Redis is not asked.
 * @param subscribers in place of those that the options name
 */
export async function applicationProblems(
  options: BusOptions,
  subscribers: AssembleOptions["subscribers"] = options.subscribers ?? [],
): Promise<readonly string[]> {
  const problems: string[] = [];
  const collect = (error: unknown): void => void problems.push(...(error instanceof BusbarError ? error.problems : [messageOf(error)]));
  let settings: Settings;
  try {
    settings = parseOptions(options);
  } catch (error) {
    collect(error);
    // What else is wrong does not depend on these.
    settings = parseOptions({ application: "unknown", topics: {}, channels: { email: { from: "nobody@example.com" } } });
  }
  try {
    const { topics, schedules } = options;
    const { channels } = await assemble({ settings, topics, subscribers, schedules, delivering: checking });
    await closeAll(channels);
  } catch (error) {
    collect(error);
  }
  return problems;
}
