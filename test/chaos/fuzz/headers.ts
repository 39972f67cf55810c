import { pick, type Random } from "../random.ts";
import { below, leaf, name, text } from "./values.ts";

export interface HeadersOptions {
  readonly random: Random;
  readonly path: string;
  /** API keys that are good. */
  readonly keys: readonly string[];
  /** Bytes of the body; undefined: none. */
  readonly length: number | undefined;
}

export interface Headers {
  readonly lines: readonly string[];
  /** They are no HTTP, or lie about the body's length. */
  readonly broken: boolean;
  readonly chunked: boolean;
}

const contentTypes = [
  ["application/cloudevents+json", "application/cloudevents-batch+json", "application/x-www-form-urlencoded", "text/plain", ""],
  [
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
    "application/json; charset=",
    "APPLICATION/JSON;;;",
    "*/*",
    "x/y/z",
  ],
  [
    "application/vnd.api+json",
    "application/cloudevents+xml",
    "application/json, text/plain",
    `application/${"x".repeat(300)}`,
    "__proto__",
  ],
].flat();
const signed = [
  ["x-twilio-signature", "x-hub-signature-256", "x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"],
].flat();
const known = [
  [
    "idempotency-key",
    "x-partition-key",
    "x-correlation-id",
    "x-causation-id",
    "x-event-id",
    "ce-specversion",
    "ce-id",
    "ce-type",
    "ce-source",
  ],
  ["ce-time", "ce-data", "ce-retry", "ce-delay", "ce-__proto__", "if-none-match", "range", "accept", "accept-encoding", "content-encoding"],
  ["origin", "sec-fetch-site", "cookie", "x-forwarded-for", "x-forwarded-host", "x-http-method-override", "te", "via", "date", "prefer"],
].flat();

/** The headers of a request: good ones, with some that are not. */
export function headers({ random, path, keys, length }: HeadersOptions): Headers {
  const lines = [`host: ${random() < 0.97 ? "127.0.0.1" : headerText(random)}`];
  let broken = false;
  const key = random();
  if (key < 0.15) lines.push(`authorization: Bearer ${pick(random, keys)}`);
  else if (key < 0.19) lines.push(`authorization: ${pick(random, ["Bearer", "Basic", "bearer  ", ""])} ${headerText(random)}`);
  const chunked = length !== undefined && random() < 0.06;
  if (length !== undefined) {
    const type = random();
    if (type < 0.75) lines.push("content-type: application/json");
    else if (type < 0.97) lines.push(`content-type: ${pick(random, contentTypes)}`);
    lines.push(chunked ? "transfer-encoding: chunked" : `content-length: ${length}`);
  }
  if (path.startsWith("/callbacks/")) for (const each of signed) if (random() < 0.4) lines.push(`${each}: ${headerText(random)}`);
  for (let more = random() < 0.6 ? 0 : 1 + below(random, 4); more > 0; more -= 1)
    lines.push(`${random() < 0.85 ? pick(random, known) : `x-${name(random).replaceAll(/[^\w-]/g, "-")}`}: ${headerText(random)}`);
  if (random() < 0.01) lines.push(`${pick(random, known)}: ${"x".repeat(pick(random, [1_000, 8_000, 20_000]))}`);
  if (random() < 0.01) lines.push(`upgrade: ${pick(random, ["websocket", "h2c"])}`, "connection: upgrade");
  if (random() < 0.015) {
    broken = true;
    lines.push(pick(random, breaking)(random));
  }
  return { lines, broken, chunked };
}

/** What can stand in a header: visible characters, and bytes beyond ASCII. */
function headerText(random: Random): string {
  const value = random() < 0.6 ? String(leaf(random)) : text(random, 60);
  return value.replaceAll(/[^\x20-\x7e\u0080-\u00ff]/g, "?").trim();
}

const breaking: readonly ((random: Random) => string)[] = [
  (random) => `content-length: ${pick(random, ["-1", "1e3", "0x10", "99", "4294967296", "", "1, 2"])}`,
  () => "transfer-encoding: gzip, chunked",
  () => "transfer-encoding: identity",
  () => "no colon at all",
  () => " folded: yes",
  () => "bad name: yes",
  () => "nul: a\0b",
  () => "bare: a\nb",
  () => ": no name",
  () => "host: twice.example",
  () => "expect: 200-maybe",
  () => "expect: 100-continue",
  () => "connection: close",
];
