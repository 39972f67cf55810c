import { randomBytes } from "node:crypto";
import * as z from "zod";
import { checkPhoneNumber } from "../define/address.ts";
import type { Refusal } from "./counter.ts";
import type { Fault } from "./fault.ts";

/**
 * What Meta says, by its codes.
 * Source: Meta's page on the error codes of the Cloud API.
 */
const titles: Readonly<Record<number, string>> = {
  4: "API call limit reached",
  10: "Permission denied",
  100: "Invalid parameter",
  190: "Invalid OAuth access token",
  130429: "Rate limit hit",
  131000: "Something went wrong",
  131008: "Required parameter is missing",
  131009: "Parameter value is not valid",
  131016: "Service unavailable",
  131026: "Message undeliverable",
  131047: "Re-engagement message",
  131049: "This message was not delivered to maintain healthy ecosystem engagement.",
  131050: "User has stopped receiving marketing messages from this business",
  131051: "Unsupported message type",
  131056: "(Business Account, Consumer Account) pair rate limit hit",
  132000: "Number of parameters does not match the expected number of params",
  132001: "Template name does not exist in the translation",
};

/** What a code means. */
export function metaTitle(code: number): string {
  return titles[code] ?? "Something went wrong";
}

interface MetaSaying {
  readonly code: number;
  /** Default 400. */
  readonly status?: number;
  /** Default: what the code means. */
  readonly title?: string | undefined;
  readonly details?: string | undefined;
}

/** An error in the vendor's shape. */
export function metaRefusal({ code, status = 400, title = titles[code] ?? "scripted fault", details = title }: MetaSaying): Refusal {
  const error = {
    message: `(#${code}) ${title}`,
    type: "OAuthException",
    code,
    error_data: { messaging_product: "whatsapp", details },
    fbtrace_id: `A${randomBytes(11).toString("base64url")}`,
  };
  return { status, body: { error }, reason: details === title ? `${code} ${title}` : `${code} ${title}: ${details}` };
}

/** Meta's error for a fault that was scripted: its code may begin the message, as in `"131056 pair limit"`. */
export function metaStruck({ status = 400, bounce, message }: Fault): Refusal {
  const [, code, words] = /^(\d{1,6})(?: +(.+))?$/s.exec(message ?? "") ?? [];
  if (code !== undefined) return metaRefusal({ code: Number(code), status, title: words });
  const usual = bounce ? 131_026 : (usualCodes[status] ?? (status < 500 ? 100 : 131_000));
  return metaRefusal({ code: usual, status, details: message });
}

const usualCodes: Readonly<Record<number, number>> = { 401: 190, 403: 10, 429: 130_429, 500: 131_000, 503: 131_016 };

const text = z.string().min(1);
const parameter = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("text"), text }),
  z.looseObject({
    type: z.literal("currency"),
    currency: z.looseObject({ fallback_value: text, code: text, amount_1000: z.number() }),
  }),
  z.looseObject({ type: z.literal("date_time"), date_time: z.looseObject({ fallback_value: text }) }),
  ...(["image", "video", "document", "location", "payload", "coupon_code", "action"] as const).map((type) =>
    z.looseObject({ type: z.literal(type) }),
  ),
]);
const parameters = z.array(parameter).optional();
const component = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("header"), parameters }),
  z.looseObject({ type: z.literal("body"), parameters }),
  z.looseObject({
    type: z.literal("button"),
    sub_type: z.enum(["quick_reply", "url", "catalog", "copy_code", "flow", "mpm", "voice_call"]),
    index: z.union([z.string().regex(/^\d$/), z.int().min(0).max(9)]),
    parameters,
  }),
]);

const templateMessage = z.looseObject({
  messaging_product: z.literal("whatsapp"),
  recipient_type: z.literal("individual").optional(),
  to: text,
  type: z.literal("template"),
  template: z.looseObject({ name: text, language: z.looseObject({ code: text }), components: z.array(component).optional() }),
  biz_opaque_callback_data: z.string().max(512).optional(),
});
export type MetaMessage = z.output<typeof templateMessage>;

/** What only a conversation allows, and nobody has written to the mailroom. Meta says so later, by its webhook. */
const freeTypes = /^(text|image|audio|video|document|sticker|location|contacts|interactive|reaction)$/;

/** What is wrong with a message; Meta names one fault at a time. Undefined: nothing. Pure but for the trace id. */
export function metaMessageRefusal(body: unknown): Refusal | undefined {
  const parsed = templateMessage.safeParse(body);
  if (!parsed.success) {
    const type: unknown = (body as { type?: unknown } | null)?.type;
    if (typeof type === "string" && type !== "template")
      return metaRefusal({ code: freeTypes.test(type) ? 131_047 : 131_051, details: `type ${JSON.stringify(type)}` });
    const { path, message } = parsed.error.issues[0]!;
    const missing = at(body, path) === undefined;
    return metaRefusal({ code: missing ? 131_008 : 100, details: `${path.join(".") || "the body"}: ${message}` });
  }
  const { to, template } = parsed.data;
  if (metaNumber(to) === undefined) return metaRefusal({ code: 131_009, details: "to is not a phone number with its country's code" });
  if (!/^[a-z0-9_]{1,512}$/.test(template.name) || !/^[a-z]{2,3}(_[A-Z]{2,3})?$/.test(template.language.code))
    return metaRefusal({ code: 132_001, details: `template name (${template.name}) does not exist in ${template.language.code}` });
  const broken = textsOf(parsed.data).some((one) => /[\n\r\t]| {5}/.test(one));
  return broken
    ? metaRefusal({ code: 100, details: "Param text cannot have new-line/tab characters or more than 4 consecutive spaces" })
    : undefined;
}

/** A number as Meta takes it, with or without its plus, in E.164. */
export function metaNumber(to: string): string | undefined {
  const checked = checkPhoneNumber(`+${to.replace(/^\+/, "")}`);
  return "address" in checked ? checked.address : undefined;
}

/** The texts of a template's parameters, in their order. Called with what was found right, or anything. */
export function textsOf(body: unknown): string[] {
  const { template } = (body ?? {}) as Partial<MetaMessage>;
  const components = Array.isArray(template?.components) ? template.components : [];
  const given = components.flatMap((one) => (Array.isArray(one?.parameters) ? one.parameters : []));
  return given.flatMap((one) => (typeof one?.["text"] === "string" ? [one["text"]] : []));
}

function at(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], body);
}
