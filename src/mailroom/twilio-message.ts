import { smsSegments } from "../channels/sms-segments.ts";
import type { MessageParts } from "./record.ts";

/** The vendor's message resource, as a message has it that was just created. */
export interface TwilioMessageResource extends Readonly<Record<string, unknown>> {
  readonly sid: string;
}

export interface CreatedMessage {
  readonly sid: string;
  readonly account: string;
  readonly form: URLSearchParams;
  /** The text that the approved content makes with its variables, where the client says it. */
  readonly preview?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Source: Twilio's OpenAPI document of the API 2010-04-01, `api.v2010.account.message`. */
export function twilioMessage({ sid, account, form, preview, now }: CreatedMessage): TwilioMessageResource {
  const body = textOf(form, preview) ?? "";
  const service = form.get("MessagingServiceSid");
  const uri = `/2010-04-01/Accounts/${account}/Messages/${sid}`;
  const created = new Date(now).toUTCString().replace("GMT", "+0000");
  return {
    account_sid: account,
    api_version: "2010-04-01",
    body,
    date_created: created,
    date_sent: null,
    date_updated: created,
    direction: "outbound-api",
    error_code: null,
    error_message: null,
    from: form.get("From"),
    messaging_service_sid: service,
    num_media: String(form.getAll("MediaUrl").length),
    num_segments: isWhatsappForm(form) ? "1" : String(smsSegments(body).segments),
    price: null,
    price_unit: "USD",
    sid,
    // A messaging service still has to choose the sender.
    status: service === null ? "queued" : "accepted",
    subresource_uris: { media: `${uri}/Media.json` },
    to: form.get("To"),
    uri: `${uri}.json`,
  };
}

/** The parts of a request to create a message, right or wrong. */
export function twilioParts(form: URLSearchParams, preview: string | undefined): MessageParts {
  const to = form.get("To");
  const text = textOf(form, preview);
  const request = Object.fromEntries([...form].filter(([name]) => name !== "Body"));
  return {
    from: plainAddress(form.get("From") ?? form.get("MessagingServiceSid") ?? ""),
    to: to === null ? [] : [plainAddress(to)],
    ...(text === null ? {} : { text }),
    headers: [],
    attachments: [],
    request,
  };
}

/** Whether it is a message of WhatsApp: both its addresses say so, but one is enough to be judged as such. */
export function isWhatsappForm(form: URLSearchParams): boolean {
  return ["To", "From"].some((name) => form.get(name)?.startsWith("whatsapp:"));
}

export function plainAddress(address: string): string {
  return address.replace(/^whatsapp:/, "");
}

/** What is to be read: the text itself, or what the approved content makes of its variables, or at least those. */
function textOf(form: URLSearchParams, preview: string | undefined): string | null {
  return form.has("ContentSid") ? (preview ?? form.get("ContentVariables")) : form.get("Body");
}
