import { BusbarError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Topics } from "../define/catalog.ts";
import { unknownOptions } from "../define/names.ts";
import type { Environment } from "./environment/environment.ts";
import type { ArchivePlace } from "./archive/archive-options.ts";
import { callbackProviders, type CallbacksOptions } from "./callbacks/callbacks-options.ts";
import type { ChannelsOptions } from "./channels-options.ts";
import { type ConfigChannels, configuredChannel } from "./config-channels.ts";
import type { BusOptions } from "./options.ts";
import type { SpoolPlace } from "./spool/spool-options.ts";

/**
 * An application as its team writes it down, in `busbar.config.ts`: what does not depend on where it runs. Addresses and secrets come
 * from the environment, which wins over what stands here.
 */
export interface Config<T extends Topics = Topics> extends Omit<
  BusOptions<T>,
  "redis" | "indexSecret" | "keys" | "send" | "logger" | "channels"
> {
  readonly channels?: ConfigChannels;
}

const names = [
  "application",
  "topics",
  "subscribers",
  "schedules",
  "services",
  "prefix",
  "partitions",
  "channels",
  "profile",
  "durability",
  "replication",
  "publishDeadline",
  "spool",
  "outbox",
  "archive",
  "version",
  "callbacks",
  "publicUrl",
  "linkSecrets",
  "categories",
  "keepSent",
];

/** Types a configuration: the default export of `busbar.config.ts`. */
export function defineConfig<const T extends Topics>(config: Config<T>): Config<T> {
  return config;
}

/**
 * The options of a bus: the configuration, with the environment laid over it.
 * @throws BusbarError `INVALID_CONFIGURATION` when it is no configuration
 */
export function configuredOptions(config: unknown, environment: Environment, logger: Logger): BusOptions {
  if (typeof config !== "object" || config === null)
    throw new BusbarError("INVALID_CONFIGURATION", "the configuration has no default export: write `export default defineConfig({ … })`.");
  const problems = unknownOptions(config, names);
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", "The configuration cannot be used:", { problems });
  const { channels = {}, callbacks: configured = {}, ...rest } = config as Config;
  const { redis, prefix, indexSecret, keys, profile, spool, outbox, archive, email, sender, sms, whatsapp, push, webhook, handler, send } =
    environment;
  const { callbacks, publicUrl, linkSecrets, durability, replication } = environment;
  const from = channels.email?.from ?? "busbar@example.com";
  return {
    ...rest,
    channels: {
      ...channels,
      email: {
        ...configuredChannel("email", channels.email, email),
        from: { ...(typeof from === "string" ? { address: from } : from), ...sender },
      },
      sms: configuredChannel("sms", channels.sms, sms),
      whatsapp: configuredChannel("whatsapp", channels.whatsapp, whatsapp),
      push: configuredChannel("push", channels.push, push),
      webhook: configuredChannel("webhook", channels.webhook, webhook),
      handler: configuredChannel("handler", channels.handler, handler),
    } as ChannelsOptions,
    send,
    callbacks: withParts(configured, callbacks),
    logger,
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(linkSecrets === undefined ? {} : { linkSecrets }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(indexSecret === undefined ? {} : { indexSecret }),
    ...(keys === undefined ? {} : { keys }),
    ...(profile === undefined ? {} : { profile }),
    ...(redis === undefined ? {} : { redis }),
    ...(durability === undefined ? {} : { durability }),
    ...(replication === undefined ? {} : { replication: { ...rest.replication, ...replication } }),
    ...(archive === undefined ? {} : { archive: withPlace(rest.archive, archive) }),
    ...(spool === undefined ? {} : { spool: { ...rest.spool, ...spool } as SpoolPlace }),
    ...(outbox === undefined ? {} : { outbox: { ...rest.outbox, ...outbox } }),
  };
}

/** Where the environment says a place, the configuration's other one is meant no more. */
function withPlace({ keepInRedis }: ArchivePlace = {}, given: ArchivePlace): ArchivePlace {
  return { ...(keepInRedis === undefined ? {} : { keepInRedis }), ...given };
}

/** What the environment says of one provider stands beside what the configuration says of it. */
function withParts(configured: CallbacksOptions, given: CallbacksOptions): CallbacksOptions {
  const both = callbackProviders.filter((name) => configured[name] !== undefined && given[name] !== undefined);
  return { ...configured, ...given, ...Object.fromEntries(both.map((name) => [name, { ...configured[name], ...given[name] }])) };
}
