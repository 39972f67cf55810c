import { checkPhoneNumber } from "../define/address.ts";
import { isTwilioSender } from "../providers/index.ts";
import type { Fault } from "./fault.ts";
import type { MailChannel } from "./record.ts";
import { isWhatsappForm, plainAddress } from "./twilio-message.ts";

/** One error of the vendor: `{ code, message, more_info, status }`. */
export interface TwilioError {
  readonly code: number;
  readonly message: string;
  /** The HTTP status. */
  readonly status: number;
}

/** The longest text of a message, in UTF-16 units. */
const longestBody = 1_600;

/**
 * What Twilio says of requests that its API refuses.
 * Source: Twilio's pages on its error codes.
 */
const errors = {
  unauthorized: [20_003, 401, "Authenticate"],
  noMethod: [20_004, 405, "Method not allowed"],
  notFound: [20_404, 404, "The requested resource was not found"],
  unreadable: [20_001, 400, "The request cannot be read: it must be a form, application/x-www-form-urlencoded"],
  tooLarge: [20_413, 413, "Request entity too large"],
  internal: [20_500, 500, "An internal server error has occurred"],
  noTo: [21_604, 400, "A 'To' phone number is required."],
  badTo: [21_211, 400, "Invalid 'To' Phone Number"],
  noSender: [21_603, 400, "A 'From' phone number is required."],
  badFrom: [21_212, 400, "Invalid 'From' Phone Number"],
  badService: [21_705, 400, "The Messaging Service Sid is invalid"],
  noBody: [21_602, 400, "Message body is required."],
  longBody: [21_617, 400, `The concatenated message body exceeds the ${longestBody} character limit`],
  badContent: [21_655, 400, "The ContentSid is Invalid"],
  badVariables: [21_656, 400, "The ContentVariables Parameter is invalid"],
  twoChannels: [21_910, 400, "'From' and 'To' should be of the same channel"],
  noChannel: [63_007, 400, "Twilio could not find a Channel with the specified 'From' address"],
  noWindow: [63_016, 400, "A freeform message was sent outside the allowed window; use a Message Template"],
  badRecipient: [63_024, 400, "Invalid message recipient"],
} as const;

export function twilioError(name: keyof typeof errors): TwilioError {
  const [code, status, message] = errors[name];
  return { code, message, status };
}

/**
 * The numbers that fail on purpose.
 * Source: Twilio's page on test credentials, «Sending SMS with test credentials».
 */
const magicFrom: Readonly<Record<string, TwilioError>> = {
  "+15005550001": { code: 21_212, message: "The 'From' number +15005550001 is not a valid phone number", status: 400 },
  "+15005550007": { code: 21_606, message: "The 'From' phone number is not owned by your account or is not SMS-capable", status: 400 },
  "+15005550008": { code: 21_611, message: "This 'From' number has exceeded the maximum number of queued messages", status: 429 },
};
const magicTo: Readonly<Record<string, TwilioError>> = {
  "+15005550001": { code: 21_211, message: "The 'To' number +15005550001 is not a valid phone number", status: 400 },
  "+15005550002": { code: 21_612, message: "The 'To' phone number is not currently reachable", status: 400 },
  "+15005550003": {
    code: 21_408,
    message: "Permission to send an SMS has not been enabled for the region of the 'To' number",
    status: 400,
  },
  "+15005550004": { code: 21_610, message: "Attempt to send to unsubscribed recipient", status: 400 },
  "+15005550009": { code: 21_614, message: "'To' number is not a valid mobile number", status: 400 },
};

/** What is wrong with a message that is to be created; the vendor names one fault at a time. Undefined: nothing. Pure. */
export function twilioMessageError(form: URLSearchParams): TwilioError | undefined {
  const [to, from, service, body] = ["To", "From", "MessagingServiceSid", "Body"].map((name) => form.get(name) ?? "");
  if (to === "") return twilioError("noTo");
  if ("problem" in checkPhoneNumber(plainAddress(to!))) return twilioError("badTo");
  if (from === "" && service === "") return twilioError("noSender");
  if (service !== "" && !/^MG[0-9a-fA-F]{32}$/.test(service!)) return twilioError("badService");
  const content = contentError(form);
  if (isWhatsappForm(form)) return whatsappSenderError(to!, from!) ?? content ?? windowError(form);
  if (from !== "" && !isTwilioSender(from!)) return twilioError("badFrom");
  if (content !== undefined) return content;
  if (body === "" && !form.has("MediaUrl") && !form.has("ContentSid")) return twilioError("noBody");
  if (body!.length > longestBody) return twilioError("longBody");
  return magicFrom[from!] ?? magicTo[to!];
}

function whatsappSenderError(to: string, from: string): TwilioError | undefined {
  if (from !== "" && from.startsWith("whatsapp:") !== to.startsWith("whatsapp:")) return twilioError("twoChannels");
  return from !== "" && "problem" in checkPhoneNumber(plainAddress(from)) ? twilioError("noChannel") : undefined;
}

/** The vendor takes free text and says so later, by its callback. Nobody has written to the mailroom, so the window is never open. */
function windowError(form: URLSearchParams): TwilioError | undefined {
  if (form.has("ContentSid")) return undefined;
  return twilioError((form.get("Body") ?? "") === "" && !form.has("MediaUrl") ? "noBody" : "noWindow");
}

/** An approved content and its variables, a JSON object in text: what Meta would refuse of them is refused here. */
function contentError(form: URLSearchParams): TwilioError | undefined {
  const [sid, variables] = [form.get("ContentSid"), form.get("ContentVariables")];
  if (sid !== null && !/^HX[0-9a-fA-F]{32}$/.test(sid)) return twilioError("badContent");
  if (variables === null || variables === "") return undefined;
  return isVariables(variables) ? undefined : twilioError("badVariables");
}

function isVariables(text: string): boolean {
  try {
    const given: unknown = JSON.parse(text);
    if (typeof given !== "object" || given === null || Array.isArray(given)) return false;
    return Object.values(given).every((value) => typeof value === "string" && value !== "" && !/[\n\t]| {5}/.test(value));
  } catch {
    return false;
  }
}

/** The user and secret of Basic authentication: an account or one of its API keys. The mailroom takes any secret. */
export function isTwilioUser(authorization: string | undefined): boolean {
  const [, encoded = ""] = /^Basic ([\w+/=]+)$/i.exec(authorization ?? "") ?? [];
  return /^(AC|SK)[0-9a-fA-F]{32}:./s.test(Buffer.from(encoded, "base64").toString());
}

/** The vendor's error for a fault that was scripted: its code may begin the message, as in `"21610 opted out"`. */
export function twilioFaultError({ status = 400, bounce, message }: Fault, channel: MailChannel): TwilioError {
  const [, code, words] = /^(\d{5})(?: +(.+))?$/s.exec(message ?? "") ?? [];
  if (code !== undefined) return { code: Number(code), message: words ?? "scripted fault", status };
  const usual = bounce ? twilioError(channel === "whatsapp" ? "badRecipient" : "badTo") : usualFaults[status];
  return { code: usual?.code ?? 20_000 + status, message: message ?? usual?.message ?? "scripted fault", status };
}

const usualFaults: Readonly<Record<number, Omit<TwilioError, "status">>> = {
  400: { code: 20_001, message: "The request was refused" },
  401: twilioError("unauthorized"),
  403: { code: 20_003, message: "Permission Denied" },
  429: { code: 20_429, message: "Too Many Requests" },
  503: { code: 20_503, message: "Service Unavailable" },
};
