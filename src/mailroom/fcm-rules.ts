import * as z from "zod";
import type { Refusal } from "./counter.ts";
import type { Fault } from "./fault.ts";

/**
 * What FCM says: by its own codes, the HTTP status, the status of google.rpc and the words.
 * Source: Google's page on FCM's error codes, and google.rpc.Code.
 */
const fcmErrors: Readonly<Record<string, readonly [status: number, rpc: string, message: string]>> = {
  INVALID_ARGUMENT: [400, "INVALID_ARGUMENT", "The request contains an invalid argument."],
  UNREGISTERED: [404, "NOT_FOUND", "Requested entity was not found."],
  SENDER_ID_MISMATCH: [403, "PERMISSION_DENIED", "SenderId mismatch"],
  QUOTA_EXCEEDED: [429, "RESOURCE_EXHAUSTED", "Quota exceeded."],
  UNAVAILABLE: [503, "UNAVAILABLE", "The service is currently unavailable."],
  INTERNAL: [500, "INTERNAL", "Internal error encountered."],
  THIRD_PARTY_AUTH_ERROR: [401, "UNAUTHENTICATED", "Auth error from APNS or Web Push Service"],
};

/** What Google's front says before FCM is asked. */
const rpcErrors: Readonly<Record<string, readonly [status: number, message: string]>> = {
  INVALID_ARGUMENT: [400, "Request contains an invalid argument."],
  UNAUTHENTICATED: [401, "Request had invalid authentication credentials."],
  PERMISSION_DENIED: [403, "Permission denied on resource project."],
  NOT_FOUND: [404, "Requested entity was not found."],
  RESOURCE_EXHAUSTED: [429, "Resource has been exhausted (e.g. check quota)."],
  INTERNAL: [500, "Internal error encountered."],
  UNAVAILABLE: [503, "The service is currently unavailable."],
};

/** An error of FCM itself, with its code in the details. */
export function fcmRefusal(code: string, said?: string): Refusal {
  const [status, rpc, usual] = fcmErrors[code]!;
  const message = said ?? usual;
  const details = [{ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", errorCode: code }];
  return { status, body: { error: { code: status, message, status: rpc, details } }, reason: `${code} ${message}` };
}

interface RpcSaying {
  readonly rpc: string;
  readonly status?: number;
  readonly message?: string | undefined;
  readonly details?: readonly object[];
}

/** An error of Google's front, in the shape of google.rpc. */
export function rpcRefusal({ rpc, details, ...said }: RpcSaying): Refusal {
  const [usualStatus, usual] = rpcErrors[rpc] ?? [500, "scripted fault"];
  const { status = usualStatus, message = usual } = said;
  const error = { code: status, message, status: rpc, ...(details === undefined ? {} : { details }) };
  return { status, body: { error }, reason: `${rpc} ${message}` };
}

/** FCM's error for a fault that was scripted: its code may begin the message, as in `"QUOTA_EXCEEDED"`. */
export function fcmStruck({ status = 404, bounce, message }: Fault): Refusal {
  const [, code = "", words] = /^([A-Z_]+)(?: +(.+))?$/s.exec(message ?? "") ?? [];
  if (code in fcmErrors) return fcmRefusal(code, words);
  if (code in rpcErrors) return rpcRefusal({ rpc: code, message: words });
  if (bounce) return fcmRefusal("UNREGISTERED", message);
  const usual = usualCodes[status];
  if (usual !== undefined) return fcmRefusal(usual, message);
  const rpc = status === 401 ? "UNAUTHENTICATED" : "UNKNOWN";
  return rpcRefusal({ rpc, status, message });
}

const usualCodes: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  403: "SENDER_ID_MISMATCH",
  404: "UNREGISTERED",
  429: "QUOTA_EXCEEDED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
};

const texts = z.record(z.string(), z.string());
const notification = z.strictObject({ title: z.string().optional(), body: z.string().optional(), image: z.string().optional() });
const request = z.strictObject({
  validate_only: z.boolean().optional(),
  message: z.strictObject({
    name: z.string().optional(),
    token: z.string().optional(),
    topic: z.string().optional(),
    condition: z.string().optional(),
    notification: notification.optional(),
    data: texts.optional(),
    android: z
      .looseObject({
        priority: z.enum(["normal", "high", "NORMAL", "HIGH"]).optional(),
        ttl: z
          .string()
          .regex(/^\d+(\.\d{1,9})?s$/)
          .optional(),
        collapse_key: z.string().optional(),
        notification: z.looseObject({ tag: z.string().optional() }).optional(),
        data: texts.optional(),
      })
      .optional(),
    apns: z.looseObject({ headers: texts.optional(), payload: z.looseObject({}).optional() }).optional(),
    webpush: z
      .looseObject({
        headers: texts.optional(),
        data: texts.optional(),
        fcm_options: z.looseObject({ link: z.url({ protocol: /^https$/ }).optional() }).optional(),
      })
      .optional(),
    fcm_options: z.looseObject({}).optional(),
  }),
});
export type FcmRequest = z.output<typeof request>;

/** A message to a topic may have half of it. */
const mostPayload = 4_096;

/** What is wrong with a request. Undefined: nothing. Pure. */
export function fcmRequestRefusal(body: unknown): Refusal | undefined {
  const parsed = request.safeParse(body);
  if (!parsed.success) {
    const fieldViolations = parsed.error.issues.map(({ path, message }) => ({ field: path.join("."), description: message }));
    const [{ field, description }] = fieldViolations as [(typeof fieldViolations)[number]];
    const details = [{ "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations }];
    return rpcRefusal({ rpc: "INVALID_ARGUMENT", message: `Invalid value at '${field}': ${description}`, details });
  }
  const { token, topic, condition, notification: shown, data = {} } = parsed.data.message;
  const targets = [token, topic, condition].filter((one) => one !== undefined);
  if (targets.length !== 1)
    return fcmRefusal(
      "INVALID_ARGUMENT",
      targets.length === 0 ? "Recipient of the message is not set." : "Exactly one of token, topic or condition is required",
    );
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    return fcmRefusal("INVALID_ARGUMENT", "The registration token is not a valid FCM registration token");
  const bytes = Buffer.byteLength([...Object.values(shown ?? {}), ...Object.entries(data).flat()].join(""));
  return bytes > (token === undefined ? mostPayload / 2 : mostPayload)
    ? fcmRefusal("INVALID_ARGUMENT", "Android message is too big")
    : undefined;
}
