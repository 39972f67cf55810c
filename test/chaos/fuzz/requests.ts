import { pick, type Random } from "../random.ts";
import { body, form, part } from "./bodies.ts";
import { headers } from "./headers.ts";
import type { FuzzTarget } from "./fuzz-server.ts";
import { below, leaf, mutated, name, text } from "./values.ts";

/** One request to send. */
export interface FuzzedRequest {
  readonly bytes: Buffer;
  /**
   * It is HTTP that has to be answered. Else it is broken below that: the server may also end the connection, and that is its end for the
   * sender too.
   */
  readonly whole: boolean;
  readonly method: string;
}

/** An address of the server, as a route or as OpenAPI writes it: `:id` or `{id}`. */
export interface Route {
  readonly method: string;
  readonly path: string;
}

export interface RequestsOptions extends Pick<FuzzTarget, "known" | "examples"> {
  readonly random: Random;
  readonly routes: readonly Route[];
}

/** What OpenAPI does not tell: the doors of readers and providers, and those of the page. */
export const otherRoutes: readonly Route[] = [
  ...["GET", "POST"].flatMap((method) =>
    ["/unsubscribe/:token", "/preferences/:token", "/callbacks/:provider", "/callbacks/:provider/:secret"].map((path) => ({
      method,
      path,
    })),
  ),
  ...["/", "/feed", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/messages", "/faults"].map((path) => ({
    method: "GET",
    path,
  })),
  ...["/messages/:id", "/messages/:id/callbacks", "/messages/:id/html"].map((path) => ({ method: "GET", path })),
  { method: "POST", path: "/messages/:id/callbacks" },
  { method: "POST", path: "/faults" },
  { method: "DELETE", path: "/faults" },
  { method: "DELETE", path: "/faults/:id" },
];

const methods = ["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "QUERY", "SEARCH", "MKCOL"];
const notMethods = ["get", "G E T", "CONNECT", "", "FOO", "\0", "POST\t", "PRI"];

/** The next request, each time. Pure but for `random`. */
export function requests({ random, routes, known, examples }: RequestsOptions): () => FuzzedRequest {
  const topics = Object.keys(examples);
  const providers = ["sendgrid", "twilio", "meta", "msg91", "smtp", "nobody"];
  const goodBodies: readonly object[] = [
    { reason: "to see" },
    { ids: known.ids.slice(0, 3), reason: "x" },
    { all: true, queue: "email" },
    { channel: "email", address: "asha@example.in", reason: "asked", keep: "1h", category: "referrals" },
    { olderThan: "1h" },
    { status: "delivered" },
    { provider: "twilio", status: 503, times: 1 },
    [{ event: "delivered", email: "asha@example.in", timestamp: 1, sg_event_id: "e", busbar: "x" }],
    { entry: [{ changes: [{ value: { statuses: [{ id: "wamid.A", status: "delivered" }] } }] }] },
  ];

  const parameter = (of: string): string => {
    const chance = random();
    if (chance < 0.1) return part(random, String(leaf(random)));
    if (chance < 0.16) return part(random, text(random, pick(random, [10, 100, 700])));
    if (chance < 0.2) return pick(random, ["%", "%00", "%ff", "..", "%2e%2e%2f", "%2f", "", ".", "a%2", "__proto__", "constructor"]);
    if (of.startsWith("/v1/topics")) return pick(random, topics);
    if (of.startsWith("/callbacks")) return pick(random, providers);
    if (of.startsWith("/unsubscribe") || of.startsWith("/preferences"))
      return known.tokens.length === 0 ? "none" : pick(random, known.tokens);
    if (of.startsWith("/v1/channels") || of.startsWith("/v1/suppressions")) return pick(random, known.channels);
    return pick(random, known.ids);
  };

  const query = (): string => {
    if (random() < 0.6) return "";
    if (random() < 0.2) return `?${form(random).toString()}`;
    const usual = [
      "count",
      "limit",
      "before",
      "from",
      "value",
      "key",
      "queue",
      "channel",
      "search",
      "address",
      "category",
      "all",
      "provider",
      "to",
    ];
    const pairs = Array.from({ length: 1 + below(random, 3) }, () => {
      const key = random() < 0.85 ? pick(random, usual) : name(random);
      return `${part(random, key)}${pick(random, ["=", "=", "=", "", "[]=", "=="])}${part(random, String(leaf(random)))}`;
    });
    return `?${pairs.join("&")}`;
  };

  const pathOf = (route: Route): string => {
    const path = route.path.replaceAll(/:\w+|\{\w+\}/g, () => parameter(route.path));
    if (random() > 0.04) return path;
    const place = below(random, path.length + 1);
    const wild = part(random, pick(random, ["/", "//", "/../", "?", "#", "%", ";", "\\", text(random, 10)]));
    return `${path.slice(0, place)}${wild}${path.slice(place)}`;
  };

  const goodBodyOf = ({ path }: Route): unknown => {
    const topic = /^\/v1\/topics\/([^/]+)\/events$/.exec(path)?.[1];
    const example = examples[topic !== undefined && topic in examples ? topic : pick(random, topics)];
    if (topic !== undefined && random() < 0.6) return random() < 0.8 ? example : [example, example];
    if (topic === undefined && path !== "/v1/events") return pick(random, goodBodies);
    const type = topic ?? pick(random, topics);
    const event = { specversion: "1.0", id: `e-${below(random, 1_000)}`, source: "/fuzz", type, data: example };
    return random() < 0.7 ? event : [event, mutated(random, event)];
  };

  return () => {
    const route = pick(random, routes);
    const path = pathOf(route);
    const odd = random();
    const method = odd < 0.01 ? pick(random, notMethods) : odd < 0.06 ? pick(random, methods) : route.method;
    const hasBody = method === "POST" || random() < 0.15;
    const content = hasBody ? body(random, goodBodyOf(route)) : undefined;
    const { lines, broken, chunked } = headers({ random, path, keys: known.keys, length: content?.length });
    const target = `${path}${query()}`;
    // A space or a character beyond ASCII ends the address where nobody meant it.
    const whole = !broken && !notMethods.includes(method) && /^\/[\x21-\x7e]*$/.test(target) && !target.includes("#");
    const head = `${method} ${target} HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;
    const sent = content === undefined ? [] : chunked ? chunks(content) : [content];
    return { bytes: Buffer.concat([Buffer.from(head, "latin1"), ...sent]), whole, method };
  };
}

function chunks(content: Buffer): Buffer[] {
  const middle = content.length >> 1;
  const parts = [content.subarray(0, middle), content.subarray(middle)].filter((piece) => piece.length > 0);
  const written = parts.flatMap((piece) => [Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n")]);
  return [...written, Buffer.from("0\r\n\r\n")];
}
