import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Browser } from "./browser.ts";
import { judgedAs, vendorCounter } from "./counter.ts";
import type { MessageParts } from "./record.ts";
import { headerText, previewOf, toldBy } from "./told.ts";
import type { VendorOptions } from "./vendor.ts";
import { pushRefusal, pushRequestRefusal } from "./webpush-rules.ts";

const mostBytes = 64 * 1024;
const channel = "push";

/**
 * Every push service of browsers in one: `POST /webpush` with the endpoint that was meant in `x-busbar-address`, and
 * `POST /webpush/{any}`, an endpoint itself. What is encrypted for the mailroom's own browser (`GET /webpush/subscription`) is shown as it
 * reads there; of anything else the text is what the client says of it.
 */
export function webpushRoutes(app: FastifyInstance, { browser, ...options }: VendorOptions & { readonly browser: Browser }): void {
  const { take, answerRest } = vendorCounter(
    {
      provider: "webpush",
      channel,
      refusal: pushRefusal,
      struck: ({ status = 410, message }) => pushRefusal(status, message ?? "scripted fault"),
    },
    options,
  );

  const answer = (request: FastifyRequest, reply: FastifyReply, address: string | undefined) => {
    const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
    const endpoint = address === undefined ? null : URL.parse(address);
    const refusal =
      endpoint === null || !/^https?:$/.test(endpoint.protocol)
        ? pushRefusal(400, "x-busbar-address must be the subscription's endpoint")
        : pushRequestRefusal({ headers: request.headers, body, endpoint });
    const parts = { ...partsOf(request, address), ...textOf(browser.read(body) ?? previewOf(request.headers)) };
    const judged = judgedAs({ channel, parts, refusal }, () => {
      const messageId = randomBytes(16).toString("base64url");
      return { status: 201, headers: { location: `${baseOf(request)}/webpush/messages/${messageId}` }, messageId };
    });
    return take(request, reply, judged);
  };

  app.post("/", { bodyLimit: mostBytes }, (request, reply) => answer(request, reply, headerText(request.headers, "x-busbar-address")));
  app.post("/:subscription", { bodyLimit: mostBytes }, (request, reply) => answer(request, reply, `${baseOf(request)}${request.url}`));
  app.get("/subscription", (request, reply) => reply.send(browser.subscription(baseOf(request))));
  answerRest(app, /^\/webpush(\/[^/]*)?$/);
}

/** As the client knows it: it may come through something that speaks TLS for the mailroom. */
function baseOf({ headers }: FastifyRequest): string {
  return `http://${headers.host ?? "127.0.0.1"}`;
}

const shownHeaders = ["ttl", "urgency", "topic", "content-encoding"] as const;

function partsOf({ headers }: FastifyRequest, address: string | undefined): MessageParts {
  return {
    from: subjectOf(headerText(headers, "authorization")) ?? "",
    to: address === undefined ? [] : [address],
    headers: shownHeaders.flatMap((name) => (typeof headers[name] === "string" ? [[name, headers[name]] as const] : [])),
    attachments: [],
    ...toldBy(headers),
  };
}

/** Whom the sender names as the one to write to. */
function subjectOf(authorization: string | undefined): string | undefined {
  const [, claims] = /\bt=[\w-]+\.([\w-]+)\./.exec(authorization ?? "") ?? [];
  try {
    const { sub } = JSON.parse(Buffer.from(claims ?? "", "base64url").toString()) as { sub?: unknown };
    return typeof sub === "string" ? sub : undefined;
  } catch {
    return undefined;
  }
}

/** A title and a text: of our own JSON, or the first line and the others. */
function textOf(message: string | undefined): Pick<MessageParts, "subject" | "text" | "request"> {
  if (message === undefined) return {};
  try {
    const said = JSON.parse(message) as { title?: unknown; body?: unknown };
    if (typeof said.title === "string" && typeof said.body === "string") return { subject: said.title, text: said.body, request: said };
  } catch {
    // Not ours, or a preview.
  }
  const [subject, ...lines] = message.split("\n");
  return lines.length === 0 ? { text: message } : { subject: subject!, text: lines.join("\n") };
}
