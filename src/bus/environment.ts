import { BusbarError } from "../base/errors.ts";
import { checkRedisUrl } from "../base/redis.ts";
import { checkEmailAddress } from "../define/address.ts";
import type { ChannelOptions } from "../define/channel-options.ts";
import type { EmailSender } from "../define/message.ts";
import { type Variables, variables } from "./environment-variables.ts";
import type { EmailOptions, SendOptions, SmsOptions, WebhookOptions } from "./options.ts";

/** What the environment says, parsed once. */
export interface Environment {
  /** Undefined: `dev` brings a Redis of its own, everything else takes the default address. */
  readonly redis: string | undefined;
  /** Undefined: as the configuration says, else `busbar`. */
  readonly prefix: string | undefined;
  readonly email: Omit<EmailOptions, "from">;
  /** The parts of the e-mails' sender that the environment names. */
  readonly sender: Partial<EmailSender>;
  readonly sms: SmsOptions;
  readonly webhook: WebhookOptions;
  readonly handler: ChannelOptions;
  readonly send: Required<SendOptions>;
  /** Undefined: 4000, or for `dev` the next free one. */
  readonly port: number | undefined;
}

/**
 * Parses the environment.
 * @throws BusbarError `INVALID_CONFIGURATION` naming every variable that cannot be used; values are not repeated, they may be secrets
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const given = Object.fromEntries(Object.entries(env).filter(([name, value]) => name in variables.shape && value !== ""));
  const parsed = variables.safeParse(given);
  const problems = parsed.success ? [] : parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`);
  problems.push(...redisProblems(given["REDIS_URL"]));
  const sender = given["EMAIL_FROM"] === undefined ? {} : checkEmailAddress(given["EMAIL_FROM"]);
  if ("problem" in sender) problems.push(`EMAIL_FROM: ${sender.problem}`);
  if (!parsed.success || problems.length > 0)
    throw new BusbarError("INVALID_CONFIGURATION", "The environment cannot be used:", { problems });

  const { data } = parsed;
  const mailroomHost = new URL(data.MAILROOM_URL).hostname;
  return {
    redis: data.REDIS_URL,
    prefix: data.QUEUE_PREFIX,
    sender: {
      ...(data.EMAIL_FROM === undefined ? {} : { address: data.EMAIL_FROM }),
      ...(data.EMAIL_FROM_NAME === undefined ? {} : { name: data.EMAIL_FROM_NAME }),
    },
    sms: channelWords(data, "SMS"),
    webhook: channelWords(data, "WEBHOOK"),
    handler: channelWords(data, "HANDLER"),
    email: {
      ...channelWords(data, "EMAIL"),
      ...(data.SENDGRID_API_KEY === undefined ? {} : { sendgrid: { apiKey: data.SENDGRID_API_KEY } }),
      ...(data.SMTP_URL === undefined ? {} : { smtp: smtpOptions(new URL(data.SMTP_URL)) }),
    },
    send: {
      live: data.BUSBAR_SEND === "live",
      allow: data.BUSBAR_ALLOW.split(",")
        .map((entry) => entry.trim())
        .filter(Boolean),
      mailroom: { url: data.MAILROOM_URL, smtp: { host: mailroomHost, port: data.MAILROOM_SMTP_PORT } },
    },
    port: data.PORT,
  };
}

/** What every channel can be told, by variables that begin with its name. */
function channelWords(data: Variables, channel: "EMAIL" | "SMS" | "WEBHOOK" | "HANDLER"): ChannelOptions {
  const [enabled, concurrency] = [data[`${channel}_ENABLED`], data[`${channel}_CONCURRENCY`]];
  const rateLimit = channel === "HANDLER" ? undefined : data[`${channel}_RATE_LIMIT`];
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
  };
}

function smtpOptions(url: URL): NonNullable<EmailOptions["smtp"]> {
  const secure = url.protocol === "smtps:";
  return {
    host: url.hostname,
    port: url.port === "" ? (secure ? 465 : 587) : Number(url.port),
    ...(secure ? { secure } : {}),
    ...(url.username === "" ? {} : { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }),
  };
}

function redisProblems(url: string | undefined): readonly string[] {
  if (url === undefined) return [];
  try {
    checkRedisUrl(url);
    return [];
  } catch (error) {
    return error instanceof BusbarError ? error.problems : [String(error)];
  }
}
