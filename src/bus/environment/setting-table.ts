import { type ChannelName, channelNames } from "../../define/channel-name.ts";
import { channelDefaults } from "../../define/channel-options.ts";
import { variables } from "./environment-variables.ts";
import { defaultMailroom } from "../options.ts";

/** One thing that can be set. */
export interface SettingPlace {
  /** Its variable; of what stands in the configuration alone, its option. */
  readonly name: string;
  /** Where it stands in the configuration, such as `channels.email.concurrency`; absent: it is the environment's alone. */
  readonly path?: string;
  /** What holds where nobody says anything; absent: nothing does. */
  readonly otherwise?: string | number | boolean;
}

/** Where the configuration says what a variable says, apart from what all channels have. */
const paths: Readonly<Record<string, string>> = {
  QUEUE_PREFIX: "prefix",
  BUSBAR_PROFILE: "profile",
  DURABILITY: "durability",
  REPLICAS: "replication.replicas",
  REPLICA_TIMEOUT: "replication.timeout",
  SPOOL_FOLDER: "spool.folder",
  SPOOL_LIMIT: "spool.limit",
  OUTBOX_DATABASE_URL: "outbox.database",
  ARCHIVE_FOLDER: "archive.folder",
  ARCHIVE_S3: "archive.s3",
  EMAIL_FROM: "channels.email.from.address",
  EMAIL_FROM_NAME: "channels.email.from.name",
  EMAIL_SERVICE: "channels.email.order",
  SENDGRID_API_KEY: "channels.email.sendgrid.apiKey",
  SMTP_HOST: "channels.email.smtp.host",
  SMTP_PORT: "channels.email.smtp.port",
  SMTP_USER: "channels.email.smtp.user",
  SMTP_PASSWORD: "channels.email.smtp.password",
  SMTP_SECURE: "channels.email.smtp.secure",
  SMS_COUNTRIES: "channels.sms.countries",
  SMS_CAP_RECIPIENT: "channels.sms.caps.recipient",
  SMS_CAP_COUNTRY: "channels.sms.caps.country",
  SMS_SERVICE: "channels.sms.order",
  TWILIO_ACCOUNT_SID: "channels.sms.twilio.accountSid",
  TWILIO_AUTH_TOKEN: "channels.sms.twilio.authToken",
  TWILIO_API_KEY: "channels.sms.twilio.apiKey",
  TWILIO_API_SECRET: "channels.sms.twilio.apiSecret",
  TWILIO_FROM: "channels.sms.twilio.from",
  TWILIO_MESSAGING_SERVICE_SID: "channels.sms.twilio.messagingServiceSid",
  MSG91_AUTH_KEY: "channels.sms.msg91.authKey",
  MSG91_TEMPLATES: "channels.sms.msg91.templates",
  WHATSAPP_SERVICE: "channels.whatsapp.order",
  META_ACCESS_TOKEN: "channels.whatsapp.meta.accessToken",
  META_PHONE_NUMBER_ID: "channels.whatsapp.meta.phoneNumberId",
  TWILIO_WHATSAPP_FROM: "channels.whatsapp.twilio.from",
  TWILIO_WHATSAPP_CONTENTS: "channels.whatsapp.twilio.contents",
  FCM_SERVICE_ACCOUNT: "channels.push.fcm.serviceAccount",
  EXPO_ENABLED: "channels.push.expo.enabled",
  EXPO_ACCESS_TOKEN: "channels.push.expo.accessToken",
  VAPID_SUBJECT: "channels.push.webpush.subject",
  VAPID_PUBLIC_KEY: "channels.push.webpush.publicKey",
  VAPID_PRIVATE_KEY: "channels.push.webpush.privateKey",
  WEBHOOK_SECRETS: "channels.webhook.secrets",
  WEBHOOK_ALLOW: "channels.webhook.allow",
  PUBLIC_URL: "publicUrl",
  SENDGRID_WEBHOOK_PUBLIC_KEY: "callbacks.sendgrid.publicKey",
  META_APP_SECRET: "callbacks.meta.appSecret",
  META_VERIFY_TOKEN: "callbacks.meta.verifyToken",
  MSG91_CALLBACK_SECRET: "callbacks.msg91.secret",
  LINK_SECRET: "linkSecrets",
};

const defaults: Readonly<Record<string, string | number | boolean>> = {
  REDIS_URL: "redis://127.0.0.1:6379",
  QUEUE_PREFIX: "busbar",
  BUSBAR_PROFILE: "standard",
  REPLICAS: 1,
  REPLICA_TIMEOUT: "1s",
  EMAIL_FROM: "busbar@example.com",
  EMAIL_SERVICE: "sendgrid,smtp",
  SMS_SERVICE: "twilio,msg91",
  SMS_CAP_RECIPIENT: "off",
  SMS_CAP_COUNTRY: "off",
  WHATSAPP_SERVICE: "meta,twilio",
  BUSBAR_SEND: "mailroom",
  MAILROOM_URL: defaultMailroom.url,
  MAILROOM_SMTP_PORT: defaultMailroom.smtp.port,
  MAILROOM_STATUSES: "delivered",
  HOST: "127.0.0.1",
  PORT: 4_000,
  DRAIN: "2s",
  LOG_LEVEL: "info",
};

/** Everything that can be set, in the order of the README's table. */
export const settingTable: readonly SettingPlace[] = [
  { name: "application", path: "application" },
  { name: "partitions", path: "partitions", otherwise: 1 },
  { name: "publishDeadline", path: "publishDeadline", otherwise: "2s" },
  ...Object.keys(variables.shape).map((name) => ofChannel(name) ?? placeOf(name)),
];

function placeOf(name: string): SettingPlace {
  const [path, otherwise] = [paths[name], defaults[name]];
  return { name, ...(path === undefined ? {} : { path }), ...(otherwise === undefined ? {} : { otherwise }) };
}

/** `SMS_CONCURRENCY` and its like. */
function ofChannel(name: string): SettingPlace | undefined {
  const [, prefix = "", word = ""] = /^([A-Z]+)_(ENABLED|CONCURRENCY|RATE_LIMIT)$/.exec(name) ?? [];
  const channel = channelNames.find((candidate) => candidate === prefix.toLowerCase());
  if (channel === undefined) return undefined;
  const option = { ENABLED: "enabled", CONCURRENCY: "concurrency", RATE_LIMIT: "rateLimit" }[word]!;
  return { name, path: `channels.${channel}.${option}`, otherwise: defaultOf(channel, word) };
}

function defaultOf(channel: ChannelName, word: string): string | number | boolean {
  const { concurrency, rateLimit } = channelDefaults[channel];
  if (word === "ENABLED") return true;
  return word === "CONCURRENCY" ? concurrency : rateText(rateLimit);
}

/** A rate as the environment writes it. */
export function rateText(rate: { readonly max: number; readonly per: string | number } | false): string {
  return rate === false ? "off" : `${rate.max}/${typeof rate.per === "number" ? `${rate.per}ms` : rate.per}`;
}
