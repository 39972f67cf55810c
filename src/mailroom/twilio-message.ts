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
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Source: Twilio's OpenAPI document of the API 2010-04-01, `api.v2010.account.message`. */
export function twilioMessage({ sid, account, form, now }: CreatedMessage): TwilioMessageResource {
  const [body, service] = [form.get("Body") ?? "", form.get("MessagingServiceSid")];
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
    num_segments: String(smsSegments(body).segments),
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
export function twilioParts(form: URLSearchParams, deliveryId: unknown): MessageParts {
  const [to, text] = [form.get("To"), form.get("Body")];
  const request = Object.fromEntries([...form].filter(([name]) => name !== "Body"));
  return {
    from: form.get("From") ?? form.get("MessagingServiceSid") ?? "",
    to: to === null ? [] : [to],
    ...(text === null ? {} : { text }),
    headers: [],
    attachments: [],
    ...(typeof deliveryId === "string" ? { deliveryId } : {}),
    request,
  };
}
