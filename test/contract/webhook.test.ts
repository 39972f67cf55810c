import { once } from "node:events";
import type { LookupFunction } from "node:net";
import { gzipSync } from "node:zlib";
import { RequestFilteringHttpsAgent } from "request-filtering-agent";
import { Webhook } from "standardwebhooks";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { BusbarError } from "../../src/base/errors.ts";
import type { WebhookMessage } from "../../src/define/message.ts";
import { httpClient } from "../../src/providers/http-client.ts";
import { guardedAgent } from "../../src/providers/outgoing/guarded-agent.ts";
import { watchedAgent } from "../../src/providers/watched-agent.ts";
import { webhookProvider, type WebhookProviderOptions } from "../../src/providers/webhook.ts";
import { loopbackCertificate } from "../support/loopback-certificate.ts";
import { tcpReceiver, webhookReceiver } from "../support/receiver.ts";

const secretOf = (byte: number): string => `whsec_${Buffer.alloc(32, byte).toString("base64")}`;
const [oldSecret, newSecret, foreign] = [1, 2, 3].map(secretOf) as [string, string, string];
const body = '{"sku":"TEA-ASM-500","name":"Assam चाय","stock":8}';
const attempt = { deliveryId: "d_abc", signal: new AbortController().signal };

const provider = (options: WebhookProviderOptions = {}) => {
  const made = webhookProvider({ secrets: [newSecret], allow: ["127.0.0.1"], timeout: "5s", ...options });
  onTestFinished(() => made.close());
  return made;
};
function failureOf(make: () => unknown): BusbarError {
  try {
    make();
  } catch (error) {
    if (error instanceof BusbarError) return error;
  }
  throw new Error("it was not refused");
}
const to = (address: string): WebhookMessage => ({ to: address, body, contentType: "application/json" });

describe("webhookProvider", () => {
  it("posts the body as it is, with the headers of Standard Webhooks", async () => {
    const { port, received } = await webhookReceiver();
    expect(await provider().send(to(`http://127.0.0.1:${port}/hooks?x=1`), attempt)).toEqual({ kind: "sent" });
    expect(received).toMatchObject([
      {
        method: "POST",
        url: "/hooks?x=1",
        body,
        headers: {
          "content-type": "application/json",
          "content-length": String(Buffer.byteLength(body)),
          "webhook-id": "d_abc",
          "webhook-timestamp": expect.stringMatching(/^\d{10}$/) as string,
          "webhook-signature": expect.stringMatching(/^v1,[\w+/]{43}=$/) as string,
          "user-agent": expect.stringMatching(/^busbar\/\d+\.\d+\.\d+$/) as string,
        },
      },
    ]);
    expect(received[0]!.headers).not.toHaveProperty("x-busbar-address");
    expect(new Webhook(newSecret).verify(received[0]!.body, received[0]!.headers)).toMatchObject({ stock: 8 });
  });

  it("a receiver with either secret verifies it while one is rotated, over HTTPS; what was changed on the way it does not", async () => {
    const { port, received } = await webhookReceiver({ tls: true });
    const rotating = provider({ secrets: [newSecret, oldSecret], ca: loopbackCertificate.cert });
    expect(await rotating.send(to(`https://127.0.0.1:${port}/`), attempt)).toEqual({ kind: "sent" });
    const [{ body: arrived, headers }] = received as [(typeof received)[number]];
    expect(headers["webhook-signature"]).toMatch(/^v1,\S+ v1,\S+$/);
    for (const secret of [newSecret, oldSecret]) expect(new Webhook(secret).verify(arrived, headers)).toEqual(JSON.parse(body));
    // The new one stands first.
    expect(headers["webhook-signature"]!.split(" ")[0]).toBe(
      new Webhook(newSecret).sign("d_abc", new Date(Number(headers["webhook-timestamp"]) * 1_000), body),
    );
    const refused = (changed: Record<string, string>, text = arrived): void =>
      expect(() => new Webhook(newSecret).verify(text, { ...headers, ...changed })).toThrow("No matching signature");
    refused({}, arrived.replace("8", "9"));
    refused({ "webhook-id": "d_other" });
    refused({ "webhook-timestamp": String(Number(headers["webhook-timestamp"]) + 1) });
    expect(() => new Webhook(foreign).verify(arrived, headers)).toThrow("No matching signature");
  });

  it("each try is signed for its own time, and has the same id", async () => {
    const { port, received } = await webhookReceiver();
    let now = 1_767_225_600_000;
    const sender = provider({ clock: { now: () => now } });
    await sender.send(to(`http://127.0.0.1:${port}/`), attempt);
    now += 60_000;
    await sender.send(to(`http://127.0.0.1:${port}/`), attempt);
    expect(received.map(({ headers }) => [headers["webhook-id"], headers["webhook-timestamp"]])).toEqual([
      ["d_abc", "1767225600"],
      ["d_abc", "1767225660"],
    ]);
    expect(received[0]!.headers["webhook-signature"]).not.toBe(received[1]!.headers["webhook-signature"]);
  });

  it("an origin has secrets of its own, and what no secret signs is not sent", async () => {
    const { port, received } = await webhookReceiver();
    const origin = `http://127.0.0.1:${port}`;
    await provider({ secretsFor: { [origin]: [foreign] } }).send(to(`${origin}/a`), attempt);
    await provider({ secretsFor: { "https://ops.example.com": [foreign] } }).send(to(`${origin}/b`), attempt);
    expect(new Webhook(foreign).verify(body, received[0]!.headers)).toBeDefined();
    expect(new Webhook(newSecret).verify(body, received[1]!.headers)).toBeDefined();
    const bare = provider({ secrets: [], secretsFor: { "https://ops.example.com": [foreign] } });
    expect(await bare.send(to(`${origin}/c`), attempt)).toEqual({
      kind: "reject",
      reason: `no secret signs messages to ${origin}: set WEBHOOK_SECRETS`,
    });
    expect(received).toHaveLength(2);
  });

  it("refuses, at the start, what it cannot work with, and repeats no secret", () => {
    const short = `whsec_${Buffer.alloc(23, 9).toString("base64")}`;
    const long = `whsec_${Buffer.alloc(65, 9).toString("base64")}`;
    const make = () =>
      webhookProvider({
        secrets: [newSecret, short, long, "whsec_", "secret-without-prefix", `${newSecret}*`],
        secretsFor: { "https://ops.example.com/path": [newSecret], "https://b.example.com": [], "https://c.example.com": [short] },
        allow: ["https://ops.internal"],
      });
    const { problems, message } = failureOf(make);
    expect(message).toContain("Provider webhook cannot be used:");
    expect(problems.map((problem) => problem.replace(/ (must|is|has) .*$/, ""))).toEqual([
      ...[2, 3, 4, 5, 6].map((index) => `channels.webhook.secrets (WEBHOOK_SECRETS): secret ${index}`),
      'channels.webhook.secretsFor: "https://ops.example.com/path"',
      'channels.webhook.secretsFor: "https://b.example.com"',
      "channels.webhook.secretsFor https://c.example.com: secret 1",
      'channels.webhook.allow (WEBHOOK_ALLOW): "https://ops.internal"',
    ]);
    expect(problems.join()).not.toContain(short.slice(6, 20));
    expect(problems.join()).not.toContain("without-prefix");
  });
});

describe("what a receiver may answer", () => {
  it("the outcome follows the status, with what it said and when to come back", async () => {
    const { port } = await webhookReceiver({
      answer: (response) => response.writeHead(503, { "retry-after": "7", "content-type": "text/plain" }).end("be\u001b[31m back\nsoon"),
    });
    expect(await provider().send(to(`http://127.0.0.1:${port}/`), attempt)).toEqual({
      kind: "retry",
      reason: "503 be [31m back soon",
      after: 7_000,
    });
  });

  it("a redirect is not followed, wherever it leads", async () => {
    const inside = await webhookReceiver();
    const { port, received } = await webhookReceiver({
      answer: (response) => response.writeHead(307, { location: `http://127.0.0.1:${inside.port}/secret` }).end(),
    });
    const outcome = await provider().send(to(`http://127.0.0.1:${port}/`), attempt);
    expect(outcome).toMatchObject({
      kind: "reject",
      reason: expect.stringMatching(/^307 redirects are not followed: .*\/secret$/) as string,
    });
    expect(received).toHaveLength(1);
    expect(inside.connections()).toBe(0);
  });

  it.each([
    [200, "sent"],
    [500, "unknown"],
  ])("an answer without end is not read to its end: %i is %s", async (status, kind) => {
    let written = 0;
    const { port } = await webhookReceiver({
      answer: (response) => {
        response.writeHead(status, { "content-type": "text/plain" });
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(16_384, "x"))) written += 16_384;
          if (!response.destroyed) response.once("drain", more);
        };
        more();
      },
    });
    expect(await provider().send(to(`http://127.0.0.1:${port}/`), attempt)).toMatchObject({ kind });
    expect(written).toBeLessThan(10_000_000);
  });

  it("a body that never comes, or breaks off, does not take the status back", async () => {
    const { port } = await webhookReceiver({
      answer: (response, request) => {
        response.writeHead(202, { "content-length": "100" }).flushHeaders();
        if (request.url === "/break") setImmediate(() => response.destroy());
      },
    });
    expect(await provider().send(to(`http://127.0.0.1:${port}/break`), attempt)).toEqual({ kind: "sent" });
    expect(await provider().send(to(`http://127.0.0.1:${port}/wait`), attempt)).toEqual({ kind: "sent" });
  }, 8_000);

  it("what is packed is not unpacked", async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const { port, received } = await webhookReceiver({
      answer: (response) => response.writeHead(400, { "content-encoding": "gzip", "content-type": "application/json" }).end(bomb),
    });
    expect(await provider().send(to(`http://127.0.0.1:${port}/`), attempt)).toEqual({ kind: "reject", reason: "400" });
    expect(received[0]!.headers["accept-encoding"]).toBe("identity");
  });

  it("headers that drip, or have no end, are left after the time-out, and it may have been accepted", async () => {
    const timers: NodeJS.Timeout[] = [];
    onTestFinished(() => timers.forEach(clearInterval));
    const { port } = await tcpReceiver((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      timers.push(setInterval(() => socket.write("x-a: b\r\n"), 20));
    });
    const started = performance.now();
    expect(await provider({ timeout: 300 }).send(to(`http://127.0.0.1:${port}/`), attempt)).toEqual({
      kind: "unknown",
      reason: "no answer within 300 ms (it may have been accepted)",
    });
    expect(performance.now() - started).toBeLessThan(2_000);
    const endless = await tcpReceiver((socket) => void socket.write(`HTTP/1.1 200 OK\r\nx-a: ${"b".repeat(200_000)}`));
    expect(await provider().send(to(`http://127.0.0.1:${endless.port}/`), attempt)).toMatchObject({ kind: "unknown" });
    const noHttp = await tcpReceiver((socket) => void socket.end("220 mail ESMTP\r\n"));
    expect(await provider().send(to(`http://127.0.0.1:${noHttp.port}/`), attempt)).toMatchObject({ kind: "unknown" });
  });

  it("nobody there, a foreign certificate, and no TLS at all are known not to have taken anything", async () => {
    const tls = await webhookReceiver({ tls: true });
    const plain = await webhookReceiver();
    const gone = await tcpReceiver(() => undefined);
    const send = (address: string, options: WebhookProviderOptions = {}) => provider(options).send(to(address), attempt);
    expect(await send(`https://127.0.0.1:${tls.port}/`)).toMatchObject({
      kind: "retry",
      reason: expect.stringMatching(/self.signed/i) as string,
    });
    expect(
      await send(`https://other.example.test:${tls.port}/`, {
        ca: loopbackCertificate.cert,
        allow: ["other.example.test"],
        lookup: async () => [{ address: "127.0.0.1", family: 4 }],
      }),
    ).toMatchObject({ kind: "retry", reason: expect.stringContaining("other.example.test") as string });
    expect(await send(`https://127.0.0.1:${plain.port}/`)).toMatchObject({ kind: "retry" });
    expect([tls.received, plain.received]).toEqual([[], []]);
    const aborted = new AbortController();
    const stopped = provider().send(to(`http://127.0.0.1:${gone.port}/`), { ...attempt, signal: aborted.signal });
    await vi.waitUntil(() => gone.connections() > 0);
    aborted.abort();
    expect(await stopped).toMatchObject({ kind: "unknown", reason: expect.stringContaining("the try was stopped") as string });
    expect(await provider().send(to("http://127.0.0.1:1/"), { ...attempt, signal: aborted.signal })).toMatchObject({ kind: "retry" });
    expect(await send("http://127.0.0.1:1/")).toMatchObject({ kind: "retry", reason: expect.stringContaining("ECONNREFUSED") as string });
  });
});

describe("where a request may go", () => {
  it("a private address is not connected to, however it is written or found", async () => {
    const { port, connections } = await webhookReceiver();
    const closed = provider({
      allow: [],
      lookup: async (host) => (host === "two.test" ? ["8.8.8.8", "127.0.0.1"] : ["127.0.0.1"]).map((address) => ({ address, family: 4 })),
    });
    for (const host of ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost.", "name.test", "two.test"]) {
      const outcome = await closed.send(to(`https://${host}:${port}/`), attempt);
      expect(outcome, host).toMatchObject({ kind: "reject", reason: expect.stringContaining("name the host or its network in") as string });
    }
    expect(await closed.send(to(`http://example.test:${port}/`), attempt)).toMatchObject({
      kind: "reject",
      reason: expect.stringContaining("not encrypted") as string,
    });
    expect(connections()).toBe(0);
  });

  it("connects to the addresses that were checked, not to what the name says a moment later", async () => {
    const { port, received } = await webhookReceiver({ tls: true });
    const asked: string[] = [];
    const rebinding = provider({
      allow: ["127.0.0.1"],
      ca: loopbackCertificate.cert,
      lookup: async (host) => {
        asked.push(host);
        // The system does not know this name at all: whoever asks it again, finds nothing.
        return [{ address: asked.length === 1 ? "127.0.0.1" : "169.254.169.254", family: 4 }];
      },
    });
    expect(await rebinding.send(to(`https://hooks.example.test:${port}/`), attempt)).toEqual({ kind: "sent" });
    expect(received[0]!.headers["host"]).toBe(`hooks.example.test:${port}`);
    expect(asked).toEqual(["hooks.example.test"]);
    expect(await rebinding.send(to(`https://hooks.example.test:${port}/`), attempt)).toMatchObject({ kind: "reject" });
    expect(received).toHaveLength(1);
  });

  it("a second guard stands behind the first one", async () => {
    const { port, connections } = await webhookReceiver();
    for (const host of ["127.0.0.1", "name.test"]) {
      const url = new URL(`http://${host}:${port}/`);
      const { agent, close } = await guardedAgent(url, { addresses: [{ address: "127.0.0.1", family: 4 }], allowed: false });
      const { request } = await import("node:http");
      const [error] = (await once(
        request(url, { agent })
          .on("response", () => undefined)
          .end(),
        "error",
      )) as [Error];
      expect(error.message).toContain("It is private IP address");
      close();
    }
    expect(connections()).toBe(0);
  });

  it("the second guard lets through what it may, over TLS", async () => {
    const { port, received } = await webhookReceiver({ tls: true });
    const lookup = ((_host: string, _options: object, done: (error: null, found: object) => void) =>
      done(null, [{ address: "127.0.0.1", family: 4 }])) as unknown as LookupFunction;
    // No public address can be had in a test: this one is public to it.
    const options = { keepAlive: false, lookup, ca: loopbackCertificate.cert, allowIPAddressList: ["127.0.0.1"] };
    const { agent, close } = watchedAgent(true, new RequestFilteringHttpsAgent(options));
    const request = await httpClient();
    const url = `https://hooks.example.test:${port}/`;
    const answer = await request({ method: "POST", url, headers: {}, body: Buffer.from("{}"), signal: attempt.signal, agent });
    expect(answer).toMatchObject({ status: 204, body: "" });
    expect(received).toHaveLength(1);
    close();
  });

  it("a look-up that does not end is left after the time-out; nothing was sent", async () => {
    const lost = provider({ timeout: 100, lookup: () => new Promise(() => undefined) });
    expect(await lost.send(to("https://slow.test/"), attempt)).toEqual({ kind: "retry", reason: "no answer within 100 ms" });
    const failing = provider({ lookup: () => Promise.reject(Object.assign(new Error("queryA ENOTFOUND"), { code: "ENOTFOUND" })) });
    expect(await failing.send(to("https://nowhere.test/"), attempt)).toEqual({ kind: "retry", reason: "queryA ENOTFOUND" });
    expect(await provider({ lookup: async () => [] }).send(to("https://empty.test/"), attempt)).toMatchObject({ kind: "retry" });
  });

  it("the proxies of the environment are not asked", async () => {
    const proxy = await webhookReceiver();
    const { port } = await webhookReceiver();
    for (const name of ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY"]) vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await provider().send(to(`http://127.0.0.1:${port}/`), attempt)).toEqual({ kind: "sent" });
    expect(proxy.connections()).toBe(0);
  });
});
