import * as z from "zod";
import { type Duration, milliseconds } from "../../base/duration.ts";
import { countryProblems } from "../../channels/sms-countries.ts";
import { publicUrlProblem } from "./callback-settings.ts";
import { databaseUrlProblem } from "../outbox-options.ts";
import { defaultMailroom } from "../options.ts";
import { keyProblems } from "../../vault/key-ring.ts";
import { linkSecretProblems, shortestLinkSecret } from "../reader-options.ts";

const anyPort = z.coerce.number("must be a port from 1 to 65535").int().min(0).max(65_535);
const port = anyPort.min(1);
const count = z.coerce.number("must be a whole number from 1").int().min(1);
const yesNo = z.stringbool({ truthy: ["true", "1", "yes", "on"], falsy: ["false", "0", "no", "off"], error: "must be true or false" });
const rate = z
  .string()
  .regex(/^(off|[1-9]\d*\/[1-9]\d*(ms|s|m|h))$/, 'must be "off", or a number and a time such as "10/1s"')
  .transform((text) => (text === "off" ? (false as const) : { max: Number(text.split("/")[0]), per: text.split("/")[1] as Duration }));

/** As a rate, over a longer time. */
const cap = z
  .string()
  .regex(/^(off|[1-9]\d*\/[1-9]\d*(s|m|h|d))$/, 'must be "off", or a number and a time such as "5/1h"')
  .transform((text) => (text === "off" ? (false as const) : { max: Number(text.split("/")[0]), per: text.split("/")[1] as Duration }));

const duration = z
  .string()
  .regex(/^(0|[1-9]\d{0,5}(ms|s|m))$/, 'must be 0 or a time such as "2s"')
  .transform((text) => milliseconds(text === "0" ? 0 : (text as Duration)));

/** Read as bytes. */
const megabytes = z
  .string()
  .regex(/^[1-9]\d{0,6}MB$/, 'must be a size such as "64MB"')
  .transform((text) => Number.parseInt(text, 10) * 1_048_576);

/** Some of a channel's providers, the first one first. */
function services<const Name extends string>(...names: readonly [Name, ...Name[]]) {
  const problem = `must be some of ${names.join(", ")}, each once, with commas between them, the first one first`;
  return z.string().transform((text, context): Name[] => {
    const chosen = text.split(",").map((name) => name.trim() as Name);
    if (chosen.some((name) => !names.includes(name)) || new Set(chosen).size < chosen.length) context.addIssue(problem);
    return chosen;
  });
}

/** `name=value` with commas between them. */
const pairs = z.string().transform((text, context): Record<string, string> => {
  const entries = text.split(",").map((entry) => entry.split("=").map((part) => part.trim()));
  if (entries.some((entry) => entry.length !== 2 || entry.includes("")))
    context.addIssue("must be pairs such as name=value, with commas between them");
  return Object.fromEntries(entries) as Record<string, string>;
});

const list = z.string().transform((text) =>
  text
    .split(",")
    .map((entry) => entry.trim())
    .filter(Boolean),
);

const countries = list.transform((codes, context) => {
  for (const problem of countryProblems(codes)) context.addIssue(problem.replace(/^countries: /, ""));
  return codes;
});

const logLevels = ["debug", "info", "warn", "error", "silent"] as const;

/** The level to log with while the environment is still being read; `info` where it names none. */
export function logLevelOf(env: Readonly<Record<string, string | undefined>>): string {
  return logLevels.find((level) => level === env["LOG_LEVEL"]) ?? "info";
}

/** Every variable that busbar reads. An empty one counts as absent. */
export const variables = z.object({
  REDIS_URL: z.string().optional(),
  REDIS_HOST: z.string().optional(),
  REDIS_PORT: port.optional(),
  REDIS_USERNAME: z.string().optional(),
  REDIS_PASSWORD: z.string().optional(),
  REDIS_DB: z.coerce.number("must be a whole number from 0").int().min(0).optional(),
  REDIS_TLS: yesNo.optional(),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[\w.-]{1,64}$/, "may hold letters, digits, and . _ - only, at most 64")
    .optional(),
  INDEX_SECRET: z.string().min(32, "must have at least 32 characters: openssl rand -base64 32 makes one").optional(),
  BUSBAR_KEYS: list
    .refine(
      (keys) => keys.length > 0 && keyProblems(keys).length === 0,
      "must be keys of the form <id>:<32 bytes in base64>, with commas between them, each id once: 2026a:$(openssl rand -base64 32)",
    )
    .optional(),
  BUSBAR_PROFILE: z.enum(["standard", "economy"], "must be standard or economy").optional(),
  DURABILITY: z.enum(["memory", "fsync", "replicated"], "must be memory, fsync or replicated").optional(),
  REPLICAS: count.optional(),
  REPLICA_TIMEOUT: duration.optional(),
  SPOOL_FOLDER: z.string().optional(),
  SPOOL_LIMIT: megabytes.optional(),
  OUTBOX_DATABASE_URL: z
    .string()
    .refine((text) => databaseUrlProblem(text) === undefined, "must look like postgres://user:password@host:5432/database")
    .optional(),
  ARCHIVE_FOLDER: z.string().optional(),
  ARCHIVE_S3: z.string().optional(),
  // What the command line asks a server with, and where it is: cli/remote/server-place.ts.
  BUSBAR_URL: z.string().optional(),
  BUSBAR_KEY: z.string().optional(),
  EMAIL_ENABLED: yesNo.optional(),
  EMAIL_FROM: z.string().optional(),
  EMAIL_FROM_NAME: z
    .string()
    .regex(/^[^\p{Cc}]*$/u, "must be one line without control characters")
    .optional(),
  EMAIL_CONCURRENCY: count.optional(),
  EMAIL_RATE_LIMIT: rate.optional(),
  EMAIL_SERVICE: services("sendgrid", "smtp").optional(),
  SENDGRID_API_KEY: z.string().startsWith("SG.", "must begin with SG.: it is the key, not its name or id").optional(),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: "must look like smtp://user:password@host:587, or smtps:// for TLS from the first byte" })
    .optional(),
  SMTP_HOST: z.string().optional(),
  SMTP_PORT: port.optional(),
  SMTP_USER: z.string().optional(),
  SMTP_PASSWORD: z.string().optional(),
  SMTP_SECURE: yesNo.optional(),
  SMS_ENABLED: yesNo.optional(),
  SMS_CONCURRENCY: count.optional(),
  SMS_RATE_LIMIT: rate.optional(),
  SMS_COUNTRIES: countries.optional(),
  SMS_CAP_RECIPIENT: cap.optional(),
  SMS_CAP_COUNTRY: cap.optional(),
  SMS_SERVICE: services("twilio", "msg91").optional(),
  TWILIO_ACCOUNT_SID: z.string().optional(),
  TWILIO_AUTH_TOKEN: z.string().optional(),
  TWILIO_API_KEY: z.string().optional(),
  TWILIO_API_SECRET: z.string().optional(),
  TWILIO_FROM: z.string().optional(),
  TWILIO_MESSAGING_SERVICE_SID: z.string().optional(),
  MSG91_AUTH_KEY: z.string().optional(),
  MSG91_TEMPLATES: pairs.optional(),
  WHATSAPP_ENABLED: yesNo.optional(),
  WHATSAPP_CONCURRENCY: count.optional(),
  WHATSAPP_RATE_LIMIT: rate.optional(),
  WHATSAPP_SERVICE: services("meta", "twilio").optional(),
  META_ACCESS_TOKEN: z.string().optional(),
  META_PHONE_NUMBER_ID: z.string().optional(),
  TWILIO_WHATSAPP_FROM: z.string().optional(),
  TWILIO_WHATSAPP_CONTENTS: pairs.optional(),
  PUSH_ENABLED: yesNo.optional(),
  PUSH_CONCURRENCY: count.optional(),
  PUSH_RATE_LIMIT: rate.optional(),
  FCM_SERVICE_ACCOUNT: z.string().optional(),
  EXPO_ENABLED: yesNo.optional(),
  EXPO_ACCESS_TOKEN: z.string().optional(),
  VAPID_SUBJECT: z.string().optional(),
  VAPID_PUBLIC_KEY: z.string().optional(),
  VAPID_PRIVATE_KEY: z.string().optional(),
  WEBHOOK_ENABLED: yesNo.optional(),
  WEBHOOK_CONCURRENCY: count.optional(),
  WEBHOOK_RATE_LIMIT: rate.optional(),
  WEBHOOK_SECRETS: list.optional(),
  WEBHOOK_ALLOW: list.optional(),
  HANDLER_ENABLED: yesNo.optional(),
  HANDLER_CONCURRENCY: count.optional(),
  BUSBAR_SEND: z.enum(["live", "mailroom"], "must be live or mailroom").default("mailroom"),
  BUSBAR_ALLOW: z.string().default(""),
  MAILROOM_URL: z.url({ protocol: /^https?$/, error: "must look like http://127.0.0.1:4010" }).default(defaultMailroom.url),
  MAILROOM_SMTP_PORT: port.default(defaultMailroom.smtp.port),
  // What the mailroom of a command calls back with, and where: cli/mailroom-callbacks.ts.
  MAILROOM_CALLBACKS_URL: z.url({ protocol: /^https?$/, error: "must look like http://127.0.0.1:4000/callbacks" }).optional(),
  MAILROOM_STATUSES: z.string().optional(),
  PUBLIC_URL: z
    .string()
    .refine((text) => publicUrlProblem(text) === undefined, "must look like https://shop.example.com, without user, query and fragment")
    .optional(),
  SENDGRID_WEBHOOK_PUBLIC_KEY: z.string().optional(),
  META_APP_SECRET: z.string().optional(),
  META_VERIFY_TOKEN: z.string().optional(),
  MSG91_CALLBACK_SECRET: z.string().optional(),
  LINK_SECRET: list
    .refine((secrets) => linkSecretProblems(secrets).length === 0, `must hold ${shortestLinkSecret} bytes or more: openssl rand -hex 32`)
    .optional(),
  FRONTEND_URL: z.url({ protocol: /^https?$/, error: "must look like https://shop.example.com" }).optional(),
  HOST: z
    .string()
    .regex(/^[\w.:-]{1,253}$/, "must be a name or an address of this machine, such as 0.0.0.0")
    .optional(),
  // 0 takes a free one, which is in the log.
  PORT: anyPort.optional(),
  DRAIN: duration.default(2_000),
  WORKER_HEALTH_CHECK_PORT: port.optional(),
  LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(", ")}`).default("info"),
});

export type Variables = z.output<typeof variables>;
