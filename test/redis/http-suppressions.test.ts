import { beforeAll, expect, it } from "vitest";
import type { Server } from "../../src/server/server.ts";
import { type Answer, ask, httpDoor } from "../support/http.ts";
import { testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const line = testLine();
const door = httpDoor({ redis: url, prefix, application: "test" });
const bus = line.bus({ url, prefix });
const logged: unknown[] = [];
const told = (...entry: unknown[]): void => void logged.push(entry);
let server: Server;
const keys = { read: "", operate: "", pii: "" };
const phone = "+919845012345";
const encoded = encodeURIComponent(phone);

beforeAll(async () => {
  const logger = { debug: told, info: told, warn: told, error: told, child: () => logger };
  server = await door.serve({ bus, logger });
  keys.read = await door.key({ name: "reader", scopes: ["read"] });
  keys.pii = await door.key({ name: "viewer", scopes: ["read", "pii"] });
  keys.operate = await door.key({ name: "operator", scopes: ["operate"] });
});

const get = (path: string): Promise<Answer> => ask(`${server.url}/v1/suppressions${path}`, { key: keys.read });
const change = (method: "POST" | "DELETE", path: string, body?: unknown, key = keys.operate): Promise<Answer> =>
  ask(`${server.url}/v1/suppressions${path}`, { method, key, body });

it("addresses are suppressed, listed, looked up and released; the log says who and why, and no address", async () => {
  const given = { channel: "sms", address: phone, reason: "asked by phone" };
  expect(await change("POST", "", given)).toMatchObject({
    status: 200,
    body: { ...given, source: "manual", by: "operator", since: expect.stringMatching(/^\d{4}-/) },
  });
  await change("POST", "", { ...given, category: "marketing", keep: "30d" });
  await change("POST", "", { channel: "email", address: "Asha@example.com", reason: "bounced" });

  const first = (await get("?count=2")).body;
  expect(first).toMatchObject({
    suppressions: [{ address: "as…@example.com" }, { category: "marketing", until: expect.stringMatching(/Z$/) }],
    total: 3,
  });
  const second = (await get(`?count=2&cursor=${first.next}`)).body;
  expect(second).toMatchObject({ suppressions: [{ address: "+91…45" }], total: 3 });
  expect(await get("?pii=show")).toMatchObject({ status: 403 });
  const seen = await ask(`${server.url}/v1/suppressions?count=2&cursor=${first.next}&pii=show&reason=ticket`, { key: keys.pii });
  expect(seen.body).toMatchObject({ suppressions: [{ address: phone }] });
  expect(second).not.toHaveProperty("next");
  for (const search of ["@EXAMPLE", "ASHA@example.com"])
    expect((await get(`?channel=email&search=${search}`)).body).toMatchObject({ suppressions: [{ channel: "email" }], total: 1 });
  // Nobody finds out an address letter by letter of which only a part is shown.
  expect((await get("?channel=email&search=sha@")).body).toMatchObject({ suppressions: [], total: 1 });

  // Also where nobody has encoded the plus.
  for (const address of [encoded, phone]) expect((await get(`/sms?address=${address}`)).body.suppressions).toHaveLength(2);
  expect(await get("/sms?address=%2B919845000000")).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });

  await bus.preferences.apply({
    kind: "consent",
    channel: "sms",
    provider: "twilio",
    address: "+919845000001",
    wish: "in",
    said: "START",
    eventId: "SM1",
  });
  expect((await get("/sms?address=%2B919845000001")).body).toMatchObject({ suppressions: [], consents: [{ wish: "in", said: "START" }] });

  const place = `/sms?address=${encoded}`;
  expect((await change("DELETE", `${place}&category=marketing`)).body).toMatchObject({ released: [{ category: "marketing" }] });
  expect((await change("DELETE", `${place}&all=true`, { reason: "asked again" })).body).toMatchObject({ released: [given] });
  expect(await change("DELETE", place)).toMatchObject({ status: 404 });
  expect(JSON.stringify(logged)).toContain("asked again");
  expect(JSON.stringify(logged)).toContain("operator");
  expect(JSON.stringify(logged)).not.toMatch(/98450|example\.com/i);
});

it.each<[string, () => Promise<Answer>, number, string]>([
  [
    "a number without its country",
    () => change("POST", "", { channel: "sms", address: "98450", reason: "x" }),
    422,
    "is not a phone number",
  ],
  ["no such channel", () => get("?channel=fax"), 422, '"fax" is none of email, sms'],
  ["a channel without addresses", () => get("/handler?address=x"), 422, '"handler" is none of'],
  ["no reason", () => change("POST", "", { channel: "sms", address: phone }), 400, "reason"],
  ["a time that is none", () => change("POST", "", { channel: "sms", address: phone, reason: "x", keep: "soon" }), 400, "keep"],
  ["a category and all", () => change("DELETE", `/sms?address=${encoded}&category=a&all=true`), 422, "either a category or all"],
  ["no address", () => get("/sms"), 400, "address"],
  ["a key that may only look", () => change("POST", "", { channel: "sms", address: phone, reason: "x" }, keys.read), 403, "operate"],
])("%s is refused, and changes nothing", async (_, asked, status, what) => {
  const answer = await asked();
  expect([answer.status, JSON.stringify(answer.body)]).toEqual([status, expect.stringContaining(what.replaceAll('"', String.raw`\"`))]);
  expect(await bus.suppressions.list({ channel: "sms" })).toMatchObject({ total: 0 });
});
