import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { startRedisServer } from "../../src/base/redis-server.ts";
import { mailroomCallbackKeys } from "../../src/bus/callbacks/mailroom-callback-keys.ts";
import type { EmailMessage } from "../../src/define/message.ts";
import { deliveryReference } from "../../src/define/reference.ts";
import type { Provider } from "../../src/providers/index.ts";
import type { BusOptions } from "../../src/bus/options.ts";
import { parseOptions } from "../../src/bus/options.ts";
import { queuesOf } from "../../src/bus/queues.ts";
import { refusalLog } from "../../src/server/refusal-log.ts";
import { type Answer, ask, httpDoor, post } from "../support/http.ts";
import { observed, testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";
import { byMeta, bySendgrid, byTwilio, sendgridPair, type Signed } from "../support/signed-callbacks.ts";

const { url, prefix } = testRedis();
const line = testLine();
const { publicKey, privateKey } = sendgridPair();
const [appSecret, verifyToken, secret] = ["app-secret", "a-token-that-we-made-up", "a-secret-that-we-made-up"] as const;
const publicUrl = "https://shop.example.com";
const callbacks: BusOptions["callbacks"] = {
  sendgrid: { publicKey },
  meta: { appSecret, verifyToken },
  twilio: { authTokens: ["token"] },
  msg91: { secret },
};
const bus = line.bus({ url, prefix, bus: { callbacks, publicUrl } });
const door = httpDoor({ redis: url, prefix, application: "test" });
const lines: object[] = [];
const logger = { ...silentLogger, warn: (fields: object, message: string) => void lines.push({ ...fields, message }) };
const server = await door.serve({ bus, publicUrl, logger });

const send = (signed: Signed, { host = "shop.example.com", path }: { host?: string; path?: string } = {}): Promise<Answer> => {
  const at = new URL(signed.url);
  const headers = { ...signed.headers, host } as Record<string, string>;
  return ask(`${server.url}${path ?? `${at.pathname}${at.search}`}`, { method: signed.method, headers, body: signed.body });
};
const sendgrid = (body: string): Signed => bySendgrid(`${publicUrl}/callbacks/sendgrid`, body, { privateKey, at: Date.now() });
const meta = (body: string): Signed => byMeta(`${publicUrl}/callbacks/meta`, body, appSecret);
const refused = { status: 403, body: { code: "CALLBACK_REFUSED", detail: "This callback is not taken." } };

async function waiting(): Promise<number> {
  const queues = queuesOf(parseOptions({ application: "test", topics: {}, redis: url, prefix }), silentLogger);
  try {
    return (await queues.callbacks.counts()).waiting;
  } finally {
    await queues.close();
  }
}

async function metric(provider: string, verdict: string): Promise<number> {
  const { body } = await ask(`${server.url}/metrics`);
  const name = `busbar_callbacks_total{provider="${provider}",verdict="${verdict}"} `;
  const found = (body as string).split("\n").find((each) => each.startsWith(name));
  return Number(found?.slice(name.length));
}

describe("POST /callbacks/:provider", () => {
  it("of what the provider signed is 200 without a word, without an API key, and it waits on the queue; the same again changes nothing", async () => {
    const [taken, before] = [await metric("sendgrid", "taken"), await waiting()];
    const signed = sendgrid('[{"event":"delivered"}]');
    for (let time = 0; time < 2; time++) expect(await send(signed)).toMatchObject({ status: 200, body: "" });
    expect(await waiting()).toBe(before + 1);
    expect(await metric("sendgrid", "taken")).toBe(taken + 2);
  });

  it("D5: of what is forged, altered or replayed is 403, in the same words each time, counted, and nothing is kept of it", async () => {
    const [was, before] = [await metric("sendgrid", "refused"), await waiting()];
    const signed = sendgrid('[{"event":"bounce"}]');
    const old = bySendgrid(signed.url, '[{"event":"open"}]', { privateKey, at: Date.now() - 301_000 });
    const forged = bySendgrid(signed.url, '[{"event":"open"}]', { privateKey: sendgridPair().privateKey, at: Date.now() });
    expect(await send({ ...signed, body: Buffer.from('[{"event":"Bounce"}]') })).toMatchObject(refused);
    expect(await send(old)).toMatchObject(refused);
    expect(await send(forged)).toMatchObject(refused);
    expect(await send({ ...signed, headers: {} })).toMatchObject(refused);
    expect(await send({ ...meta("{}"), body: Buffer.from("{ }") })).toMatchObject(refused);
    const twilio = byTwilio(`${publicUrl}/callbacks/twilio?delivery=d_1`, { MessageStatus: "delivered" }, "token");
    expect(await send(twilio, { path: "/callbacks/twilio?delivery=d_2" })).toMatchObject(refused);
    expect(await send(twilio)).toMatchObject({ status: 200 });
    expect(await waiting()).toBe(before + 1);
    expect(await metric("sendgrid", "refused")).toBe(was + 4);
  });

  it("C9: a refusal is in the log with its reason, and with nothing of what it held", async () => {
    lines.length = 0;
    const { body, status } = await send({ ...meta('{"from":"919845012345"}'), headers: { "x-hub-signature-256": "sha256=hush" } });
    expect([status, JSON.stringify(body)]).toEqual([403, expect.not.stringContaining("signed")]);
    expect(lines).toEqual([{ provider: "meta", reason: "it is not signed", message: "a callback was refused" }]);
  });

  it("of a provider that never calls back is 404, before its body is read", async () => {
    for (const name of ["smtp", "expo", "__proto__", "Meta"])
      expect((await post(`${server.url}/callbacks/${name}`, { body: "x".repeat(2_000_000) })).status).toBe(404);
    expect((await ask(`${server.url}/callbacks/sendgrid`, { method: "PUT" })).status).toBe(405);
  });

  it("of more than 1 MB is 413, and of 1 MB is taken", async () => {
    const most = `[${" ".repeat(1_024 * 1_024 - 2)}]`;
    expect(await send(sendgrid(most))).toMatchObject({ status: 200 });
    expect(await send(sendgrid(`${most} `))).toMatchObject({ status: 413, body: { detail: "A callback may have 1 MB." } });
  });

  it("MSG91's secret may end the address or stand in a header", async () => {
    const report = { method: "POST", headers: {}, body: Buffer.from("{}"), url: `${publicUrl}/callbacks/msg91` };
    expect((await send(report, { path: `/callbacks/msg91/${secret}` })).status).toBe(200);
    expect((await send({ ...report, headers: { "x-busbar-secret": secret } })).status).toBe(200);
    expect(await send(report, { path: "/callbacks/msg91/guessed-guessed-guessed" })).toMatchObject(refused);
    expect(await send(report)).toMatchObject(refused);
  });

  it("on loopback, other sites and other names are kept out; of the public name, callbacks alone are reached", async () => {
    const signed = sendgrid('[{"event":"processed"}]');
    expect((await send(signed, { host: "SHOP.example.com" })).status).toBe(200);
    expect((await send(signed, { host: new URL(server.url).host })).status).toBe(200);
    expect(await send(signed, { host: "evil.example" })).toMatchObject({ status: 403, body: { code: "FORBIDDEN_HOST" } });
    const fromPage = { ...signed, headers: { ...signed.headers, origin: "https://evil.example" } };
    expect(await send(fromPage)).toMatchObject({ status: 403, body: { code: "FORBIDDEN_ORIGIN" } });
    for (const path of ["/", "/feed", "/v1/stats", "/callbacks", "/metrics"])
      expect(await ask(`${server.url}${path}`, { headers: { host: "shop.example.com" } })).toMatchObject({
        body: { code: "FORBIDDEN_HOST" },
      });
  });

  it("the mailroom's are taken by this server's own name alone", async () => {
    const ofMailroom = byMeta(`${server.url}/callbacks/meta`, '{"entry":[]}', mailroomCallbackKeys.meta.appSecret);
    expect((await send(ofMailroom, { host: new URL(server.url).host })).status).toBe(200);
    expect(await send(ofMailroom)).toMatchObject(refused);
  });
});

function challenge(token: string): Promise<Answer> {
  return ask(`${server.url}/callbacks/meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`);
}

it("each try of a delivery carries its reference", async () => {
  const seen: (readonly [deliveryId: string, reference: string | undefined])[] = [];
  const provider: Provider<EmailMessage> = {
    name: "recorder",
    async send(_message, { deliveryId, reference }) {
      seen.push([deliveryId, reference]);
      return { kind: "sent" };
    },
    close: async () => undefined,
  };
  const own = line.bus({ url, prefix: `${prefix}-reference`, provider });
  const sent = observed(own, "sent");
  await own.start();
  await own.publishEvent.orderPlaced({ orderId: "A-1", email: "asha@example.in" });
  const deliveries = (await sent).map(({ delivery }) => delivery);
  expect(seen).toEqual(deliveries.map((delivery) => [delivery.id, deliveryReference(delivery)]));
});

describe("GET /callbacks/meta", () => {
  it("gives Meta its challenge back, as text and nothing else", async () => {
    const { status, headers, body } = await challenge(verifyToken);
    expect([status, headers["content-type"], body]).toEqual([200, "text/plain; charset=utf-8", "1158201444"]);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(await challenge("guessed")).toMatchObject(refused);
    expect(await ask(`${server.url}/callbacks/sendgrid`)).toMatchObject(refused);
  });
});

it("while Redis is away, a genuine callback is 503, so that the provider sends it again, and the log holds no secret", async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), "busbar-callbacks-away-"));
  const redis = await startRedisServer({ dataFolder });
  onTestFinished(async () => {
    await redis.stop();
    await rm(dataFolder, { recursive: true, force: true });
  });
  const told: string[] = [];
  const log = (fields: object, message: string): void => void told.push(JSON.stringify({ ...fields, message }));
  const away = line.bus({ url: redis.url, prefix: "away", bus: { callbacks, publicUrl } });
  const served = await httpDoor({ redis: redis.url, prefix: "away", application: "test" }).serve({
    bus: away,
    publicUrl,
    logger: { ...silentLogger, warn: log, error: log, info: log },
  });
  const report = { body: '{"requestId":"1"}', headers: { "content-type": "application/json" } };
  expect((await post(`${served.url}/callbacks/msg91/${secret}`, report)).status).toBe(200);
  await redis.stop();
  const answer = await post(`${served.url}/callbacks/msg91/${secret}`, { ...report, body: '{"requestId":"2"}' });
  expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "1" }, body: { code: "REDIS_UNREACHABLE" } });
  expect((await post(`${served.url}/callbacks/msg91/guessed`, report)).status).toBe(403);
  expect(told.join("\n")).toContain("/callbacks/msg91");
  expect(told.join("\n")).not.toContain(secret);
});

it("the same refusal is told once in ten seconds, and then with how many there were", () => {
  const told: object[] = [];
  let now = 0;
  const tell = refusalLog({ ...silentLogger, warn: (fields) => void told.push(fields) }, () => now);
  const forged = { provider: "meta", reason: "its signature is wrong" };
  for (let each = 0; each < 100; each++) tell(forged);
  tell({ ...forged, reason: "it is not signed" });
  now = 10_000;
  tell(forged);
  expect(told).toEqual([forged, { ...forged, reason: "it is not signed" }, { ...forged, alsoRefused: 99 }]);
});
