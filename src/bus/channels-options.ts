import type { SmsCaps } from "../channels/sms-caps.ts";
import type { ChannelOptions } from "../define/channel-options.ts";
import type { EmailMessage, EmailSender, PushMessage, SmsMessage, WebhookMessage, WhatsappMessage } from "../define/message.ts";
import type { PushKind } from "../define/push-address.ts";
import type {
  ExpoOptions,
  FcmOptions,
  MetaOptions,
  Msg91Options,
  Provider,
  SendgridOptions,
  SmtpOptions,
  TwilioOptions,
  TwilioWhatsappOptions,
  WebhookProviderOptions,
  WebPushOptions,
} from "../providers/index.ts";

/** Each channel's own words. E-mail is delivered only where it is configured; the others always, unless switched off. */
export type ChannelsOptions = {
  readonly email?: EmailOptions;
  readonly sms?: SmsOptions;
  readonly whatsapp?: WhatsappOptions;
  readonly push?: PushOptions;
  readonly webhook?: WebhookOptions;
  readonly handler?: ChannelOptions;
};

export interface EmailOptions extends ChannelOptions {
  /** The sender: an address, or an address with a name. */
  readonly from: string | EmailSender;
  /** The first provider. */
  readonly sendgrid?: Omit<SendgridOptions, "name" | "clock">;
  /** Takes over where SendGrid fails; the only one where SendGrid has no key. */
  readonly smtp?: Omit<SmtpOptions, "name">;
  /** Which of the two are used, the first one first. Default: both, SendGrid first. */
  readonly order?: readonly EmailService[];
  /** Providers of your own in place of the two, the first one first. */
  readonly providers?: readonly Provider<EmailMessage>[];
}

export type EmailService = "sendgrid" | "smtp";

export interface SmsOptions extends ChannelOptions {
  /** The account that sends. */
  readonly twilio?: Omit<TwilioOptions, "name" | "clock">;
  /** MSG91, which holds the approved texts itself and is sent their values. */
  readonly msg91?: Omit<Msg91Options, "name" | "clock" | "anyTemplate">;
  /** Which of the two are used, the first one first. Default: both that have keys, Twilio first. */
  readonly order?: readonly SmsService[];
  /** A text that takes more segments is not sent and ends as a dead letter. Default 10, which stays below Twilio's 1,600 characters. */
  readonly maxSegments?: number;
  /** The only countries that are sent to, such as `["IN", "US"]`; a number of another one ends as a dead letter. Default: all. */
  readonly countries?: readonly string[];
  /**
   * How many may go to one number and to all numbers of one country, such as `{ recipient: { max: 5, per: "1h" } }`, over all processes;
   * what is beyond ends as a dead letter. Default: any number.
   */
  readonly caps?: SmsCaps;
  /** Providers of your own in place of the two, the first one first. */
  readonly providers?: readonly Provider<SmsMessage>[];
}

export type SmsService = "twilio" | "msg91";

export interface WhatsappOptions extends ChannelOptions {
  /** WhatsApp's own Cloud API. */
  readonly meta?: Omit<MetaOptions, "name" | "clock">;
  /** The account that sends, and its contents of the approved templates. */
  readonly twilio?: Omit<TwilioWhatsappOptions, "name" | "clock" | "anyContent">;
  /** Which of the two are used, the first one first. Default: both that have keys, Meta first. */
  readonly order?: readonly WhatsappService[];
  /** Providers of your own in place of the two, the first one first. */
  readonly providers?: readonly Provider<WhatsappMessage>[];
}

export type WhatsappService = "meta" | "twilio";

/** Which of the three carries a message is said by its address: a token of FCM or Expo, or a browser's subscription. */
export interface PushOptions extends ChannelOptions {
  readonly fcm?: Omit<FcmOptions, "name" | "clock">;
  readonly expo?: Omit<ExpoOptions, "name" | "clock"> & {
    /** `false`: nothing goes to Expo, whatever else is set. Default true. */
    readonly enabled?: boolean;
  };
  readonly webpush?: Omit<WebPushOptions, "name" | "clock" | "mailroom">;
  /** Providers of your own in place of these, by the kind of address; the first one first. */
  readonly providers?: Partial<Readonly<Record<PushKind, readonly Provider<PushMessage>[]>>>;
}

export interface WebhookOptions extends ChannelOptions, Pick<WebhookProviderOptions, "secrets" | "secretsFor" | "allow" | "outcomes"> {
  /** In place of busbar's own sender. */
  readonly providers?: readonly Provider<WebhookMessage>[];
}
