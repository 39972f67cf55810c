import { type ArchivePlace, archiveVariableProblems } from "../archive/archive-options.ts";
import { BusbarError } from "../../base/errors.ts";
import type { Profile } from "../../base/pace.ts";
import type { Durability } from "../../base/redis-suitability.ts";
import { checkEmailAddress } from "../../define/address.ts";
import type { ChannelOptions } from "../../define/channel-options.ts";
import type { EmailSender } from "../../define/message.ts";
import { type Variables, variables } from "./environment-variables.ts";
import { misspeltVariables } from "./misspelt-variables.ts";
import type { EmailOptions, PushOptions, SmsOptions, WebhookOptions, WhatsappOptions } from "../channels-options.ts";
import type { SendOptions } from "../options.ts";
import type { ReplicationOptions } from "../replication-options.ts";
import type { SpoolPlace } from "../spool/spool-options.ts";
import { callbackProblems, callbacksOf } from "./callback-settings.ts";
import type { CallbacksOptions } from "../callbacks/callbacks-options.ts";
import { msg91Of, msg91SettingProblems } from "./msg91-settings.ts";
import type { OutboxOptions } from "../outbox-options.ts";
import { pushOf, pushProblems } from "./push-settings.ts";
import { redisProblems, redisUrlOf } from "./redis-settings.ts";
import { readSecretFiles, secretVariables } from "./secret-files.ts";
import { smtpOf, smtpProblems } from "./smtp-settings.ts";
import { twilioOf, twilioProblems } from "./twilio-settings.ts";
import { listProblems } from "./webhook-settings.ts";
import { whatsappOf, whatsappProblems } from "./whatsapp-settings.ts";

/** What the environment says, parsed once. */
export interface Environment {
  /** Undefined: `dev` brings a Redis of its own, everything else takes the default address. */
  readonly redis: string | undefined;
  /** Undefined: as the configuration says, else `busbar`. */
  readonly prefix: string | undefined;
  /** Undefined: as the configuration says, else `standard`. */
  readonly profile: Profile | undefined;
  /** What the values of search keys are hashed with; undefined: what the prefix gives. */
  readonly indexSecret: string | undefined;
  /** What secrets and personal data are sealed with; undefined: nothing can be sealed. */
  readonly keys: readonly string[] | undefined;
  /** What the operator asks of Redis: that an acknowledged publish survives the loss of the master (`replicated`), a power cut (`fsync`), or a crash (`memory`). */
  readonly durability: Durability | undefined;
  /** What is said of the replicas that are waited for; undefined: as the configuration says. */
  readonly replication: ReplicationOptions | undefined;
  /** What is said of the spool; undefined: as the configuration says. */
  readonly spool: Partial<SpoolPlace> | undefined;
  /** What is said of the outbox; undefined: as the configuration says. */
  readonly outbox: OutboxOptions | undefined;
  /** What is said of the archive; undefined: as the configuration says. */
  readonly archive: ArchivePlace | undefined;
  readonly email: Omit<EmailOptions, "from">;
  /** The parts of the e-mails' sender that the environment names. */
  readonly sender: Partial<EmailSender>;
  readonly sms: SmsOptions;
  readonly whatsapp: WhatsappOptions;
  readonly push: PushOptions;
  readonly webhook: WebhookOptions;
  readonly handler: ChannelOptions;
  readonly send: Required<SendOptions>;
  readonly callbacks: CallbacksOptions;
  /** Where the world reaches the HTTP server; undefined: as the configuration says. */
  readonly publicUrl: string | undefined;
  /** The first one signs; undefined: as the configuration says. */
  readonly linkSecrets: readonly string[] | undefined;
  /** Where the HTTP server listens; undefined: on loopback. */
  readonly host: string | undefined;
  /** Undefined: 4000, or for `dev` the next free one. */
  readonly port: number | undefined;
  /** Milliseconds from a stop on in which `start` still takes requests. */
  readonly drain: number;
  /** Where processes without the HTTP server answer probes; undefined: nowhere. */
  readonly healthPort: number | undefined;
  /** What is no fault: names that are nearly those of variables. */
  readonly warnings: readonly string[];
}

/** Every name that is read, those of files included. */
const knownNames = Object.keys(variables.shape).flatMap((name) => (secretVariables.includes(name) ? [name, `${name}_FILE`] : [name]));

/**
 * Parses the environment.
 * @throws BusbarError `INVALID_CONFIGURATION` naming every variable that cannot be used; values are not repeated, they may be secrets
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const secrets = readSecretFiles(env);
  const given = givenOf(secrets.env);
  const parsed = variables.safeParse(given);
  const unreadable = parsed.success ? [] : parsed.error.issues.map((issue) => [String(issue.path[0]), issue.message] as const);
  const single = oneByOne(given);
  const problems = [
    ...secrets.problems,
    ...unreadable.map(([name, message]) => `${name}: ${message}`),
    ...[
      ...redisProblems(given),
      ...smtpProblems(given),
      ...twilioProblems(given),
      ...msg91SettingProblems(single),
      ...whatsappProblems(single),
      ...pushProblems(given),
      ...listProblems(single),
      ...archiveVariableProblems(given),
      ...callbackProblems(given),
      // What cannot be read at all is told of once.
    ].filter((problem) => !unreadable.some(([name]) => problem.startsWith(`${name}:`))),
  ];
  const sender = given["EMAIL_FROM"] === undefined ? {} : checkEmailAddress(given["EMAIL_FROM"]);
  if ("problem" in sender) problems.push(`EMAIL_FROM: ${sender.problem}`);
  const warnings = misspeltVariables(env, knownNames);
  // A slip in a name may be why something else is wrong.
  if (!parsed.success || problems.length > 0)
    throw new BusbarError("INVALID_CONFIGURATION", "The environment cannot be used:", { problems: [...problems, ...warnings] });

  const { data } = parsed;
  const smtp = smtpOf(data);
  const [twilio, msg91] = [twilioOf(data), msg91Of(data)];
  const mailroomHost = new URL(data.MAILROOM_URL).hostname;
  return {
    redis: data.REDIS_URL ?? redisUrlOf(data),
    prefix: data.QUEUE_PREFIX,
    profile: data.BUSBAR_PROFILE,
    indexSecret: data.INDEX_SECRET,
    keys: data.BUSBAR_KEYS,
    durability: data.DURABILITY,
    replication: replicationOf(data),
    spool: spoolOf(data),
    outbox: data.OUTBOX_DATABASE_URL === undefined ? undefined : { database: data.OUTBOX_DATABASE_URL },
    archive: archiveOf(data),
    sender: {
      ...(data.EMAIL_FROM === undefined ? {} : { address: data.EMAIL_FROM }),
      ...(data.EMAIL_FROM_NAME === undefined ? {} : { name: data.EMAIL_FROM_NAME }),
    },
    sms: {
      ...channelWords(data, "SMS"),
      ...(data.SMS_COUNTRIES === undefined ? {} : { countries: data.SMS_COUNTRIES }),
      ...capsOf(data),
      ...(twilio === undefined ? {} : { twilio }),
      ...(msg91 === undefined ? {} : { msg91 }),
      ...(data.SMS_SERVICE === undefined ? {} : { order: data.SMS_SERVICE }),
    },
    whatsapp: {
      ...channelWords(data, "WHATSAPP"),
      ...whatsappOf(data),
      ...(data.WHATSAPP_SERVICE === undefined ? {} : { order: data.WHATSAPP_SERVICE }),
    },
    push: { ...channelWords(data, "PUSH"), ...pushOf(data) },
    webhook: {
      ...channelWords(data, "WEBHOOK"),
      ...(data.WEBHOOK_SECRETS === undefined ? {} : { secrets: data.WEBHOOK_SECRETS }),
      ...(data.WEBHOOK_ALLOW === undefined ? {} : { allow: data.WEBHOOK_ALLOW }),
    },
    handler: channelWords(data, "HANDLER"),
    email: {
      ...channelWords(data, "EMAIL"),
      ...(data.SENDGRID_API_KEY === undefined ? {} : { sendgrid: { apiKey: data.SENDGRID_API_KEY } }),
      ...(smtp === undefined ? {} : { smtp }),
      ...(data.EMAIL_SERVICE === undefined ? {} : { order: data.EMAIL_SERVICE }),
    },
    send: {
      live: data.BUSBAR_SEND === "live",
      allow: data.BUSBAR_ALLOW.split(",")
        .map((entry) => entry.trim())
        .filter(Boolean),
      mailroom: { url: data.MAILROOM_URL, smtp: { host: mailroomHost, port: data.MAILROOM_SMTP_PORT } },
    },
    callbacks: callbacksOf(data),
    publicUrl: data.PUBLIC_URL,
    linkSecrets: data.LINK_SECRET,
    host: data.HOST,
    port: data.PORT,
    drain: data.DRAIN,
    healthPort: data.WORKER_HEALTH_CHECK_PORT,
    warnings,
  };
}

function spoolOf({ SPOOL_FOLDER: folder, SPOOL_LIMIT: limit }: Variables): Partial<SpoolPlace> | undefined {
  if (folder === undefined && limit === undefined) return undefined;
  return { ...(folder === undefined ? {} : { folder }), ...(limit === undefined ? {} : { limit }) };
}

function archiveOf({ ARCHIVE_FOLDER: folder, ARCHIVE_S3: s3 }: Variables): ArchivePlace | undefined {
  if (folder === undefined && s3 === undefined) return undefined;
  return { ...(folder === undefined ? {} : { folder }), ...(s3 === undefined ? {} : { s3 }) };
}

function replicationOf({ REPLICAS: replicas, REPLICA_TIMEOUT: timeout }: Variables): ReplicationOptions | undefined {
  if (replicas === undefined && timeout === undefined) return undefined;
  return { ...(replicas === undefined ? {} : { replicas }), ...(timeout === undefined ? {} : { timeout }) };
}

function capsOf({ SMS_CAP_RECIPIENT: recipient, SMS_CAP_COUNTRY: country }: Variables): Pick<SmsOptions, "caps"> {
  if (recipient === undefined && country === undefined) return {};
  return { caps: { ...(recipient === undefined ? {} : { recipient }), ...(country === undefined ? {} : { country }) } };
}

/** Those variables that can be read by themselves, as they are read. */
function oneByOne(given: Readonly<Record<string, string | undefined>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(variables.shape).flatMap(([name, schema]) => {
      const read = schema.safeParse(given[name]);
      return read.success && read.data !== undefined ? [[name, read.data]] : [];
    }),
  );
}

/** What is set of ours. Kubernetes sets `REDIS_PORT=tcp://10.0.0.11:6379` for a service that is called redis, and so for others. */
function givenOf(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const ours = Object.entries(env).filter(([name, value = ""]) => name in variables.shape && value !== "");
  return Object.fromEntries(ours.filter(([name, value = ""]) => !(name.endsWith("_PORT") && /^(tcp|udp):\/\//.test(value))));
}

/** What every channel can be told, by variables that begin with its name. */
function channelWords(data: Variables, channel: "EMAIL" | "SMS" | "WHATSAPP" | "PUSH" | "WEBHOOK" | "HANDLER"): ChannelOptions {
  const enabled = data[`${channel}_ENABLED`];
  const concurrency = data[`${channel}_CONCURRENCY`];
  const rateLimit = channel === "HANDLER" ? undefined : data[`${channel}_RATE_LIMIT`];
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
  };
}
