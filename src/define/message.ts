/** An e-mail as a provider gets it: rendered, one recipient, every header-bound field free of line breaks. */
export interface EmailMessage {
  readonly from: EmailSender;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export interface EmailSender {
  readonly address: string;
  readonly name?: string;
}

/** An SMS as a provider gets it: one recipient, in E.164. */
export interface SmsMessage {
  readonly to: string;
  readonly text: string;
}

/** What a webhook's address is sent. */
export interface WebhookMessage {
  /** The address. */
  readonly to: string;
  /** JSON. */
  readonly body: string;
  /** `application/cloudevents+json` where the body is the event itself, else `application/json`. */
  readonly contentType: string;
}
