import { beforeAll, describe, expect, it } from "vitest";
import type { Server } from "../../src/server/server.ts";
import { type Answer, ask, type Asked, httpDoor, post, sendRaw } from "../support/http.ts";
import { testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const line = testLine();
const bus = line.bus({ url, prefix });
const door = httpDoor({ redis: url, prefix, application: "test" });
const order = (orderId: string) => ({ orderId, email: "asha@example.com" });
const cloudEvent = (id: string, more: object = {}) => ({
  specversion: "1.0",
  id,
  source: "/checkout",
  type: "order.placed",
  time: "2026-11-21T23:11:43.236Z",
  data: order(id),
  ...more,
});
const binary = (more: Record<string, string> = {}) => ({
  "ce-specversion": "1.0",
  "ce-id": "bin-1",
  "ce-source": "/checkout",
  "ce-type": "order.placed",
  ...more,
});
const nested = (depth: number): string => `{"orderId":${"[".repeat(depth)}1${"]".repeat(depth)},"email":"a@example.com"}`;
const padded = (bytes: number): string => {
  const text = JSON.stringify({ ...order("P-1"), note: "" });
  return text.replace('"note":""', `"note":"${"x".repeat(bytes - text.length)}"`);
};
let server: Server;
let key: string;

beforeAll(async () => {
  key = await door.key({ scopes: ["publish:*"] });
  server = await door.serve({ bus });
});

const publish = (asked: Asked = {}): Promise<Answer> => post(`${server.url}/v1/topics/order.placed/events`, { key, ...asked });
const logged = async (id: string) => bus.inspect.event(id);

describe("publishing over HTTP", () => {
  it("A6: one payload is 202 when it is in the log, with its id and what it survives", async () => {
    const { status, body, headers } = await publish({ body: order("A-1") });
    expect(status).toBe(202);
    expect(body).toEqual({
      id: expect.any(String),
      topic: "order.placed",
      repeated: false,
      durability: expect.stringMatching(/fsync|memory/),
    });
    expect(headers["cache-control"]).toBe("no-store");
    expect(await logged(body.id)).toMatchObject({ type: "order.placed", data: order("A-1") });
  });

  it("headers say the options of one event", async () => {
    const headers = {
      "idempotency-key": "order-A-2",
      "x-partition-key": "cust-7",
      "x-correlation-id": "checkout-7731",
      "x-causation-id": "cause-1",
      "x-event-id": "my-event-2",
    };
    const { status, body } = await publish({ body: order("A-2"), headers });
    expect([status, body.id]).toEqual([202, "my-event-2"]);
    expect((await publish({ body: order("A-2"), headers })).body).toMatchObject({ id: "my-event-2", repeated: true });
    expect((await bus.inspect.events(50)).find(({ id }) => id === "my-event-2")).toMatchObject({
      partitionkey: "cust-7",
      correlationid: "checkout-7731",
      causationid: "cause-1",
      idempotencykey: "order-A-2",
    });
  });

  it("the same idempotency key gives the same event, and with another payload 409", async () => {
    const headers = { "idempotency-key": "once" };
    const first = await publish({ body: order("A-3"), headers });
    const second = await publish({ body: order("A-3"), headers });
    expect(second.body).toEqual({ ...first.body, repeated: true });
    const other = await publish({ body: order("A-4"), headers });
    expect([other.status, other.body.code]).toEqual([409, "IDEMPOTENCY_CONFLICT"]);
  });

  it("a batch is 202 when all are in, each with its index", async () => {
    const { status, body } = await publish({ body: [order("B-1"), order("B-2")], headers: { "x-correlation-id": "batch-1" } });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      accepted: 2,
      failed: 0,
      results: [
        { index: 0, repeated: false },
        { index: 1, repeated: false },
      ],
    });
    expect(await logged(body.results[1].id)).toMatchObject({ data: order("B-2"), correlationid: "batch-1" });
  });

  it("one bad event of a batch is named by its index, and the others are in: 207", async () => {
    const { status, body } = await publish({ body: [order("B-3"), { orderId: 4 }, order("B-5")] });
    expect(status).toBe(207);
    expect(body).toMatchObject({ accepted: 2, failed: 1 });
    expect(body.results[1]).toMatchObject({ index: 1, problem: { status: 422, code: "INVALID_EVENT" } });
    expect(body.results[1].problem.problems).toEqual([expect.stringMatching(/^orderId: /), expect.stringMatching(/^email: /)]);
    expect(await logged(body.results[2].id)).toMatchObject({ data: order("B-5") });
  });

  it("a batch that is sent again with its idempotency key adds only what is missing", async () => {
    const headers = { "idempotency-key": "nightly-1" };
    const first = await publish({ body: [order("C-1"), { orderId: 2 }], headers });
    const second = await publish({ body: [order("C-1"), order("C-2")], headers });
    expect(first.status).toBe(207);
    expect(second.status).toBe(202);
    expect(second.body.results).toMatchObject([{ id: first.body.results[0].id, repeated: true }, { repeated: false }]);
  });

  it("an empty batch is taken, and an event's id has no place in a batch", async () => {
    expect(await publish({ body: [] })).toMatchObject({ status: 202, body: { accepted: 0, results: [] } });
    expect(await publish({ body: [order("D-1")], headers: { "x-event-id": "one" } })).toMatchObject({ status: 400 });
  });

  it("a batch of 1,000 is taken, and of 1,001 is not", async () => {
    const many = Array.from({ length: 1_001 }, (_, index) => order(`M-${index}`));
    expect(await publish({ body: many })).toMatchObject({ status: 413, body: { code: "BODY_TOO_LARGE" } });
    expect(await publish({ body: many.slice(1) })).toMatchObject({ status: 202, body: { accepted: 1_000 } });
  });
});

describe("CloudEvents over HTTP", () => {
  const structured = { "content-type": "application/cloudevents+json; charset=utf-8" };
  const batch = { "content-type": "application/cloudevents-batch+json" };

  it("structured: its id and extensions become those of the event", async () => {
    const event = cloudEvent("ce-1", {
      partitionkey: "c-7",
      correlationid: "conv-1",
      causationid: "ev-0",
      subject: "A-1",
      priority: "high",
    });
    const { status, body } = await publish({ body: event, headers: structured });
    expect([status, body.id]).toEqual([202, "ce-1"]);
    expect((await bus.inspect.events(50)).find(({ id }) => id === "ce-1")).toMatchObject({
      source: "/test",
      partitionkey: "c-7",
      correlationid: "conv-1",
      causationid: "ev-0",
      priority: "high",
      data: order("ce-1"),
    });
  });

  it("binary: attributes are percent-encoded headers, the data is the body", async () => {
    const { status, body } = await publish({ body: order("bin-1"), headers: binary({ "ce-correlationid": "caf%C3%A9%201" }) });
    expect([status, body.id]).toEqual([202, "bin-1"]);
    expect((await bus.inspect.events(50)).find(({ id }) => id === "bin-1")).toMatchObject({ correlationid: "café 1" });
  });

  it("a batch: each on its own, and /v1/events takes the topic from the type", async () => {
    const events = [cloudEvent("ceb-1"), cloudEvent("ceb-2", { specversion: "0.3" }), cloudEvent("ceb-3", { type: "order.plaecd" })];
    const { status, body } = await post(`${server.url}/v1/events`, { key, body: events, headers: batch });
    expect(status).toBe(207);
    expect(body.results).toMatchObject([
      { index: 0, id: "ceb-1" },
      { index: 1, problem: { code: "INVALID_CLOUD_EVENT", problems: ['specversion: must be "1.0"'] } },
      { index: 2, problem: { code: "UNKNOWN_TOPIC", detail: expect.stringContaining('Did you mean "order.placed"?') } },
    ]);
  });

  it("data_base64 of JSON is its data", async () => {
    const { data, ...rest } = cloudEvent("ce-64");
    const base64 = Buffer.from(JSON.stringify(data)).toString("base64");
    expect(await publish({ body: { ...rest, data_base64: base64 }, headers: structured })).toMatchObject({ status: 202 });
  });

  it("a type that is not the address's topic is 422 and names both", async () => {
    const { status, body } = await publish({ body: cloudEvent("ce-2", { type: "order.shipped" }), headers: structured });
    expect(status).toBe(422);
    expect(body.detail).toBe('The address names the topic "order.placed", and the CloudEvent\'s type is "order.shipped".');
  });

  it("structured and binary at once is a contradiction", async () => {
    const { status, body } = await publish({ body: cloudEvent("ce-3"), headers: { ...structured, ...binary() } });
    expect([status, body.code]).toEqual([422, "CONTRADICTION"]);
  });

  it.each([
    ["no id", { id: undefined }, "id: must be text"],
    ["an empty source", { source: "" }, "source: must be text"],
    ["a time that is none", { time: "yesterday" }, "time: must be RFC 3339"],
    ["an attribute in capitals", { partitionKey: "x" }, '"partitionKey": names are lower-case'],
    ["an attribute that is an object", { correlationid: { a: 1 } }, "correlationid: must be text, a number"],
    ["data of another type", { datacontenttype: "text/xml" }, "is no JSON"],
    ["data twice", { data_base64: "e30=" }, "data and data_base64"],
    ["base64 that is none", { data: undefined, data_base64: "%%" }, "data_base64: must be text in base64"],
    ["retry that is no JSON", { retry: "soon" }, "retry: must be JSON"],
    ["__proto__", JSON.parse('{"__proto__":{"a":1}}') as object, '"__proto__": names'],
  ])("with %s it is refused, saying so", async (_, more, problem) => {
    const event = { ...cloudEvent("ce-x") } as Record<string, unknown>;
    for (const [name, value] of Object.entries(more)) Object.defineProperty(event, name, { value, enumerable: true, configurable: true });
    const { status, body } = await publish({ body: event, headers: structured });
    expect(status).toBe(400);
    expect(body.problems).toEqual([expect.stringContaining(problem)]);
  });

  it("what is no CloudEvent is 400, also where the address names no topic", async () => {
    expect(await publish({ body: "[1]", headers: structured })).toMatchObject({ status: 400 });
    expect(await publish({ body: "{}", headers: batch })).toMatchObject({ status: 400 });
    expect(await post(`${server.url}/v1/events`, { key, body: order("x") })).toMatchObject({
      status: 400,
      body: { code: "INVALID_CLOUD_EVENT" },
    });
    expect(await publish({ body: "<a/>", headers: { "content-type": "application/cloudevents+xml" } })).toMatchObject({ status: 415 });
    expect(await publish({ body: order("x"), headers: binary({ "ce-id": "%zz" }) })).toMatchObject({ status: 400 });
    expect(await publish({ body: order("x"), headers: binary({ "ce-data": "{}" }) })).toMatchObject({ status: 400 });
  });
});

describe("bad input", () => {
  it.each<[what: string, asked: Asked, status: number, detail: RegExp]>([
    ["no JSON", { body: "{orderId" }, 400, /The body is not JSON/],
    ["an empty body", { body: "" }, 400, /The body is empty/],
    ["no body at all", {}, 415, /of no named type/],
    ["bytes that are no UTF-8", { body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }, 400, /not UTF-8/],
    [
      "the wrong content type",
      { body: "a=1", headers: { "content-type": "application/x-www-form-urlencoded" } },
      415,
      /send application\/json/,
    ],
    ["a content type that a page can send", { body: order("x"), headers: { "content-type": "text/plain" } }, 415, /text\/plain/],
    ["a broken content type", { body: order("x"), headers: { "content-type": "@@" } }, 415, /./],
    ["another charset", { body: order("x"), headers: { "content-type": "application/json; charset=utf-16" } }, 415, /utf-16/],
    ["a compressed body", { body: order("x"), headers: { "content-encoding": "gzip" } }, 415, /gzip/],
    ["an event of 256 KB and a byte", { body: padded(256 * 1_024 + 1) }, 413, /at most 262144/],
    ["a body far larger", { body: padded(400 * 1_024) }, 413, /reference to the large part/],
    ["a batch of more than 8 MB", { body: `[${padded(8 * 1_024 * 1_024)}]` }, 413, /./],
    ["nesting of 1,000 levels", { body: nested(1_000) }, 422, /./],
    ["nesting of 100,000 levels", { body: nested(100_000) }, 422, /./],
    ["a key __proto__", { body: '{"orderId":"x","email":"a@example.com","__proto__":{"admin":true}}' }, 422, /./],
    ["a key constructor", { body: '{"orderId":"x","email":"a@example.com","constructor":{"prototype":{}}}' }, 422, /./],
    ["NUL in a text", { body: '{"orderId":"a\\u0000b","email":"a@example.com"}' }, 422, /./],
    ["half a surrogate pair", { body: '{"orderId":"\\ud800","email":"a@example.com"}' }, 422, /./],
    ["10,000 keys", { body: Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, 1])) }, 422, /./],
    ["a number beyond JSON", { body: '{"orderId":1e999}' }, 422, /./],
    ["only a number", { body: "7" }, 422, /./],
    ["null", { body: "null" }, 422, /./],
    ["an idempotency key twice", { body: order("x"), headers: { "idempotency-key": ["a", "b"] } }, 400, /given twice/],
    ["an idempotency key that is no ASCII", { body: order("x"), headers: { "idempotency-key": "caf\u00e9" } }, 400, /ASCII/],
    ["an empty idempotency key", { body: order("x"), headers: { "idempotency-key": "" } }, 422, /./],
    ["an idempotency key of 600 characters", { body: order("x"), headers: { "idempotency-key": "k".repeat(600) } }, 422, /./],
    ["an event id with spaces", { body: order("x"), headers: { "x-event-id": "a b" } }, 422, /./],
  ])("%s is refused, and nothing breaks", async (_what, asked, status, detail) => {
    const answer = await publish(asked);
    expect(answer.status).toBe(status);
    expect(answer.body.detail).toMatch(detail);
  });

  it("an unknown topic is 404 with the one that was probably meant", async () => {
    const { status, body } = await post(`${server.url}/v1/topics/order.plaecd/events`, { key, body: order("x") });
    expect([status, body.code]).toEqual([404, "UNKNOWN_TOPIC"]);
    expect(body.detail).toBe('No topic is called "order.plaecd". Did you mean "order.placed"?');
  });

  it("many problems are told up to a number", async () => {
    const body = { orderId: "x", email: "a", note: Array.from({ length: 200 }, () => "\0") };
    expect((await publish({ body })).body.problems).toHaveLength(51);
  });

  it("another method is 405 with those that are known, and another address 404", async () => {
    const put = await ask(`${server.url}/v1/topics/order.placed/events`, { method: "PUT", key, body: order("x") });
    expect([put.status, put.headers.allow]).toEqual([405, "OPTIONS, POST"]);
    expect((await ask(`${server.url}/v1/topic/order.placed`, { key })).status).toBe(404);
    expect((await ask(`${server.url}/v1/topics/%zz/events`, { method: "POST", key })).status).toBe(400);
    expect((await post(`${server.url}/v1/topics/${"t".repeat(700)}/events`, { key, body: {} })).status).toBeLessThan(500);
  });

  it("what is no HTTP, and headers without end, are answered as problems too", async () => {
    expect(await sendRaw(server.url, "nonsense\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 400 .*\r\ncontent-type: application\/problem\+json; charset=utf-8\r\n/,
    );
    const huge = `POST /v1/events HTTP/1.1\r\nhost: localhost\r\nx-a: ${"a".repeat(20_000)}\r\n\r\n`;
    expect(await sendRaw(server.url, huge)).toMatch(/^HTTP\/1\.1 431 .*\r\ncontent-type: application\/problem\+json; charset=utf-8\r\n/);
  });
});
