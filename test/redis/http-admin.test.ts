/** Rows C4 and E2 over HTTP: who may do what, keys, the audit record, lists by page, and the queue board. */
import { Redis } from "ioredis";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { redisAudit } from "../../src/bus/redis-audit.ts";
import { allOperations } from "../../src/server/operations.ts";
import type { Server } from "../../src/server/server.ts";
import { type Answer, ask, type Asked, httpDoor, post } from "../support/http.ts";
import { observed, receipt, recordingProvider, testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const line = testLine();
const door = httpDoor({ redis: url, prefix, application: "test" });
const { provider } = recordingProvider(() => ({ kind: "reject", reason: "asha@example.com has no mailbox" }));
const bus = line.bus({ url, prefix, provider, subscribers: [receipt] });
const scopes = ["publish:*", "read", "pii", "operate", "admin"] as const;
const keys: Record<string, string> = {};
let server: Server;

beforeAll(async () => {
  await bus.start();
  server = await door.serve({ bus });
  for (const scope of scopes) keys[scope] = await door.key({ name: scope.split(":")[0]!, scopes: [scope] });
});

const as = (scope: (typeof scopes)[number], path: string, asked: Asked = {}): Promise<Answer> =>
  ask(`${server.url}${path}`, { key: keys[scope], ...asked });
/** All pages of a list, one after the other. */
const pages = async (path: string, of: string, scope: (typeof scopes)[number] = "read"): Promise<unknown[][]> => {
  const all: unknown[][] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined && all.length < 20;) {
    const { status, body } = await as(scope, `${path}${cursor === "" ? "" : `&cursor=${cursor}`}`);
    expect(status).toBe(200);
    all.push(body[of]);
    cursor = body.next;
  }
  return all;
};

it("E2: every operation is for the scope that it names and for admin, and tells everybody else which one that is", async () => {
  const operations = allOperations(bus, { live: false, keys: {} as never });
  const looking = new Set(["POST /v1/filters/test"]);
  for (const { method, path, scope } of operations) {
    const what = `${method} ${path}`;
    const expected = path.startsWith("/v1/keys") ? "admin" : method === "GET" || looking.has(what) ? "read" : "operate";
    expect([what, scope]).toEqual([what, expected]);
    for (const held of scopes) {
      // A word that no query knows ends it before anything is done.
      const { status, body } = await as(held, `${path.replaceAll(/:\w+/g, "x")}?nonsense=1`, { method });
      const answer = held === "admin" || held === scope ? [400, "cannot be done"] : [403, `"${scope}"`];
      expect([what, held, status, body.detail]).toEqual([what, held, answer[0], expect.stringContaining(String(answer[1]))]);
    }
  }
  for (const held of scopes) {
    const { status } = await post(`${server.url}/v1/topics/order.placed/events`, { key: keys[held], body: {} });
    expect([held, status]).toEqual([held, held === "publish:*" || held === "admin" ? 422 : 403]);
  }
});

describe("API keys", () => {
  it("E2: are made, listed, rotated with both alive, and revoked; a secret is shown once", async () => {
    const made = await as("admin", "/v1/keys", { method: "POST", body: { name: "shop", scopes: ["read"], rate: "90/1m", expires: "90d" } });
    expect(made).toMatchObject({ status: 200, body: { name: "shop", scopes: ["read"], rate: { max: 90, per: 60_000 } } });
    const { id, key } = made.body;
    expect(key).toMatch(/^bb_/);

    const { status, body } = await as("admin", `/v1/keys/${id}/rotate`, {
      method: "POST",
      body: { overlap: "2h", reason: "every quarter" },
    });
    expect([status, body.next.name, body.next.scopes, body.next.rate]).toEqual([200, "shop", ["read"], made.body.rate]);
    expect(body.old).toMatchObject({ id, replacedBy: body.next.id });
    const hours = (Date.parse(body.old.expires) - Date.now()) / 3_600_000;
    expect([Math.round(hours), Math.round((Date.parse(body.next.expires) - Date.now()) / 86_400_000)]).toEqual([2, 90]);

    // Both are let in, and the list shows which of them is used.
    for (const each of [key, body.next.key]) expect((await ask(`${server.url}/v1/topics`, { key: each })).status).toBe(200);
    const used = async () =>
      (await as("admin", "/v1/keys?count=500")).body.keys.filter((one: { lastUsed?: string }) => one.lastUsed !== undefined);
    await expect.poll(used).toEqual(expect.arrayContaining([id, body.next.id].map((each) => expect.objectContaining({ id: each }))));
    const listed = await as("admin", "/v1/keys?count=500");
    expect(JSON.stringify(listed.body)).not.toContain(key.slice(14));

    const again = await as("admin", `/v1/keys/${id}/rotate`, { method: "POST" });
    expect(again).toMatchObject({ status: 409, body: { detail: expect.stringContaining(`replaced by ${body.next.id}`) } });
    const revoked = await as("admin", `/v1/keys/${body.next.id}`, { method: "DELETE", body: { reason: "lost" } });
    expect([revoked.status, revoked.body]).toEqual([200, { revoked: body.next.id }]);
    expect((await as("admin", `/v1/keys/${body.next.id}`, { method: "DELETE" })).status).toBe(404);
    expect((await as("admin", "/v1/keys/none/rotate", { method: "POST" })).status).toBe(404);

    const { entries } = (await as("read", "/v1/audit?what=key")).body;
    expect(entries.slice(0, 3)).toMatchObject([
      { by: "admin", what: "key.revoke", of: body.next.id, reason: "lost" },
      { what: "key.rotate", of: `${id} (shop), replaced by ${body.next.id}`, reason: "every quarter" },
      { what: "key.create", of: `${id} (shop): read` },
    ]);
  });

  it("E2: two who rotate one key at once do not make two", async () => {
    const { id } = (await as("admin", "/v1/keys", { method: "POST", body: { name: "raced", scopes: ["read"] } })).body;
    const both = await Promise.all([1, 2].map(() => as("admin", `/v1/keys/${id}/rotate`, { method: "POST" })));
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect((await door.keys.list()).filter(({ name }) => name === "raced")).toHaveLength(2);
  });

  it.each([
    ["a scope that does not exist", { name: "x", scopes: ["write"] }, '"write" is not known'],
    ["a rate that is none", { name: "x", scopes: ["read"], rate: "fast" }, "100/1s"],
    ["no scopes", { name: "x", scopes: [] }, "scopes"],
  ])("E2: with %s is not made", async (_, body, problem) => {
    const answer = await as("admin", "/v1/keys", { method: "POST", body });
    expect([answer.status, answer.body.problems.join()]).toEqual([400, expect.stringContaining(problem)]);
  });
});

describe("the audit record", () => {
  it("E2: is read by who, verb, of, time and page; suppressions and replays are in it", async () => {
    const since = new Date(Date.now() - 1).toISOString();
    const address = "asha@example.com";
    await as("operate", "/v1/suppressions", { method: "POST", body: { channel: "email", address, reason: "asked by phone" } });
    await as("operate", `/v1/suppressions/email?address=${address}`, { method: "DELETE", body: { reason: "asked again" } });
    await bus.publishEvent.orderPlaced({ orderId: "R-1", email: "asha@example.com" });
    const replay = { topics: ["order.placed"], subscribers: ["receipt"] };
    const begun = await as("operate", "/v1/replays", { method: "POST", body: { ...replay, reason: "late" } });
    expect([begun.status, begun.body.detail]).toEqual([200, undefined]);
    const { id } = begun.body;
    await as("operate", `/v1/replays/${id}/cancel`, { method: "POST" });

    const { entries } = (await as("read", `/v1/audit?by=operate&since=${since}`)).body;
    expect(entries.map(({ what, of, reason }: Record<string, string>) => [what, of, reason])).toEqual([
      ...(entries[0].what === "replay.cancel" ? [["replay.cancel", id, undefined]] : []),
      ["replay.start", `${id}: order.placed for receipt`, "late"],
      ["suppression.release", "email to as…@example.com", "asked again"],
      ["suppression.add", "email to as…@example.com", "asked by phone"],
    ]);
    expect((await as("read", "/v1/audit?what=suppression&of=EMAIL%20TO&by=operate")).body.entries).toHaveLength(2);
    expect((await as("read", `/v1/audit?by=operate&until=${since}`)).body.entries).toEqual([]);
    const all = await pages(`/v1/audit?count=1&since=${since}&by=operate`, "entries");
    expect(all.flat()).toEqual(entries);
    expect(await as("read", "/v1/audit?what=channels")).toMatchObject({
      status: 400,
      body: { problems: [expect.stringContaining("no verb")] },
    });
  });
});

it("E2: the audit record forgets what is older than 400 days, and keeps the rest", async () => {
  const redis = new Redis(url);
  onTestFinished(() => redis.disconnect());
  const now = Date.now();
  const [old, young] = [now - 401 * 86_400_000, now - 399 * 86_400_000];
  const entry = ["by", "ravi", "what", "erase", "of", "somebody"];
  for (let n = 0; n < 300; n++) await redis.xadd(`${prefix}:old:audit`, `${old}-${n}`, ...entry);
  await redis.xadd(`${prefix}:old:audit`, `${young}-1`, ...entry);
  const record = redisAudit(redis, prefix, "old");
  await record.record({ by: "asha", what: "key.revoke", of: "k" });
  // Redis drops whole nodes of a hundred.
  const { entries } = await record.page({ count: 500 });
  expect(entries.length).toBeLessThanOrEqual(101);
  expect(entries[0]).toMatchObject({ by: "asha" });
  expect(entries[1]!.at.slice(0, 10)).toBe(new Date(young).toISOString().slice(0, 10));
});

describe("lists", () => {
  it("E2: go on where the page before ended, while things come and go", async () => {
    for (const n of [1, 2, 3, 4, 5]) await bus.publishEvent.orderPlaced({ orderId: `P-${n}`, email: "bina@example.com" });
    const first = (await as("read", "/v1/events?count=2")).body;
    await bus.publishEvent.orderPlaced({ orderId: "P-6", email: "bina@example.com" });
    const rest = await pages(`/v1/events?count=2`, "events");
    expect(rest.flat().length).toBeGreaterThanOrEqual(6);
    const second = (await as("read", `/v1/events?count=500&cursor=${first.next}`)).body;
    const ids = [...first.events, ...second.events].map((event: { id: string }) => event.id);
    expect(new Set(ids).size).toBe(ids.length);
    // What was published later stands before the first page, and nowhere else.
    expect(ids).toHaveLength(rest.flat().length - 1);

    const found = await pages("/v1/traces?value=P-3&count=1", "events");
    expect(found).toHaveLength(1);
    const byEmail = await pages("/v1/traces?value=bina@example.com&count=4", "events");
    expect(byEmail.map((page) => page.length)).toEqual([4, 2]);
    expect(new Set(byEmail.flat().map((each) => (each as { event: { id: string } }).event.id)).size).toBe(6);

    const subjects = ["subscribers", "topics"].map((of) => pages(`/v1/${of}?count=1`, of));
    expect((await Promise.all(subjects)).map((all) => all.length)).toEqual([1, 1]);
    const allKeys = await pages("/v1/keys?count=2", "keys", "admin");
    expect(allKeys.flat()).toHaveLength((await door.keys.list()).length);
  });

  it.each([
    "/v1/events",
    "/v1/audit",
    "/v1/replays",
    "/v1/suppressions",
    "/v1/subscribers",
    "/v1/topics",
    "/v1/keys",
    "/v1/traces?value=x",
  ])("E2: %s refuses a cursor of another list, and says so", async (path) => {
    const foreign = Buffer.from(JSON.stringify(["events of yesterday", "abcdefgh", 7])).toString("base64url");
    const { status, body } = await as("admin", `${path}${path.includes("?") ? "&" : "?"}cursor=${foreign}`);
    expect([status, body.code, body.detail]).toEqual([400, "INVALID_CURSOR", expect.stringContaining("it is one of events of yesterday")]);
  });
});

const basic = (scope: (typeof scopes)[number]) => ({ authorization: `Basic ${Buffer.from(`any:${keys[scope]}`).toString("base64")}` });
const board = (path: string, scope: (typeof scopes)[number], asked: Asked = {}): Promise<Answer> =>
  ask(`${server.url}/queues${path}`, { ...asked, headers: { ...basic(scope), ...asked.headers } });

describe("the queue board", () => {
  const queue = encodeURIComponent("{test.email}");

  it("C4: asks a browser for a key, and shows itself and the queues to who may look", async () => {
    const nobody = await ask(`${server.url}/queues`);
    expect([nobody.status, nobody.headers["www-authenticate"]]).toEqual([401, expect.stringMatching(/^Basic realm="busbar/)]);
    expect((await board("", "publish:*")).body.detail).toContain('"read"');
    const page = await board("", "read");
    expect([page.status, page.headers["content-security-policy"]]).toEqual([
      200,
      expect.stringContaining("base-uri 'self'; form-action 'none'; frame-ancestors 'none'"),
    ]);
    const script = /src="(static\/js\/main\.\w+\.js)"/.exec(page.body)?.[1];
    expect((await board(`/${script}`, "read")).status).toBe(200);
    const { queues } = (await board("/api/queues", "read")).body;
    expect(
      queues.map(({ displayName, readOnlyMode }: { displayName: string; readOnlyMode: boolean }) => [displayName, readOnlyMode]),
    ).toContainEqual(["email", true]);
    expect((await as("read", "/v1/topics")).headers["content-security-policy"]).not.toContain("unsafe-inline");
  });

  it("C4: shows jobs without what they hold, and lets the bus do what its buttons say, which the audit record has", async () => {
    const dead = observed(bus, "dead");
    await bus.publishEvent.orderPlaced({ orderId: "B-1", email: "asha@example.com" });
    const { delivery } = (await dead)[0]!;
    await expect.poll(() => bus.deadLetters.show(delivery.id)).toBeDefined();
    const list = await board(`/api/queues?activeQueue=${queue}&status=failed`, "read");
    const one = await board(`/api/queues/${queue}/${delivery.id}`, "read");
    expect(one.body.job).toMatchObject({
      id: delivery.id,
      data: { to: "as…@example.com", subscriber: "receipt" },
      failedReason: expect.stringContaining("as…@"),
    });
    for (const { body } of [list, one]) expect(JSON.stringify(body)).not.toMatch(/asha@|B-1/);

    expect((await board(`/api/queues/${queue}/pause`, "read", { method: "PUT" })).body.detail).toContain('"operate"');
    for (const [name, value] of [
      ["origin", "https://evil.example"],
      ["sec-fetch-site", "cross-site"],
    ] as const) {
      const headers = { [name]: value };
      const forged = await board(`/api/queues/${queue}/pause`, "admin", { method: "PUT", headers });
      expect([forged.status, forged.body.code]).toEqual([403, "FORBIDDEN_ORIGIN"]);
    }
    const refused = await board(`/api/queues/${queue}/obliterate`, "admin", { method: "PUT", body: {} });
    expect([refused.status, refused.body.code]).toEqual([409, "REFUSED"]);
    expect((await bus.channels.list()).find(({ name }) => name === "email")?.paused).toBe(false);

    const own = { origin: server.url, "sec-fetch-site": "same-origin" };
    expect((await board(`/api/queues/${queue}/pause`, "admin", { method: "PUT", headers: own })).status).toBe(204);
    expect((await bus.channels.list()).find(({ name }) => name === "email")?.paused).toBe(true);
    expect((await board(`/api/queues/${queue}/resume`, "admin", { method: "PUT", headers: own })).status).toBe(204);
    expect((await as("read", "/v1/audit?what=channel&count=2")).body.entries).toMatchObject([
      { by: "admin", what: "channel.resume", reason: "at the queue board" },
      { by: "admin", what: "channel.pause" },
    ]);
    const again = observed(bus, "dead");
    expect((await board(`/api/queues/${queue}/${delivery.id}/retry`, "admin", { method: "PUT" })).status).toBe(204);
    await again;
    await expect.poll(() => bus.deadLetters.show(delivery.id)).toBeDefined();
    expect((await board(`/api/queues/${queue}/${delivery.id}/clean`, "admin", { method: "PUT" })).status).toBe(204);
    expect(await bus.deadLetters.show(delivery.id)).toBeUndefined();
    expect((await board(`/api/queues/${queue}/${delivery.id}/clean`, "admin", { method: "PUT" })).status).toBe(409);
  });
});
