import * as z from "zod";
import type { Duration } from "../base/duration.ts";
import { BusbarError } from "../base/errors.ts";
import { checkRedisUrl } from "../base/redis.ts";
import { checkEmailAddress } from "../define/address.ts";
import type { ChannelOptions } from "../define/channel-options.ts";
import type { EmailSender } from "../define/message.ts";
import { defaultMailroom, type EmailOptions, type SendOptions } from "./options.ts";

/** What the environment says, parsed once. */
export interface Environment {
  /** Undefined: `dev` brings a Redis of its own, everything else takes the default address. */
  readonly redis: string | undefined;
  /** Undefined: as the configuration says, else `busbar`. */
  readonly prefix: string | undefined;
  readonly email: Omit<EmailOptions, "from">;
  /** The parts of the e-mails' sender that the environment names. */
  readonly sender: Partial<EmailSender>;
  readonly handler: ChannelOptions;
  readonly send: Required<SendOptions>;
  /** Undefined: 4000, or for `dev` the next free one. */
  readonly port: number | undefined;
}

const port = z.coerce.number("must be a port from 1 to 65535").int().min(1).max(65_535);
const yesNo = z.stringbool({ truthy: ["true", "1", "yes", "on"], falsy: ["false", "0", "no", "off"], error: "must be true or false" });
const rate = z
  .string()
  .regex(/^(off|[1-9]\d*\/[1-9]\d*(ms|s|m|h))$/, 'must be "off", or a number and a time such as "10/1s"')
  .transform((text) => (text === "off" ? (false as const) : { max: Number(text.split("/")[0]), per: text.split("/")[1] as Duration }));

const logLevels = ["debug", "info", "warn", "error", "silent"] as const;

/** The level to log with while the environment is still being read; `info` where it names none. */
export function logLevelOf(env: Readonly<Record<string, string | undefined>>): string {
  return logLevels.find((level) => level === env["LOG_LEVEL"]) ?? "info";
}

/** Every variable that busbar reads. An empty one counts as absent. */
const variables = z.object({
  REDIS_URL: z.string().optional(),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[\w.-]{1,64}$/, "may hold letters, digits, and . _ - only, at most 64")
    .optional(),
  EMAIL_ENABLED: yesNo.optional(),
  EMAIL_FROM: z.string().optional(),
  EMAIL_FROM_NAME: z
    .string()
    .regex(/^[^\p{Cc}]*$/u, "must be one line without control characters")
    .optional(),
  EMAIL_CONCURRENCY: z.coerce.number("must be a whole number from 1").int().min(1).optional(),
  EMAIL_RATE_LIMIT: rate.optional(),
  HANDLER_ENABLED: yesNo.optional(),
  HANDLER_CONCURRENCY: z.coerce.number("must be a whole number from 1").int().min(1).optional(),
  SENDGRID_API_KEY: z.string().startsWith("SG.", "must begin with SG.: it is the key, not its name or id").optional(),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: "must look like smtp://user:password@host:587, or smtps:// for TLS from the first byte" })
    .optional(),
  BUSBAR_SEND: z.enum(["live", "mailroom"], "must be live or mailroom").default("mailroom"),
  BUSBAR_ALLOW: z.string().default(""),
  MAILROOM_URL: z.url({ protocol: /^https?$/, error: "must look like http://127.0.0.1:4010" }).default(defaultMailroom.sendgridUrl),
  MAILROOM_SMTP_PORT: port.default(defaultMailroom.smtp.port),
  PORT: port.optional(),
  LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(", ")}`).default("info"),
});

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
    handler: {
      ...(data.HANDLER_ENABLED === undefined ? {} : { enabled: data.HANDLER_ENABLED }),
      ...(data.HANDLER_CONCURRENCY === undefined ? {} : { concurrency: data.HANDLER_CONCURRENCY }),
    },
    email: {
      ...(data.EMAIL_ENABLED === undefined ? {} : { enabled: data.EMAIL_ENABLED }),
      ...(data.EMAIL_CONCURRENCY === undefined ? {} : { concurrency: data.EMAIL_CONCURRENCY }),
      ...(data.EMAIL_RATE_LIMIT === undefined ? {} : { rateLimit: data.EMAIL_RATE_LIMIT }),
      ...(data.SENDGRID_API_KEY === undefined ? {} : { sendgrid: { apiKey: data.SENDGRID_API_KEY } }),
      ...(data.SMTP_URL === undefined ? {} : { smtp: smtpOptions(new URL(data.SMTP_URL)) }),
    },
    send: {
      live: data.BUSBAR_SEND === "live",
      allow: data.BUSBAR_ALLOW.split(",")
        .map((entry) => entry.trim())
        .filter(Boolean),
      mailroom: { sendgridUrl: data.MAILROOM_URL, smtp: { host: mailroomHost, port: data.MAILROOM_SMTP_PORT } },
    },
    port: data.PORT,
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
