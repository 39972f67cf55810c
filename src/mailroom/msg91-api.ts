import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { judgedAs, type Refusal, unreadable, vendorCounter } from "./counter.ts";
import { isJsonType, readJson } from "./json-body.ts";
import { type Msg91Request, msg91Parts, msg91Refusal, msg91Struck, refused } from "./msg91-rules.ts";
import { headerText, previewOf, toldBy } from "./told.ts";
import type { VendorOptions } from "./vendor.ts";

const mostBytes = 1024 * 1024;
const channel = "sms";

type Fields = Readonly<Record<string, unknown>>;

/**
 * MSG91's API v5 as far as sending goes: `POST …/flow` sends an approved text with its values, `GET` and `POST …/otp` a one-time
 * password. Any key is right. What it refuses, it answers with 200 and `type: "error"`, as MSG91 does.
 */
export function msg91Routes(app: FastifyInstance, options: VendorOptions): void {
  const { take, answerRest } = vendorCounter(
    { provider: "msg91", channel, refusal: (status, message) => refused(message, status), struck: msg91Struck },
    options,
  );

  const answer = (request: FastifyRequest, reply: FastifyReply, readAs: (fields: Fields) => Omit<Msg91Request, "authkey">) => {
    const fields = fieldsOf(request);
    if ("refusal" in fields) {
      const wrong = { channel, parts: unreadable(request.body), refusal: fields.refusal } as const;
      return take(
        request,
        reply,
        judgedAs(wrong, () => ({ status: 200 })),
      );
    }
    const asked = { authkey: headerText(request.headers, "authkey") ?? textOf(fields.given["authkey"]), ...readAs(fields.given) };
    const parts = { ...msg91Parts(asked, previewOf(request.headers)), ...toldBy(request.headers) };
    const judged = judgedAs({ channel, parts, refusal: msg91Refusal(asked) }, () => {
      const messageId = randomBytes(12).toString("hex");
      return { status: 200, body: { type: "success", message: messageId }, messageId };
    });
    return take(request, reply, judged);
  };

  for (const path of ["/flow", "/flow/"]) app.post(path, { bodyLimit: mostBytes }, (request, reply) => answer(request, reply, flowOf));
  app.route({ method: ["GET", "POST"], url: "/otp", bodyLimit: mostBytes, handler: (request, reply) => answer(request, reply, otpOf) });
  answerRest(app, /^\/api\/v5\/(flow\/?|otp)$/);
}

function flowOf({ template_id, flow_id, recipients, mobiles }: Fields): Omit<Msg91Request, "authkey"> {
  const given = Array.isArray(recipients) ? (recipients as unknown[]) : mobiles === undefined ? [] : [{ mobiles }];
  return { template: template_id ?? flow_id, recipients: given.map((one) => (isFields(one) ? one : {})) };
}

function otpOf({ template_id, mobile, authkey: _authkey, ...values }: Fields): Omit<Msg91Request, "authkey"> {
  return { template: template_id, recipients: [{ mobiles: mobile, ...values }] };
}

/** What stands in the address, and in the JSON of the body where there is one. */
function fieldsOf({ query, body, headers }: FastifyRequest): { readonly given: Fields } | { readonly refusal: Refusal } {
  if (!(body instanceof Buffer) || body.length === 0) return { given: { ...(query as Fields) } };
  if (!isJsonType(headers["content-type"])) return { refusal: refused("The body must be application/json", 415) };
  const read = readJson(body, { encoding: headers["content-encoding"], mostBytes });
  if ("problem" in read) return { refusal: refused("The body is no JSON", read.problem === "too large" ? 413 : 400) };
  return isFields(read.json) ? { given: { ...(query as Fields), ...read.json } } : { refusal: refused("The body is no JSON object", 400) };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
