import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { judgedAs, type Refusal, unreadable, vendorCounter } from "./counter.ts";
import { isJsonType, type JsonBody, readJson } from "./json-body.ts";
import { metaMessageRefusal, metaNumber, metaRefusal, metaStruck, textsOf } from "./meta-rules.ts";
import type { MessageParts } from "./record.ts";
import { previewOf, toldBy } from "./told.ts";
import type { VendorOptions } from "./vendor.ts";

interface ByNumber {
  readonly Params: { readonly number: string };
}

const mostBytes = 256 * 1024;
const channel = "whatsapp";

/**
 * Meta's WhatsApp Cloud API as far as sending goes: `POST /{version}/{phone number id}/messages`, for any version such as `v23.0`.
 * Any token is right. Only templates are taken: nobody has written to the mailroom.
 */
export function metaRoutes(app: FastifyInstance, options: VendorOptions): void {
  const { take, answerRest } = vendorCounter(
    { provider: "meta", channel, refusal: (status, message) => metaRefusal({ code: 100, status, details: message }), struck: metaStruck },
    options,
  );
  app.post<ByNumber>("/:number/messages", { bodyLimit: mostBytes }, (request, reply) => {
    const bytes = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
    const body = readJson(bytes, { encoding: request.headers["content-encoding"], mostBytes });
    const parts = "json" in body ? partsOf(request, body.json) : unreadable(bytes);
    const judged = judgedAs({ channel, parts, refusal: requestRefusal(request, body) }, () => {
      const messageId = `wamid.${randomBytes(24).toString("base64")}`;
      const { to } = (body as { json: { to: string } }).json;
      const contacts = [{ input: to, wa_id: to.replace("+", "") }];
      const answer = { messaging_product: "whatsapp", contacts, messages: [{ id: messageId, message_status: "accepted" }] };
      return { status: 200, body: answer, messageId };
    });
    return take(request, reply, judged);
  });
  answerRest(app, /\/messages$/);
}

function requestRefusal({ headers, params }: FastifyRequest<ByNumber>, body: JsonBody): Refusal | undefined {
  if (!/^Bearer \S+$/.test(headers.authorization ?? "")) return metaRefusal({ code: 190, status: 401 });
  if (!/^\d{1,30}$/.test(params.number))
    return metaRefusal({ code: 100, details: `Object with ID '${params.number.slice(0, 100)}' does not exist` });
  if (!isJsonType(headers["content-type"])) return metaRefusal({ code: 100, details: "the body must be application/json" });
  return "problem" in body ? metaRefusal({ code: 100, details: `the body: ${body.problem}` }) : metaMessageRefusal(body.json);
}

function partsOf({ headers, params }: FastifyRequest<ByNumber>, json: unknown): MessageParts {
  const { to, template, biz_opaque_callback_data: mark } = (json ?? {}) as Readonly<Record<string, unknown>>;
  const name = (template as { name?: unknown } | undefined)?.name;
  return {
    from: params.number,
    to: typeof to === "string" ? [metaNumber(to) ?? to] : [],
    text: previewOf(headers) ?? [`template ${String(name)}`, ...textsOf(json)].join("\n"),
    headers: [],
    attachments: [],
    ...(typeof mark === "string" && mark.startsWith("d_") ? { deliveryId: mark } : {}),
    ...toldBy(headers),
    request: json,
  };
}
