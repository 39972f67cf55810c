import type { FastifyInstance, FastifyRequest } from "fastify";
import { checkAddress } from "../define/address.ts";
import { mailroomSecret } from "../providers/webhook-secrets.ts";
import { judgedAs, type Refusal, vendorCounter } from "./counter.ts";
import { isJsonType, readJson } from "./json-body.ts";
import type { MessageParts } from "./record.ts";
import { headerText, toldBy } from "./told.ts";
import type { VendorOptions } from "./vendor.ts";
import { webhookFault } from "./webhook-rules.ts";

const mostBytes = 1024 * 1024;

/**
 * Every receiver of webhooks in one: `POST /webhooks`, with the address that was meant in `x-busbar-address`. It verifies as a
 * receiver of Standard Webhooks should, with the mailroom's own secret.
 */
export function webhookRoutes(app: FastifyInstance, options: VendorOptions): void {
  const { take, answerRest } = vendorCounter(
    {
      provider: "webhook",
      channel: "webhook",
      refusal: refusalOf,
      struck: ({ status = 410, message }) => refusalOf(status, message ?? "scripted fault"),
    },
    options,
  );
  app.post("/", { bodyLimit: mostBytes }, (request, reply) => {
    const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
    const refusal = requestRefusal(request, body, options.clock.now());
    const parts = partsOf(request, body.toString());
    return take(
      request,
      reply,
      judgedAs({ channel: "webhook", parts, refusal }, () => ({ status: 204 })),
    );
  });
  answerRest(app, /^\/webhooks\/?$/);
}

function requestRefusal({ headers }: FastifyRequest, body: Buffer, now: number): Refusal | undefined {
  const wrong = webhookFault({ headers, body: body.toString() }, mailroomSecret, now);
  if (wrong !== undefined) return refusalOf(wrong.status, wrong.message);
  const address = checkAddress("webhook", headers["x-busbar-address"]);
  if ("problem" in address) return refusalOf(400, `x-busbar-address: ${address.problem}`);
  if (!isJsonType(headers["content-type"])) return refusalOf(415, "content-type must be JSON");
  return "json" in readJson(body, { mostBytes }) ? undefined : refusalOf(400, "the body is no JSON");
}

function refusalOf(status: number, message: string): Refusal {
  return { status, body: { error: message }, reason: message };
}

/** The headers that say something of the message, in the order in which they are shown. */
const shownHeaders = ["content-type", "webhook-id", "webhook-timestamp", "webhook-signature", "user-agent"] as const;

function partsOf({ headers }: FastifyRequest, text: string): MessageParts {
  const [address, id] = [headerText(headers, "x-busbar-address"), headerText(headers, "webhook-id")];
  return {
    from: headers["user-agent"] ?? "",
    to: address === undefined ? [] : [address],
    text,
    headers: shownHeaders.flatMap((name) => (typeof headers[name] === "string" ? [[name, headers[name]] as const] : [])),
    attachments: [],
    ...toldBy(headers),
    ...(id === undefined ? {} : { deliveryId: id }),
  };
}
