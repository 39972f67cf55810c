import { beforeAll, describe, expect, it } from "vitest";
import { createBus, defineSubscriber } from "../../src/index.ts";
import { parse } from "../../src/filter/index.ts";
import type { Server } from "../../src/server/server.ts";
import { type Answer, ask, type Asked, httpDoor } from "../support/http.ts";
import { observed, orderPlaced, receipt, recordingProvider, testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const line = testLine();
const door = httpDoor({ redis: url, prefix, application: "test" });
const { provider, sends } = recordingProvider(({ message }) =>
  message.to === "nobody@example.com" ? { kind: "reject", reason: "no such mailbox" } : { kind: "sent", messageId: "m-1" },
);
const exampled = defineSubscriber(orderPlaced, { name: "idle", deliver: ({ handler }) => [handler({ handle: async () => undefined })] });
const bus = line.bus({ url, prefix, provider, subscribers: [receipt, exampled] });
let server: Server;
const keys = { read: "", operate: "", publish: "" };

beforeAll(async () => {
  await bus.start();
  server = await door.serve({ bus });
  for (const scope of ["read", "operate"] as const)
    keys[scope] = await door.key({ name: { read: "reader", operate: "operator" }[scope], scopes: [scope] });
  keys.publish = await door.key({ name: "shop", scopes: ["publish:*"] });
});

const get = (path: string, asked: Asked = {}): Promise<Answer> => ask(`${server.url}${path}`, { key: keys.read, ...asked });
const post = (path: string, body?: unknown): Promise<Answer> => ask(`${server.url}${path}`, { method: "POST", key: keys.operate, body });
const order = (orderId: string, email = "asha@example.com") => ({ orderId, email });
const deadLetter = async (orderId: string): Promise<{ id: string; event: string }> => {
  const dead = observed(bus, "dead");
  await bus.publishEvent.orderPlaced(order(orderId, "nobody@example.com"));
  const [fact] = await dead;
  const { id, event } = fact!.delivery;
  await expect.poll(() => bus.deadLetters.show(id)).toBeDefined();
  return { id, event: event.id };
};
const scheduled = async (orderId: string) => {
  const routed = observed(bus, "routed", 2);
  await bus.publishEvent.orderPlaced(order(orderId), { deliverAt: new Date(Date.now() + 3_600_000).toISOString() });
  return (await routed).flatMap(({ planned }) => planned).find(({ channel }) => channel === "email")!;
};

const tryFilter = (body: unknown): Promise<Answer> => ask(`${server.url}/v1/filters/test`, { method: "POST", key: keys.read, body });

describe("looking", () => {
  it("C10: at events, and at what became of one", async () => {
    const sent = observed(bus, "sent", 2);
    const { id } = await bus.publishEvent.orderPlaced(order("A-1"));
    await sent;
    const { status, body, headers } = await get("/v1/events?count=5");
    expect([status, headers["cache-control"]]).toEqual([200, "no-store"]);
    expect(body.events).toMatchObject([{ id, type: "order.placed", specversion: "1.0" }]);
    expect((await get(`/v1/events/${id}`)).body).toMatchObject({
      event: { id },
      subscribers: [{ name: "idle" }, { name: "receipt", state: "routed", deliveries: [{ channel: "email" }] }],
    });
    expect((await get("/v1/events/nobody")).body).toMatchObject({ status: 404, code: "NOT_FOUND" });
  });

  it("E2: at the overview: figures, channels, subscribers and topics with their schemas", async () => {
    const [stats, channels, subscribers, topics] = await Promise.all(
      ["stats", "channels", "subscribers", "topics"].map(async (name) => (await get(`/v1/${name}`)).body),
    );
    expect(stats).toMatchObject({ topics: [{ name: "order.placed" }], redis: { keys: expect.any(Number) } });
    expect(channels.channels.map(({ name }: { name: string }) => name)).toContain("email");
    expect(subscribers.subscribers).toMatchObject([{ name: "idle" }, { name: "receipt", gaps: 0 }]);
    expect(topics.topics).toMatchObject([
      { name: "order.placed", subscribers: ["receipt", "idle"], schema: { type: "object", required: ["orderId", "email"] } },
    ]);
  });
});

describe("a subscriber", () => {
  it("is paused, drained, moved and resumed, and says of what cannot be done why", async () => {
    expect((await post("/v1/subscribers/idle/pause", { reason: "its code is broken" })).body).toEqual({
      subscriber: "idle",
      state: "paused",
    });
    expect((await get("/v1/subscribers")).body.subscribers[0]).toMatchObject({ name: "idle", state: "paused" });
    const already = { by: "operator", at: expect.any(String) as string, reason: "its code is broken" };
    expect((await post("/v1/subscribers/idle/pause")).body).toEqual({ subscriber: "idle", state: "paused", already });
    expect((await post("/v1/subscribers/idle/drain")).body).toEqual({ subscriber: "idle", state: "draining", pending: 0, already });
    const { body } = await post("/v1/subscribers/idle/seek", { to: "now", preview: true });
    expect(body).toMatchObject({ subscriber: "idle", again: 0, forgotten: 0, moved: false });
    expect((await post("/v1/subscribers/idle/seek", { to: "now" })).body).toMatchObject({ moved: true });
    expect((await post("/v1/subscribers/idle/resume")).body).toEqual({ subscriber: "idle", state: "running" });

    expect((await post("/v1/subscribers/idel/pause")).body).toMatchObject({
      status: 404,
      detail: expect.stringContaining('Did you mean "idle"?'),
    });
    expect((await post("/v1/subscribers/idle/seek", { to: "yesterday" })).body).toMatchObject({ status: 422, code: "INVALID_RANGE" });
    expect((await post("/v1/subscribers/idle/seek", {})).body).toMatchObject({ status: 400, code: "INVALID_REQUEST" });
    const removing = await ask(`${server.url}/v1/subscribers/idle`, { method: "DELETE", key: keys.operate });
    expect(removing.body).toMatchObject({ status: 409, code: "REFUSED", detail: expect.stringContaining("is in the code") });
    const refused = await ask(`${server.url}/v1/subscribers/idle/pause`, { method: "POST", key: keys.read });
    expect(refused.body).toMatchObject({ status: 403, code: "FORBIDDEN" });
  });
});

describe("a filter", () => {
  it("is tried with a payload or an event, and told where, by which operator and why it does not match", async () => {
    const sent = observed(bus, "sent", 2);
    const { id } = await bus.publishEvent.orderPlaced(order("F-1"));
    await sent;
    const pattern = { orderId: [{ prefix: "F-" }] };
    expect(await tryFilter({ pattern, event: id })).toMatchObject({ status: 200, body: { matches: true, warnings: [] } });
    expect((await tryFilter({ pattern, data: { orderId: "G-1" } })).body).toEqual({
      matches: false,
      reason: 'orderId is "G-1", not beginning with "F-"',
      failures: [{ path: "orderId", operators: ["prefix"], wanted: 'beginning with "F-"', seen: '"G-1"' }],
      warnings: [],
    });
    expect((await tryFilter({ pattern, event: "nobody" })).body).toMatchObject({ status: 404 });
    expect((await tryFilter({ pattern })).body).toMatchObject({ status: 400, code: "INVALID_REQUEST" });
  });

  it("that is wrong is refused with every problem and its path", async () => {
    expect((await tryFilter({ pattern: '{"a":[{"cidr":"x"}],"b":[1],"b":[2]}', data: {} })).body).toMatchObject({
      status: 422,
      code: "INVALID_FILTER",
      problems: ["b: the key stands twice in one object", expect.stringMatching(/^a\[0\]\.cidr: "x" is no block of addresses/)],
    });
  });

  it("picks events", async () => {
    const sent = observed(bus, "sent", 2);
    await bus.publishEvent.orderPlaced(order("F-2"));
    await sent;
    const { body } = await get(`/v1/events?count=500&filter=${encodeURIComponent('{"orderId":["F-2"]}')}`);
    expect(body.events).toMatchObject([{ data: { orderId: "F-2" } }]);
    expect((await get("/v1/events?filter=%7B%7D")).body).toMatchObject({ status: 422, code: "INVALID_FILTER" });
  });

  it.each(["/v1/events?", "/v1/events/stream?", "/v1/events/stream?topics=order.placed&"])(
    "on a field that no payload has is refused with what was probably meant: %s",
    async (place) => {
      const { body } = await get(`${place}filter=${encodeURIComponent('{"ordrId":["F-2"]}')}`);
      expect(body).toMatchObject({ status: 422, code: "INVALID_FILTER" });
      expect((body.problems as string[])[0]).toBe('ordrId: order.placed has no such field; did you mean "orderId"?');
    },
  );
});

describe("a tail", () => {
  it("lets through what one of its filters does", async () => {
    const sent = observed(bus, "sent", 6);
    for (const orderId of ["T-1", "T-2", "T-3"]) await bus.publishEvent.orderPlaced(order(orderId));
    await sent;
    const filters = [parse({ orderId: ["T-1"] }), parse({ orderId: [{ suffix: "-3" }] })];
    const ending = new AbortController();
    const seen: unknown[] = [];
    for await (const { data } of bus.inspect.tail({ filters, last: 3, signal: ending.signal })) {
      seen.push((data as { orderId: string }).orderId);
      if (seen.length === 2) ending.abort();
    }
    expect(seen).toEqual(["T-1", "T-3"]);
    const hopeless = bus.inspect.tail({ filters: [parse({ "order.id": ["T-1"] })], signal: ending.signal });
    await expect(hopeless[Symbol.asyncIterator]().next()).rejects.toThrow("The filter can match nothing");
  });
});

describe("a delivery", () => {
  it("C3: is asked for and cancelled, once and for all; the key's name and the reason stand in its time line", async () => {
    const { id, event } = await scheduled("A-2");
    expect((await get(`/v1/deliveries/${id}`)).body).toMatchObject({ id, state: "waiting", queue: "delayed" });
    expect(await post(`/v1/deliveries/${id}/cancel`, { reason: "ordered twice" })).toMatchObject({
      status: 200,
      body: { cancelled: true },
    });
    const { body } = await get(`/v1/events/${event.id}`);
    expect(JSON.stringify(body)).toContain("by operator: ordered twice");
    expect((await post(`/v1/deliveries/${id}/cancel`)).status).toBe(404);
    expect((await get("/v1/deliveries/d_unknown")).status).toBe(404);
  });

  it("that was sent is not cancelled: 409 says how it ended", async () => {
    const sent = observed(bus, "sent", 2);
    await bus.publishEvent.orderPlaced(order("A-3"));
    const { delivery } = (await sent).find((fact) => fact.delivery.channel === "email")!;
    await expect.poll(async () => (await bus.deliveries.status(delivery.id))?.queue).toBe("completed");
    expect(await post(`/v1/deliveries/${delivery.id}/cancel`)).toMatchObject({
      status: 409,
      body: { code: "REFUSED", detail: expect.stringContaining("ended as sent") },
    });
  });
});

describe("several deliveries", () => {
  it("C3: of an event are looked at, then cancelled; without a selection nothing is", async () => {
    const { id, event } = await scheduled("A-4");
    expect((await post("/v1/deliveries/cancel", { event: event.id, preview: true })).body).toMatchObject({ cancelled: 2, preview: true });
    expect((await post("/v1/deliveries/cancel", { event: event.id, reason: "ordered twice" })).body).toMatchObject({
      events: 1,
      cancelled: 2,
    });
    expect((await bus.deliveries.status(id))?.queue).toBeUndefined();
    expect((await bus.audit()).entries[0]).toMatchObject({ by: "operator", what: "delivery.cancel", reason: "ordered twice" });
    expect(await post("/v1/deliveries/cancel", { event: "nobody" })).toMatchObject({ status: 404 });
    expect((await post("/v1/deliveries/cancel", {})).body).toMatchObject({ status: 422, code: "INVALID_SELECTION" });
  });
});

describe("dead letters", () => {
  it("B6, E2: are listed by page, shown, queued again one by one or all, and deleted", async () => {
    const first = await deadLetter("B-1");
    const second = await deadLetter("B-2");
    const page = (await get("/v1/dead-letters?queue=email&count=1")).body;
    expect(page).toMatchObject({ counts: { email: 2 }, deadLetters: [{ id: second.id, queue: "email" }], next: expect.any(String) });
    const last = (await get(`/v1/dead-letters?queue=email&count=1&cursor=${page.next}`)).body;
    expect(last).toMatchObject({ deadLetters: [{ id: first.id }] });
    expect(last).not.toHaveProperty("next");
    expect((await get("/v1/dead-letters/groups?queue=email&subscriber=receipt")).body).toMatchObject({
      groups: [{ count: 2, reasonClass: "rejected", subscribers: ["receipt"], sample: { id: second.id } }],
      total: 2,
      more: 0,
    });
    expect((await get("/v1/dead-letters/preview?recipient=NOBODY@example.com")).body).toMatchObject({ total: 2, parts: [{ count: 2 }] });
    expect((await get(`/v1/dead-letters/${first.id}`)).body).toMatchObject({
      reason: expect.stringContaining("no such mailbox"),
      data: { orderId: "B-1" },
    });

    const again = observed(bus, "dead");
    expect(await post(`/v1/dead-letters/${first.id}/redrive`, { reason: "mailbox made" })).toMatchObject({
      status: 200,
      body: { redriven: [first.id] },
    });
    await again;
    await expect.poll(async () => (await bus.deadLetters.counts())["email"]).toBe(2);
    expect(sends.filter(({ deliveryId }) => deliveryId === first.id)).toHaveLength(2);

    expect((await post("/v1/dead-letters/discard", { from: 0, reason: "a slip" })).body).toMatchObject({
      status: 422,
      problems: [expect.stringContaining('"all" for all of them')],
    });
    const all = observed(bus, "dead", 2);
    expect((await post("/v1/dead-letters/redrive", { queue: "email", pace: 1_000 })).body).toMatchObject({
      operation: { verb: "redrive", state: "finished", total: 2, done: 2, refused: 0, actor: "operator" },
    });
    expect((await get("/v1/dead-letters/operations")).body).toMatchObject({ operations: [{ verb: "redrive", state: "finished" }] });
    await all;
    await expect.poll(async () => (await bus.deadLetters.counts())["email"]).toBe(2);
    const edit = { data: { orderId: 7 } };
    expect((await post(`/v1/dead-letters/${second.id}/edit`, edit)).body).toMatchObject({
      status: 422,
      problems: [expect.stringMatching(/^orderId: /)],
    });
    expect((await post(`/v1/dead-letters/${second.id}/edit`, { data: { orderId: "B-3" } })).body).toEqual({ changed: ["orderId"] });
    const discard = (body: unknown) => ask(`${server.url}/v1/dead-letters/${second.id}`, { method: "DELETE", key: keys.operate, body });
    expect((await discard({})).status).toBe(400);
    const gone = await discard({ reason: "sent by hand" });
    expect(gone).toMatchObject({ status: 200, body: { discarded: [second.id] } });
    expect((await get(`/v1/dead-letters/${second.id}`)).status).toBe(404);
    expect((await post(`/v1/dead-letters/${second.id}/redrive`)).status).toBe(404);
  });
});

describe("a channel", () => {
  it("E2: is paused, resumed and cleaned", async () => {
    expect((await post("/v1/channels/email/pause")).body).toEqual({ channel: "email", paused: true });
    const already = { by: "operator", at: expect.any(String) as string };
    expect((await post("/v1/channels/email/pause", { reason: "twice" })).body).toEqual({ channel: "email", paused: true, already });
    expect((await get("/v1/channels")).body.channels).toContainEqual(expect.objectContaining({ name: "email", paused: true }));
    expect((await post("/v1/channels/email/resume")).body).toEqual({ channel: "email", paused: false });
    expect((await post("/v1/channels/email/clean", { olderThan: "1h" })).body).toEqual({ channel: "email", forgotten: 0 });
    expect((await post("/v1/channels/email/clean")).body.forgotten).toBeGreaterThan(0);
    expect((await post("/v1/channels/emial/pause")).body).toMatchObject({
      status: 404,
      code: "UNKNOWN_QUEUE",
      detail: expect.stringContaining('"email"'),
    });
  });

  it("B4, E2: gets another rate and concurrency for all processes, is shown with who set them, and reset", async () => {
    expect((await post("/v1/channels/email/set", { rate: "5/1m", concurrency: 2, reason: "asked for" })).body).toMatchObject({
      name: "email",
      concurrency: 2,
      rateLimit: { max: 5, per: 60_000 },
      atRunTime: { rateLimit: { by: "operator", reason: "asked for" }, concurrency: { by: "operator" } },
    });
    expect((await post("/v1/channels/email/reset", { limits: ["rate"] })).body).toMatchObject({ concurrency: 2, rateLimit: false });
    const { body } = await post("/v1/channels/email/reset");
    expect(body).toMatchObject({ name: "email", rateLimit: false });
    expect(body).not.toHaveProperty("atRunTime");
    for (const rate of ["5/", "0", "10", "-1/1s", "5/1w"])
      expect((await post("/v1/channels/email/set", { rate })).body).toMatchObject({
        status: 400,
        problems: [expect.stringContaining('"10/1s"')],
      });
    expect((await post("/v1/channels/email/set", { rate: "0/1s", concurrency: 1e9 })).body).toMatchObject({
      status: 422,
      code: "INVALID_LIMIT",
      problems: [expect.stringContaining("concurrency: must be"), expect.stringContaining("rateLimit.max: must be")],
    });
    expect((await post("/v1/channels/emial/set", { concurrency: 1 })).body).toMatchObject({ status: 404, code: "UNKNOWN_QUEUE" });
    expect((await post("/v1/channels/all/clean", { olderThan: "-1h" })).body).toMatchObject({ status: 400 });
  });
});

describe("what is asked wrongly changes nothing:", () => {
  it.each<[string, () => Promise<Answer>, number, string]>([
    ["no key", () => ask(`${server.url}/v1/stats`), 401, "API key is needed"],
    ["a key that may only publish", () => get("/v1/stats", { key: keys.publish }), 403, '"read"; the API key "shop" has publish:*'],
    [
      "a verb with a key that may only look",
      () => ask(`${server.url}/v1/channels/email/pause`, { method: "POST", key: keys.read }),
      403,
      '"operate"',
    ],
    ["an unknown word of the query", () => get("/v1/events?cuont=5"), 400, "the query"],
    ["a count that is none", () => get("/v1/events?count=many"), 400, "the query"],
    ["an unknown field", () => post("/v1/channels/email/pause", { why: "x" }), 400, "the body"],
    ["ids and all", () => post("/v1/dead-letters/redrive", { ids: ["d_1"], all: true }), 422, "either"],
    ["neither ids nor all", () => post("/v1/dead-letters/redrive", {}), 422, "either"],
    ["a queue with ids", () => post("/v1/dead-letters/redrive", { ids: ["d_1"], queue: "email" }), 422, "goes with"],
    ["a discard of all without a reason", () => post("/v1/dead-letters/discard", { all: true }), 422, "Nothing was changed"],
    ["a cursor that is none", () => get("/v1/dead-letters?cursor=x"), 400, "cursor"],
    ["no JSON", () => post("/v1/channels/email/pause", "{"), 400, "not JSON"],
    ["an unknown queue", () => get("/v1/dead-letters?queue=emial"), 404, '"email"'],
    ["an unknown address", () => get("/v1/nowhere"), 404, "nothing at this address"],
    ["another method", () => post("/v1/stats"), 405, "GET"],
  ])("%s", async (_, asking, status, detail) => {
    const { body } = await asking();
    expect(body).toMatchObject({ status, detail: expect.stringContaining(detail) });
    expect((await bus.channels.list()).find(({ name }) => name === "email")?.paused).toBe(false);
  });
});

it("a test message is the topic's example, and is sent only where nothing really leaves", async () => {
  const example = { orderId: "EX-1", email: "asha@example.com" };
  const other = createBus({
    application: "other",
    topics: { orderPlaced: { ...orderPlaced, example } as typeof orderPlaced },
    redis: url,
    prefix,
  });
  try {
    const [safe, live] = [await door.serve({ bus: other, open: true }), await door.serve({ bus: other, open: true, live: true })];
    const path = "/v1/topics/order.placed/test-message";
    const { status, body } = await ask(`${safe.url}${path}`, { method: "POST" });
    expect([status, body.topic]).toEqual([200, "order.placed"]);
    expect((await other.inspect.event(body.id))?.data).toEqual(example);
    expect((await other.audit()).entries).toMatchObject([{ by: "local", what: "test-message", of: `order.placed, event ${body.id}` }]);
    expect(await ask(`${live.url}${path}`, { method: "POST" })).toMatchObject({ status: 403, body: { code: "REAL_SENDING" } });
    expect((await ask(`${safe.url}/v1/topics/order.place/test-message`, { method: "POST" })).body).toMatchObject({
      status: 404,
      detail: expect.stringContaining("order.placed"),
    });
  } finally {
    await other.stop();
  }
});
