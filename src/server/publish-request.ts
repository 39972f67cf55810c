import type { IncomingHttpHeaders } from "node:http";
import type { PublishOptions } from "../define/publish.ts";
import { payloadLimits } from "../define/payload.ts";
import { checkEncoding, mediaType, parseJson } from "./body.ts";
import { binaryCloudEvent, fromCloudEvent, type ToPublish } from "./cloud-event.ts";
import { HttpProblem } from "./problem.ts";

/** Bytes: one event with its envelope, and a batch. */
export const bodyLimits = { one: payloadLimits.bytes + 16 * 1_024, batch: 8 * 1_024 * 1_024, events: 1_000 } as const;

/** The headers of a plain JSON publish that become options. */
const optionOf = {
  "idempotency-key": "idempotencyKey",
  "x-partition-key": "key",
  "x-correlation-id": "correlationId",
  "x-causation-id": "causationId",
  "x-event-id": "id",
} as const satisfies Readonly<Record<string, keyof PublishOptions>>;

export interface PublishRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array | undefined;
  /** As the address names it. Undefined: each CloudEvent names its own. */
  readonly topic: string | undefined;
}

/** What a request asks to publish, in its order; an event that cannot be read has its problem in its place. */
export interface ReadRequest {
  readonly batch: boolean;
  readonly items: readonly (ToPublish | HttpProblem)[];
}

/**
 * Reads a publish: a payload, a JSON array of payloads, or CloudEvents in any of their three modes. Pure.
 * @throws HttpProblem where the request as a whole cannot be read
 */
export function readPublishRequest({ headers, body, topic }: PublishRequest): ReadRequest {
  const media = mediaType(headers["content-type"]);
  checkEncoding(media, headers["content-encoding"]);
  const binary = Object.keys(headers).some((name) => name.startsWith("ce-"));
  if (media.type.startsWith("application/cloudevents")) {
    if (binary)
      throw new HttpProblem(
        "CONTRADICTION",
        `The body is a CloudEvent (${media.type}), and there are ce-… headers too: send it in one of the two modes.`,
      );
    return structured(media.type, body, topic);
  }
  if (!/^application\/([\w.-]+\+)?json$/.test(media.type))
    throw new HttpProblem(
      "UNSUPPORTED_MEDIA_TYPE",
      `The body is ${media.type === "" ? "of no named type" : JSON.stringify(media.type.slice(0, 100))}: send application/json, application/cloudevents+json or application/cloudevents-batch+json.`,
    );
  if (binary) return { batch: false, items: [fromCloudEvent(binaryCloudEvent(headers, sized(body)), topic)] };
  if (topic === undefined)
    throw new HttpProblem(
      "INVALID_CLOUD_EVENT",
      "This address takes CloudEvents, whose type names the topic; a plain payload goes to /v1/topics/:topic/events.",
    );
  return plain(body, topic, optionsOf(headers));
}

function structured(type: string, body: Uint8Array | undefined, topic: string | undefined): ReadRequest {
  if (type === "application/cloudevents+json") return { batch: false, items: [fromCloudEvent(parseJson(sized(body)), topic)] };
  if (type !== "application/cloudevents-batch+json")
    throw new HttpProblem("UNSUPPORTED_MEDIA_TYPE", `CloudEvents are taken in JSON, not as ${JSON.stringify(type.slice(0, 100))}.`);
  return {
    batch: true,
    items: listOf(parseJson(body)).map((event) => {
      try {
        return fromCloudEvent(event, topic);
      } catch (error) {
        if (error instanceof HttpProblem) return error;
        throw error;
      }
    }),
  };
}

function plain(body: Uint8Array | undefined, topic: string, options: PublishOptions): ReadRequest {
  if (!beginsList(body)) return { batch: false, items: [{ topic, payload: parseJson(sized(body)), options }] };
  const payloads = listOf(parseJson(body));
  const { id, idempotencyKey, ...shared } = options;
  if (id !== undefined) throw new HttpProblem("INVALID_REQUEST", "X-Event-Id belongs to one event, and the body is a batch.");
  // Each event of a batch has a key of its own, so that a batch that is sent again adds only what is missing.
  const keyOf = (index: number): PublishOptions => (idempotencyKey === undefined ? {} : { idempotencyKey: `${idempotencyKey}/${index}` });
  return { batch: true, items: payloads.map((payload, index) => ({ topic, payload, options: { ...shared, ...keyOf(index) } })) };
}

function optionsOf(headers: IncomingHttpHeaders): PublishOptions {
  const given = Object.entries(optionOf).flatMap(([header, option]) => {
    const value = headers[header];
    return value === undefined ? [] : [[option, headerValue(header, String(value))] as const];
  });
  return Object.fromEntries(given);
}

/** Bytes beyond ASCII have no agreed meaning in a header: two senders' keys must not become the same one. */
function headerValue(name: string, value: string): string {
  if (/^[\x20-\x7e]*$/.test(value)) return value;
  throw new HttpProblem("INVALID_REQUEST", `The header ${name} may hold visible ASCII characters only.`);
}

/** White space of JSON, and the bytes of a byte order mark. */
const blank: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

function beginsList(body: Uint8Array | undefined): boolean {
  return body !== undefined && body[body.findIndex((byte) => !blank.has(byte))] === 0x5b;
}

function sized(body: Uint8Array | undefined): Uint8Array | undefined {
  if (body === undefined || body.length <= bodyLimits.one) return body;
  throw new HttpProblem(
    "BODY_TOO_LARGE",
    `The body has ${body.length} bytes; an event may have ${payloadLimits.bytes}. Publish a reference to the large part (a URL, a file's id) instead.`,
  );
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new HttpProblem("INVALID_CLOUD_EVENT", "A batch is a JSON array.");
  if (value.length > bodyLimits.events)
    throw new HttpProblem("BODY_TOO_LARGE", `The batch has ${value.length} events; at most ${bodyLimits.events} are taken at once.`);
  return value as readonly unknown[];
}
