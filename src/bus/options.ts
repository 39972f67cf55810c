import type { Duration } from "../base/duration.ts";
import { milliseconds } from "../base/duration.ts";
import { BusbarError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Topics } from "../define/catalog.ts";
import { channelDefaults, type ChannelOptions } from "../define/channels.ts";
import type { EmailMessage, EmailSender } from "../define/message.ts";
import { type Policy, policyProblems, resolvePolicy } from "../define/policy.ts";
import type { Subscriber } from "../define/subscriber.ts";
import { exportName, namePattern, type Topic } from "../define/topic.ts";
import type { Provider, SendgridOptions, SmtpOptions } from "../providers/index.ts";

/** The key of each topic must be the camelCase of its name, or it does not compile. */
export type CheckedTopics<T> = {
  [Key in keyof T]: T[Key] extends Topic<infer Name, infer _S>
    ? CamelCase<Name> extends Key
      ? unknown
      : { "the export must be named": CamelCase<Name> }
    : never;
};
type Joined<Name extends string, Separator extends string> = Name extends `${infer Head}${Separator}${infer Rest}`
  ? `${Head}${Capitalize<Joined<Rest, Separator>>}`
  : Name;
export type CamelCase<Name extends string> = Joined<Joined<Joined<Name, ".">, "_">, "-">;

export interface BusOptions<T extends Topics = Topics> {
  /** Names the application in groups, queues and ids. Lower case. Changing it starts anew. */
  readonly application: string;
  /** The exports of `topics/index.ts`. */
  readonly topics: T & CheckedTopics<T>;
  /** The folder of subscriber files, or the subscribers themselves. Needed by those who start router or workers. */
  readonly subscribers?: URL | readonly Subscriber[];
  /** Default `redis://127.0.0.1:6379`. busbar owns its connections: give an address, not a client. */
  readonly redis?: string;
  /** All keys begin with it. Default `busbar`. */
  readonly prefix?: string;
  /** How many partitions a topic gets that is new: the unit of scale. Default 1. Recorded in Redis; later changes hold for new topics only. */
  readonly partitions?: number;
  readonly channels?: { readonly email?: EmailOptions };
  readonly send?: SendOptions;
  /** One publish may take this long. Default 2 s. */
  readonly publishDeadline?: Duration;
  /** Any pino logger. Default: silence. */
  readonly logger?: Logger;
}

export interface EmailOptions extends ChannelOptions {
  /** The sender: an address, or an address with a name. */
  readonly from: string | EmailSender;
  /** The first provider. */
  readonly sendgrid?: Pick<SendgridOptions, "apiKey" | "baseUrl" | "timeout">;
  /** Takes over where SendGrid fails; the only one where SendGrid has no key. */
  readonly smtp?: Omit<SmtpOptions, "name">;
  /** Providers of your own in place of the two, the first one first. */
  readonly providers?: readonly Provider<EmailMessage>[];
}

/** Whether messages really leave. */
export interface SendOptions {
  /** False, the default: everything goes to the mailroom, whatever keys there are. */
  readonly live?: boolean;
  /** Recipients that real messages go to although `live` is false: addresses, or `@domain`. */
  readonly allow?: readonly string[];
  /** Where the mailroom listens. Default: http://127.0.0.1:4010 and SMTP 127.0.0.1:4025. */
  readonly mailroom?: { readonly sendgridUrl: string; readonly smtp: { readonly host: string; readonly port: number } };
}

export const defaultMailroom = { sendgridUrl: "http://127.0.0.1:4010", smtp: { host: "127.0.0.1", port: 4025 } } as const;

/** Options with nothing left open; durations in milliseconds. */
export interface Settings {
  readonly application: string;
  readonly redis: string;
  readonly prefix: string;
  readonly partitions: number;
  readonly publishDeadline: number;
  readonly email: EmailSettings | undefined;
  readonly send: Required<SendOptions>;
}

export interface EmailSettings {
  readonly options: EmailOptions;
  readonly from: EmailSender;
  readonly enabled: boolean;
  readonly policy: Policy;
  readonly concurrency: number;
  readonly rateLimit: { readonly max: number; readonly per: number } | false;
  readonly keepCompleted: { readonly age: number; readonly count: number };
  readonly keepDeadLetters: number;
  readonly timeout: number;
}

/**
 * Parses the options once, into values with nothing left open.
 * @throws BusbarError `INVALID_CONFIGURATION` with every problem found
 */
export function parseOptions(options: BusOptions): Settings {
  const problems: string[] = [];
  const { application, redis = "redis://127.0.0.1:6379", prefix = "busbar", partitions = 1, channels = {}, send = {} } = options;
  if (typeof application !== "string" || !namePattern.test(application) || application.includes(".")) {
    problems.push(`application: ${JSON.stringify(application)} must be lower case without dots, such as "shop"`);
  }
  if (!/^[\w.-]{1,64}$/.test(prefix)) problems.push(`prefix: ${JSON.stringify(prefix)} may hold letters, digits, and . _ - only`);
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > 256)
    problems.push(`partitions: must be a whole number from 1 to 256, not ${partitions}`);
  const parsed = <T>(name: string, parse: () => T): T | undefined => {
    try {
      return parse();
    } catch (error) {
      problems.push(...(error instanceof BusbarError ? error.problems : [`${name}: ${String(error)}`]));
      return undefined;
    }
  };
  const publishDeadline = parsed("publishDeadline", () => milliseconds(options.publishDeadline ?? "2s", "publishDeadline"));
  const email = channels.email && parsed("channels.email", () => parseEmail(channels.email!));
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", "The bus cannot be created:", { problems });
  return {
    application,
    redis,
    prefix,
    partitions,
    publishDeadline: publishDeadline!,
    email,
    send: { live: send.live ?? false, allow: send.allow ?? [], mailroom: send.mailroom ?? defaultMailroom },
  };
}

function parseEmail(options: EmailOptions): EmailSettings {
  const { enabled = true, concurrency, rateLimit, keepCompleted, keepDeadLetters, timeout } = { ...channelDefaults.email, ...options };
  const problems = policyProblems(options).map((problem) => `channels.email.${problem}`);
  if (!Number.isInteger(concurrency) || concurrency < 1)
    problems.push(`channels.email.concurrency: must be a whole number from 1, not ${concurrency}`);
  if (rateLimit !== false && !(Number.isInteger(rateLimit.max) && rateLimit.max >= 1))
    problems.push("channels.email.rateLimit.max: must be a whole number from 1");
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", "channels.email cannot be used:", { problems });
  return {
    options,
    from: typeof options.from === "string" ? { address: options.from } : options.from,
    enabled,
    policy: resolvePolicy(options),
    concurrency,
    rateLimit: rateLimit === false ? false : { max: rateLimit.max, per: milliseconds(rateLimit.per, "channels.email.rateLimit.per") },
    keepCompleted: { age: milliseconds(keepCompleted.age, "channels.email.keepCompleted.age"), count: keepCompleted.count },
    keepDeadLetters: milliseconds(keepDeadLetters, "channels.email.keepDeadLetters"),
    timeout: milliseconds(timeout, "channels.email.timeout"),
  };
}

/** The names of `publishEvent`, for a barrel of topics. */
export function publishNames(topics: Topics): [name: string, topicName: string][] {
  return Object.values(topics).map((topic) => [exportName(topic.name), topic.name]);
}
