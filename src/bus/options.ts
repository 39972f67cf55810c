import type { Duration } from "../base/duration.ts";
import { milliseconds } from "../base/duration.ts";
import { BusbarError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { type Pace, paces, type Profile } from "../base/pace.ts";
import { checkAllowList } from "../channels/send-mode.ts";
import type { Topics } from "../define/catalog.ts";
import { type ChannelName, channelNames } from "../define/channel-name.ts";
import type { EmailSender } from "../define/message.ts";
import { type ArchivePlace, archiveProblems, type ArchiveSettings, archiveSettings } from "./archive/archive-options.ts";
import type { ChannelsOptions, EmailOptions, SmsOptions, WhatsappOptions, PushOptions, WebhookOptions } from "./channels-options.ts";
import type { CallbacksOptions } from "./callbacks/callbacks-options.ts";
import { type OutboxOptions, outboxOf, outboxProblems, type OutboxSettings } from "./outbox-options.ts";
import { callbackOptionProblems, publicUrlProblem } from "./environment/callback-settings.ts";
import { namePattern, unknownOptions } from "../define/names.ts";
import type { SchedulesOption } from "./schedules/schedules-option.ts";
import { type CategoryText, readerOptionProblems, type ReaderOptions } from "./reader-options.ts";
import type { Register } from "../define/register.ts";
import type { Subscriber } from "../define/subscriber.ts";
import type { KeepSent } from "../workers/sent-record.ts";
import { exportName } from "../define/topic.ts";
import { keyProblems } from "../vault/key-ring.ts";
import { durabilityProblems, replicationOf, type ReplicationOptions } from "./replication-options.ts";
import { defaultSpoolLimit, type SpoolPlace, spoolProblems } from "./spool/spool-options.ts";
import type { Durability } from "../base/redis-suitability.ts";
import type { Replication } from "../base/replication.ts";
import { type BuildOptions, buildOf, buildProblems } from "./build.ts";
import { type ChannelSettings, parseChannel } from "./channel-settings.ts";
import type { CheckedTopics } from "./checked-topics.ts";

export type { ChannelSettings } from "./channel-settings.ts";
export type { CamelCase, CheckedTopics } from "./checked-topics.ts";

export interface BusOptions<T extends Topics = Topics> extends ReaderOptions, BuildOptions, SchedulesOption {
  /** Names the application in groups, queues and ids. Lower case. Changing it starts anew. */
  readonly application: string;
  /** The exports of `topics/index.ts`. */
  readonly topics: T & CheckedTopics<T>;
  /** The folder of subscriber files, or the subscribers themselves. Needed by those who start router or workers. */
  readonly subscribers?: URL | readonly Subscriber[];
  /** Default `redis://127.0.0.1:6379`. busbar owns its connections: give an address, not a client. */
  readonly redis?: string | undefined;
  /** All keys begin with it. Default `busbar`. */
  readonly prefix?: string;
  /**
   * What the values of search keys are hashed with, at least 32 characters, the same for all who publish or search. Default: made from
   * the prefix, which keeps nothing readable but lets whoever reads Redis try values. With another one, what was published before is
   * no longer found by its search keys, and nobody written about before is erased. Where the others have `INDEX_SECRET`, it is `process.env.INDEX_SECRET`:
   * a bus reads no variable itself.
   */
  readonly indexSecret?: string | undefined;
  /**
   * The keys that `secret()` fields, and `pii()` fields with a subject, are sealed with: `<id>:<32 bytes in base64>` each. The first one writes,
   * all read, and all processes need the same. Needed by whoever publishes or starts topics with such fields. Where the others have `BUSBAR_KEYS`, they are
   * `process.env.BUSBAR_KEYS?.split(",")`: a bus reads no variable itself. Default: none.
   */
  readonly keys?: readonly string[] | undefined;
  /** How many partitions a topic gets that is new: the unit of scale. Default 1. Recorded in Redis; later changes hold for new topics only. */
  readonly partitions?: number;
  readonly channels?: ChannelsOptions;
  /** What handlers and audiences are given to work with: a database, an API's client. Its type is registered with `Register`. */
  readonly services?: Register extends { services: infer S } ? S : object;
  readonly send?: SendOptions;
  /** What providers' callbacks are known by: without it, what becomes of messages after they were accepted is not known. */
  readonly callbacks?: CallbacksOptions;
  /** The address at which the world reaches the HTTP server, such as `https://shop.example.com`: providers call back there, and links for readers begin with it. Default: none. */
  readonly publicUrl?: string;
  /**
   * `economy`, for a Redis that is billed by command: a process that waits asks it seldom, and what a killed process held is taken over
   * within minutes instead of seconds. Default `standard`.
   */
  readonly profile?: Profile;
  /**
   * What an acknowledged publish must survive: a crash of any process (`memory`), a power cut (`fsync`), or the loss of Redis' master
   * (`replicated`). A start on a Redis that keeps less is refused. With `replicated` each publish, and the router before it acknowledges an
   * event, waits until replicas have confirmed what was written. Default: what Redis happens to give, which each publish says.
   */
  readonly durability?: Durability;
  /** Of `durability: "replicated"`. */
  readonly replication?: ReplicationOptions;
  /** One publish may take this long. Default 2 s. */
  readonly publishDeadline?: Duration;
  /**
   * Where events wait while Redis is away, so that a publish still succeeds: files in this folder, each event on disk before its publish resolves
   * with `durability: "spooled"`. They are published, in their order and with their ids, when Redis is back. Several processes may share a folder.
   * Payloads are in the files. Default: none, a publish fails with `PUBLISH_FAILED` after its deadline.
   */
  readonly spool?: SpoolPlace;
  /** For the relay, which publishes what transactions have left in the outbox. Those who only publish with `tx` need none of it. */
  readonly outbox?: OutboxOptions;
  /**
   * What is kept of each message that was sent, for 96 h and in the archive, so that `replays.diff` can compare it with what today's code would send: its fields (`text`,
   * the default), only what tells them from others (`digests`), or nothing (`false`). Of what has `replay: "never"` nothing is ever kept.
   */
  readonly keepSent?: KeepSent;
  /**
   * Where the logs go when they are old: each day of a topic a compressed segment with a checksum, and with it what was sent. Replays read it as if it were the log. Payloads are in its files. Default: none,
   * what is past its `retain` is gone.
   */
  readonly archive?: ArchivePlace;
  /** Any pino logger. Default: silence. */
  readonly logger?: Logger;
}

/** Whether messages really leave. */
export interface SendOptions {
  /** False, the default: everything goes to the mailroom, whatever keys there are. */
  readonly live?: boolean;
  /** Recipients that real messages go to although `live` is false: addresses, `@domain`, phone numbers, beginnings of `https://` addresses. */
  readonly allow?: readonly string[];
  /** Where the mailroom listens. Default: http://127.0.0.1:4010 and SMTP 127.0.0.1:4025. */
  readonly mailroom?: {
    readonly url: string;
    readonly smtp: { readonly host: string; readonly port: number };
    /** One try may take this long there. Default 10 s. */
    readonly timeout?: Duration;
  };
}

export const defaultMailroom = { url: "http://127.0.0.1:4010", smtp: { host: "127.0.0.1", port: 4025 } } as const;

/** Options with nothing left open; durations in milliseconds. */
export interface Settings {
  readonly application: string;
  readonly redis: string;
  readonly prefix: string;
  readonly indexSecret: string | undefined;
  readonly keys: readonly string[];
  readonly partitions: number;
  readonly durability: Durability | undefined;
  /** Undefined: replicas are not waited for. */
  readonly replication: Replication | undefined;
  readonly publishDeadline: number;
  readonly spool: Required<SpoolPlace> | undefined;
  /** Undefined: no relay runs here. */
  readonly outbox: OutboxSettings | undefined;
  readonly pace: Pace;
  readonly channels: Readonly<Record<ChannelName, ChannelSettings>>;
  readonly email: { readonly options: EmailOptions; readonly from: EmailSender } | undefined;
  readonly sms: SmsOptions;
  readonly whatsapp: WhatsappOptions;
  readonly push: PushOptions;
  readonly webhook: WebhookOptions;
  readonly services: object;
  readonly send: Required<SendOptions>;
  readonly callbacks: CallbacksOptions;
  /** Without a slash at its end. */
  readonly publicUrl: string | undefined;
  /** None: links are signed with a key that everybody knows, while real sending is off. */
  readonly linkSecrets: readonly string[];
  readonly categories: Readonly<Record<string, CategoryText>>;
  readonly keepSent: KeepSent;
  readonly archive: ArchiveSettings | undefined;
  /** Stands with each dead letter that was tried here. */
  readonly build: string;
}

const optionNames = [
  "application",
  "topics",
  "subscribers",
  "schedules",
  "redis",
  "prefix",
  "indexSecret",
  "keys",
  "partitions",
  "channels",
  "services",
  "send",
  "callbacks",
  "publicUrl",
  "profile",
  "durability",
  "replication",
  "publishDeadline",
  "spool",
  "outbox",
  "logger",
  "linkSecrets",
  "categories",
  "keepSent",
  "archive",
  "version",
];

/**
 * Parses the options once, into values with nothing left open.
 * @throws BusbarError `INVALID_CONFIGURATION` with every problem found
 */
export function parseOptions(options: BusOptions): Settings {
  const problems = unknownOptions(options, optionNames);
  const { application, redis = "redis://127.0.0.1:6379", prefix = "busbar", partitions = 1, channels = {}, send = {} } = options;
  const { indexSecret } = options;
  if (typeof application !== "string" || !namePattern.test(application) || application.includes(".")) {
    problems.push(`application: ${JSON.stringify(application)} must be lower case without dots, such as "shop"`);
  }
  if (!/^[\w.-]{1,64}$/.test(prefix)) problems.push(`prefix: ${JSON.stringify(prefix)} may hold letters, digits, and . _ - only`);
  if (indexSecret !== undefined && !(typeof indexSecret === "string" && indexSecret.length >= 32))
    problems.push("indexSecret: must be text of at least 32 characters (openssl rand -base64 32 makes one)");
  if (options.keys !== undefined && !Array.isArray(options.keys)) problems.push("keys: must be a list of texts");
  else problems.push(...keyProblems(options.keys ?? []).map((problem) => `keys: ${problem}`));
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > 256)
    problems.push(`partitions: must be a whole number from 1 to 256, not ${partitions}`);
  const { profile = "standard", callbacks = {}, publicUrl } = options;
  if (!Object.hasOwn(paces, profile)) problems.push(`profile: must be ${Object.keys(paces).join(" or ")}, not ${JSON.stringify(profile)}`);
  problems.push(...callbackOptionProblems(callbacks));
  if (publicUrl !== undefined) problems.push(...[publicUrlProblem(publicUrl)].filter((problem) => problem !== undefined));
  problems.push(...unknownOptions(channels, channelNames).map((problem) => `channels: ${problem}`));
  const parsed = <T>(name: string, parse: () => T): T | undefined => {
    try {
      return parse();
    } catch (error) {
      problems.push(...(error instanceof BusbarError ? error.problems : [`${name}: ${String(error)}`]));
      return undefined;
    }
  };
  const publishDeadline = parsed("publishDeadline", () => milliseconds(options.publishDeadline ?? "2s", "publishDeadline"));
  problems.push(...durabilityProblems(options, publishDeadline));
  problems.push(...spoolProblems(options.spool), ...outboxProblems(options.outbox), ...archiveProblems(options.archive));
  problems.push(...readerOptionProblems(options), ...buildProblems(options));
  if (![undefined, "text", "digests", false].includes(options.keepSent))
    problems.push(`keepSent: ${JSON.stringify(options.keepSent)} is none of "text", "digests" and false`);
  parsed("send.allow", () => checkAllowList(send.allow ?? []));
  const parsedChannels = channelNames.map((name) => [name, parsed(`channels.${name}`, () => parseChannel(name, channels[name]))]);
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", "The bus cannot be created:", { problems });
  const { email } = channels;
  return {
    application,
    redis,
    prefix,
    indexSecret,
    keys: options.keys ?? [],
    partitions,
    durability: options.durability,
    replication: options.durability === "replicated" ? replicationOf(options.replication) : undefined,
    publishDeadline: publishDeadline!,
    spool: options.spool && { limit: defaultSpoolLimit, ...options.spool },
    outbox: outboxOf(options.outbox),
    pace: paces[profile],
    channels: Object.fromEntries(parsedChannels) as Settings["channels"],
    email: email && { options: email, from: typeof email.from === "string" ? { address: email.from } : email.from },
    sms: channels.sms ?? {},
    whatsapp: channels.whatsapp ?? {},
    push: channels.push ?? {},
    webhook: channels.webhook ?? {},
    services: options.services ?? {},
    send: { live: send.live ?? false, allow: send.allow ?? [], mailroom: send.mailroom ?? defaultMailroom },
    callbacks,
    publicUrl: publicUrl?.replace(/\/+$/, ""),
    linkSecrets: options.linkSecrets ?? [],
    categories: options.categories ?? {},
    keepSent: options.keepSent ?? "text",
    archive: archiveSettings(options.archive),
    build: buildOf(options),
  };
}

/** The names of `publishEvent`, for a barrel of topics. */
export function publishNames(topics: Topics): [name: string, topicName: string][] {
  return Object.values(topics).map((topic) => [exportName(topic.name), topic.name]);
}
