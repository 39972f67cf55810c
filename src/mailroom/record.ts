import type { ChannelName } from "../define/channel-name.ts";

/** By whose API a message came. */
export const mailProviders = ["sendgrid", "smtp", "twilio", "msg91", "meta", "fcm", "expo", "webpush", "webhook"] as const;
export type MailProvider = (typeof mailProviders)[number];

/** What kind of message it is, for those who look: one provider may carry two. */
export const mailChannels = ["email", "sms", "whatsapp", "push", "webhook"] as const satisfies readonly ChannelName[];
export type MailChannel = (typeof mailChannels)[number];

/** The first channel that each provider had. */
export const usualChannels: Readonly<Record<MailProvider, MailChannel>> = {
  sendgrid: "email",
  smtp: "email",
  twilio: "sms",
  msg91: "sms",
  meta: "whatsapp",
  fcm: "push",
  expo: "push",
  webpush: "push",
  webhook: "webhook",
};

/**
 * What became of a request:
 * - `accepted`: a real provider would now deliver it, whether or not the client has heard of it;
 * - `rejected`: nothing is delivered, because the request was wrong or a scripted fault said so;
 * - `sandbox`: checked and found right, but asked not to be delivered (SendGrid's sandbox mode).
 */
export type Verdict = "accepted" | "rejected" | "sandbox";

/** An attachment as it is remembered: what it was, not what it held. */
export interface Attachment {
  readonly filename: string;
  readonly type: string;
  /** Its decoded size. */
  readonly bytes: number;
}

/** The parts of a message that people look at. Nothing is empty text for want of a value: what was not there is missing. */
export interface MessageParts {
  /** As the message shows its sender, such as `Shop <orders@shop.example>`. */
  readonly from: string;
  /** Every address that the message goes to, copies and blind copies included. */
  readonly to: readonly string[];
  /** Of an e-mail; of a push, its title. */
  readonly subject?: string;
  readonly html?: string;
  readonly text?: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly attachments: readonly Attachment[];
  /** Whose account at the vendor it came by, where its address says so (Twilio). */
  readonly account?: string;
  /** The delivery that the message belongs to, where the client says so. */
  readonly deliveryId?: string;
  /** The real provider that would have got it, if real sending were on. */
  readonly insteadOf?: string;
  /** What was asked for besides, as far as it could be read. A body that could not be read stands here as text, its first 2,000 characters. */
  readonly request?: unknown;
}

/** What a provider's door says of one request; the mailroom adds `id` and `at`. */
export interface MailDraft extends MessageParts {
  readonly provider: MailProvider;
  readonly channel: MailChannel;
  readonly verdict: Verdict;
  /** The HTTP status or SMTP code of the answer; `null` when no answer is given (a hang, a lost reply). */
  readonly answer: number | null;
  /** Why it was rejected, or which fault struck. */
  readonly reason?: string;
  /** The provider's own id of the message, as its answer says it. SMTP: the `Message-ID` that the client set. */
  readonly messageId?: string;
  /** Bytes of the request's body. */
  readonly size: number;
}

/** One request, as one line of the journal holds it. */
export interface MailRecord extends MailDraft {
  /** Ids sort by age, to the millisecond. */
  readonly id: string;
  /** When it had arrived in full, RFC 3339 with milliseconds. */
  readonly at: string;
}

/** A message without what makes it large: what waits to be told of it needs no more. */
export function withoutContent({ html: _html, text: _text, ...message }: MailRecord): MailRecord {
  return { ...message, attachments: [] };
}

/** What a provider's door needs of the mailroom: it must call this before it answers. Throws when the journal cannot be written. */
export type Recorder = (draft: MailDraft) => MailRecord;

/** One provider's door: a server on loopback. */
export interface Door {
  /**
   * Resolves with the port that it listens on.
   * @param port 0 takes a free one
   */
  listen(port: number): Promise<number>;
  /** Ends every connection at once. Twice is fine. */
  close(): Promise<void>;
}
