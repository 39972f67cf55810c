/** An e-mail as a provider gets it: rendered, one recipient, every header-bound field free of line breaks. */
export interface EmailMessage {
  readonly from: EmailSender;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** Further headers, by their names; each is one line. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface EmailSender {
  readonly address: string;
  readonly name?: string;
}

/** An SMS as a provider gets it: one recipient, in E.164. */
export interface SmsMessage {
  readonly to: string;
  readonly text: string;
  /** What the text was made with, for providers that hold the approved text themselves and are sent its values. */
  readonly template?: FilledTemplate;
}

export interface FilledTemplate {
  readonly name: string;
  /** The values by their names, as text. */
  readonly values: Readonly<Record<string, string>>;
}

/** A WhatsApp message as a provider gets it: a template that WhatsApp approved, and its parameters. */
export interface WhatsappMessage {
  /** E.164. */
  readonly to: string;
  readonly template: {
    /** Its name at WhatsApp. */
    readonly approvedAs: string;
    /** The code of its language there, such as `en_IN`. */
    readonly language: string;
  };
  /** In the order of the approved text. None is empty, none holds a line break. */
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  /** What its reader will see, for those who look. */
  readonly text: string;
}

/** A push notification as a provider gets it. */
export interface PushMessage {
  /** The device, as `checkPushAddress` spells it: a token of FCM or Expo, or the JSON of a browser's subscription. */
  readonly to: string;
  readonly title: string;
  readonly body: string;
  /** What a tap opens. */
  readonly link?: string;
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
