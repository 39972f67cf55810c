import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { judgedAs, type Refusal, unreadable, vendorCounter } from "./counter.ts";
import { fcmRefusal, type FcmRequest, fcmRequestRefusal, fcmStruck, rpcRefusal } from "./fcm-rules.ts";
import type { GoogleTokens } from "./google-tokens.ts";
import { isJsonType, type JsonBody, readJson } from "./json-body.ts";
import type { MessageParts } from "./record.ts";
import { toldBy } from "./told.ts";
import type { VendorOptions } from "./vendor.ts";

interface ByProject {
  readonly Params: { readonly project: string };
}

const mostBytes = 256 * 1024;
const channel = "push";

/** FCM's HTTP API v1: `POST /v1/projects/{project}/messages:send`, for any project, with a token of the mailroom's own `POST /token`. */
export function fcmRoutes(app: FastifyInstance, { tokens, ...options }: VendorOptions & { readonly tokens: GoogleTokens }): void {
  const { take, answerRest } = vendorCounter({ provider: "fcm", channel, refusal: restRefusal, struck: fcmStruck }, options);
  // A colon is doubled, so that it names no parameter.
  app.post<ByProject>("/projects/:project/messages::send", { bodyLimit: mostBytes }, (request, reply) => {
    const bytes = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
    const body = readJson(bytes, { encoding: request.headers["content-encoding"], mostBytes });
    const parts = "json" in body ? partsOf(request, body.json) : unreadable(bytes);
    const judged = judgedAs({ channel, parts, refusal: requestRefusal(request, body, tokens) }, () => {
      const name = `projects/${request.params.project}/messages/0:${randomBytes(8).toString("hex")}`;
      const sandbox = "json" in body && (body.json as FcmRequest).validate_only === true;
      return { status: 200, body: { name }, messageId: name, sandbox };
    });
    return take(request, reply, judged);
  });
  answerRest(app, /\/messages:send$/);
}

function requestRefusal({ headers }: FastifyRequest, body: JsonBody, tokens: GoogleTokens): Refusal | undefined {
  const [, token = ""] = /^Bearer (\S+)$/.exec(headers.authorization ?? "") ?? [];
  if (!tokens.isValid(token)) return rpcRefusal({ rpc: "UNAUTHENTICATED" });
  if (!isJsonType(headers["content-type"])) return rpcRefusal({ rpc: "INVALID_ARGUMENT", message: "The body must be application/json" });
  return "problem" in body
    ? rpcRefusal({ rpc: "INVALID_ARGUMENT", message: `Invalid JSON payload received: ${body.problem}` })
    : fcmRequestRefusal(body.json);
}

function restRefusal(status: number, message: string): Refusal {
  return status === 500
    ? fcmRefusal("INTERNAL", message)
    : rpcRefusal({ rpc: status === 404 ? "NOT_FOUND" : "INVALID_ARGUMENT", status, message });
}

function partsOf({ headers, params }: FastifyRequest<ByProject>, json: unknown): MessageParts {
  const { token, topic, condition, notification, data } = objectOf(objectOf(json)["message"]);
  const { title, body } = { ...objectOf(data), ...objectOf(notification) };
  return {
    from: params.project,
    to: [token, topic, condition].filter((one) => typeof one === "string"),
    ...(typeof title === "string" ? { subject: title } : {}),
    ...(typeof body === "string" ? { text: body } : {}),
    headers: [],
    attachments: [],
    ...toldBy(headers),
    request: json,
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
