import * as z from "zod";
import type { Refusal } from "./counter.ts";
import type { Fault } from "./fault.ts";

/** One message for one device. */
export interface ExpoPush {
  readonly to: string;
  readonly message: Readonly<Record<string, unknown>>;
}

/** What is wrong with one message, as its ticket says it. */
export interface ExpoError {
  readonly error: string;
  readonly message: string;
}

/**
 * What a ticket may say.
 * Source: Expo's page on sending notifications, and the types of expo-server-sdk 6.1.0.
 */
const ticketErrors: Readonly<Record<string, string>> = {
  DeviceNotRegistered: "The recipient device is not registered with FCM.",
  MessageTooBig: "The message is too big: 4,096 bytes at most.",
  MessageRateExceeded: "You are sending messages too frequently to the given device.",
  MismatchSenderId: "The credentials for FCM are of another project.",
  InvalidCredentials: "The push notification credentials are invalid.",
};

/** What is said of an error beside its name. */
export function expoErrorText(error: string): string {
  return ticketErrors[error] ?? error;
}

const usualCodes: Readonly<Record<number, string>> = { 401: "UNAUTHORIZED", 404: "NOT_FOUND", 429: "TOO_MANY_REQUESTS" };
const mostMessages = 100;
const mostPayload = 4_096;

/** An error of the whole request. */
export function expoRefusal(status: number, message: string, code?: string): Refusal {
  const name = code ?? usualCodes[status] ?? (status < 500 ? "VALIDATION_ERROR" : "INTERNAL_SERVER_ERROR");
  return { status, body: { errors: [{ code: name, message }] }, reason: `${name} ${message}` };
}

/** Expo's error of the whole request for a fault that was scripted; none, when it is of one message. */
export function expoStruck(fault: Fault): Refusal | undefined {
  if (expoFaultOfMessage(fault) !== undefined) return undefined;
  const { status = 400, message } = fault;
  const [, code, words] = /^([A-Z][A-Z_]+)(?: +(.+))?$/s.exec(message ?? "") ?? [];
  return expoRefusal(status, (code === undefined ? message : words) ?? "scripted fault", code);
}

/** What a scripted fault says of one message: the code of a ticket may begin its message, as in `"MessageRateExceeded slow down"`. */
export function expoFaultOfMessage({ bounce, message }: Fault): ExpoError | undefined {
  const [code = "", ...words] = (message ?? "").split(" ");
  if (code in ticketErrors) return { error: code, message: words.join(" ") || ticketErrors[code]! };
  return bounce ? { error: "DeviceNotRegistered", message: message ?? ticketErrors["DeviceNotRegistered"]! } : undefined;
}

const to = z.union([z.string(), z.array(z.string()).min(1)]);
const message = z.looseObject({
  to,
  title: z.string().optional(),
  body: z.string().optional(),
  data: z.looseObject({}).optional(),
  ttl: z.number().optional(),
  expiration: z.number().optional(),
  priority: z.enum(["default", "normal", "high"]).optional(),
  channelId: z.string().optional(),
});
const request = z.union([message, z.array(message).min(1)]);

/** The messages of a request, one for each device, or why none of them is taken. Pure. */
export function expoPushes(body: unknown): { readonly pushes: readonly ExpoPush[] } | { readonly refusal: Refusal } {
  const parsed = request.safeParse(body);
  if (!parsed.success) {
    const single = Array.isArray(body) ? z.array(message).min(1).safeParse(body) : message.safeParse(body);
    const { path, message: said } = single.error!.issues[0]!;
    return { refusal: expoRefusal(400, `${path.join(".") || "the body"}: ${said}`) };
  }
  const pushes = [parsed.data].flat().flatMap((one) => [one.to].flat().map((device) => ({ to: device, message: { ...one, to: device } })));
  if (pushes.length <= mostMessages) return { pushes };
  return {
    refusal: expoRefusal(400, `at most ${mostMessages} messages in a request, not ${pushes.length}`, "PUSH_TOO_MANY_NOTIFICATIONS"),
  };
}

/** What is wrong with one message. Pure. */
export function expoPushError({ to: device, message: { title = "", body = "", data = {} } }: ExpoPush): ExpoError | undefined {
  if (!/^Expo(nent)?PushToken\[[^[\]\s]+\]$/.test(device))
    return { error: "DeviceNotRegistered", message: `"${device}" is not a registered push notification recipient` };
  const bytes = Buffer.byteLength(`${String(title)}${String(body)}${JSON.stringify(data)}`);
  return bytes > mostPayload ? { error: "MessageTooBig", message: ticketErrors["MessageTooBig"]! } : undefined;
}
