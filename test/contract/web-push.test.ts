import { createDecipheriv, createECDH, createPublicKey, type ECDH, hkdfSync, randomBytes, verify } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { BusbarError } from "../../src/base/errors.ts";
import type { PushMessage } from "../../src/define/message.ts";
import { newVapidKeys, webPushProblems, webPushProvider, type WebPushOptions } from "../../src/providers/index.ts";
import { loopbackCertificate } from "../support/loopback-certificate.ts";
import { tcpReceiver, webhookReceiver } from "../support/receiver.ts";

const vapid = { subject: "mailto:ops@kirana.example", ...newVapidKeys() };
const attempt = { deliveryId: `d_${"a1".repeat(16)}`, signal: new AbortController().signal };

interface Posted {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A push service of our own, which keeps the bytes that it got. Default answer: 201. */
async function pushService({ answer, tls = false }: { answer?: (response: ServerResponse) => void; tls?: boolean } = {}) {
  const posted: Posted[] = [];
  let connections = 0;
  const server = (tls ? createTlsServer(loopbackCertificate) : createServer()).on("request", async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    posted.push({ url: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks) });
    if (answer === undefined) response.writeHead(201, { location: "https://push.example/m/1" }).end();
    else answer(response);
  });
  server.on("connection", () => (connections += 1));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `http${tls ? "s" : ""}://127.0.0.1:${port}/send/1`, posted, connections: () => connections };
}

/** A browser: its subscription, and what it makes of a message. */
function browser(endpoint: string) {
  const own = createECDH("prime256v1");
  const auth = randomBytes(16);
  const keys = { p256dh: own.generateKeys().toString("base64url"), auth: auth.toString("base64url") };
  return { to: JSON.stringify({ endpoint, keys }), read: (body: Buffer) => decrypted(body, own, auth) };
}

const derive = (secret: Buffer, salt: Buffer, info: Buffer | string, length: number): Buffer =>
  Buffer.from(hkdfSync("sha256", secret, salt, info, length));

/** RFC 8188 and RFC 8291, written down from the text of these: one record. */
function decrypted(body: Buffer, own: ECDH, auth: Buffer): string {
  const [salt, idLength] = [body.subarray(0, 16), body.readUInt8(20)];
  const sender = body.subarray(21, 21 + idLength);
  const record = body.subarray(21 + idLength);
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), own.getPublicKey(), sender]);
  const shared = derive(own.computeSecret(sender), auth, info, 32);
  const key = derive(shared, salt, "Content-Encoding: aes128gcm\0", 16);
  const cipher = createDecipheriv("aes-128-gcm", key, derive(shared, salt, "Content-Encoding: nonce\0", 12));
  cipher.setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([cipher.update(record.subarray(0, -16)), cipher.final()]);
  expect(padded.at(-1)).toBe(2);
  return padded.subarray(0, -1).toString();
}

const text = { title: "Packed", body: "Order A-1001: चाय", link: "https://shop.example/o/1" };
const messageTo = (to: string): PushMessage => ({ to, ...text });
const provider = (options: Partial<WebPushOptions> = {}) => {
  const made = webPushProvider({ ...vapid, allow: ["127.0.0.1"], timeout: "5s", ...options });
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
const send = (endpoint: string, signal = attempt.signal) => provider().send(messageTo(browser(endpoint).to), { ...attempt, signal });

describe("webPushProvider", () => {
  it("posts what only the browser can read, signed with our keys for its push service, and replaced by a repeat", async () => {
    const { url, port, posted } = await pushService({ tls: true });
    const { to, read } = browser(url);
    const before = Math.floor(Date.now() / 1_000);
    expect(await provider({ ca: loopbackCertificate.cert }).send(messageTo(to), attempt)).toEqual({ kind: "sent" });
    expect(posted).toHaveLength(1);
    const [{ headers, body, url: path }] = posted as [Posted];
    expect(path).toBe("/send/1");
    expect(headers).toMatchObject({
      ttl: "2419200",
      urgency: "normal",
      topic: "a1".repeat(16),
      "content-encoding": "aes128gcm",
      "content-type": "application/octet-stream",
      "content-length": String(body.length),
    });
    for (const name of Object.keys(headers)) expect(name).not.toMatch(/^x-busbar/);
    expect(JSON.parse(read(body))).toEqual(text);
    expect(body.includes("Packed")).toBe(false);

    const [, token = "", key] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(headers.authorization!)!;
    expect(key).toBe(vapid.publicKey);
    const [head = "", claims = "", signature = ""] = token.split(".");
    const { aud, exp, sub } = JSON.parse(Buffer.from(claims, "base64url").toString()) as Record<string, unknown>;
    expect({ aud, sub }).toEqual({ aud: `https://127.0.0.1:${port}`, sub: vapid.subject });
    expect(Number(exp) - before).toBeGreaterThan(0);
    expect(Number(exp) - before).toBeLessThanOrEqual(86_400);
    const point = Buffer.from(key!, "base64url");
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString("base64url"));
    const publicKey = createPublicKey({ key: { kty: "EC", crv: "P-256", x: x!, y: y! }, format: "jwk" });
    const signed = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
    expect(verify("SHA256", Buffer.from(`${head}.${claims}`), signed, Buffer.from(signature, "base64url"))).toBe(true);
  });

  it("the longest message that a push service must take goes through", async () => {
    const { url, posted } = await pushService();
    const { to, read } = browser(url);
    const bare = JSON.stringify({ title: "t", body: "" });
    const body = "b".repeat(3_993 - bare.length);
    await provider().send({ to, title: "t", body }, attempt);
    expect(posted[0]!.body).toHaveLength(4_096);
    expect(JSON.parse(read(posted[0]!.body))).toEqual({ title: "t", body });
  });

  it("a push service keeps a message as long as it is told, and a delivery's id of any form makes a Topic", async () => {
    const { url, posted } = await pushService();
    const { to } = browser(url);
    for (const deliveryId of ["d_abc", "d_".repeat(40), "with a space"])
      await provider({ ttl: "1h" }).send(messageTo(to), { ...attempt, deliveryId });
    expect(posted.map(({ headers }) => headers["ttl"])).toEqual(["3600", "3600", "3600"]);
    const topics = posted.map(({ headers }) => String(headers["topic"]));
    expect(topics[0]).toBe("abc");
    for (const topic of topics) expect(topic).toMatch(/^[\w-]{1,32}$/);
    expect(new Set(topics).size).toBe(3);
  });

  it("to the mailroom goes what the push service would have got, with the endpoint and what the reader will see", async () => {
    const { url, posted } = await pushService();
    const { to, read } = browser("https://updates.push.services.mozilla.com/wpush/v2/abc");
    const looked: string[] = [];
    const lookup: WebPushOptions["lookup"] = async (host) => {
      looked.push(host);
      return [];
    };
    const mailroom = provider({ mailroom: url, allow: [], lookup });
    expect(await mailroom.send(messageTo(to), { ...attempt, insteadOf: "webpush" })).toEqual({ kind: "sent" });
    expect(looked).toEqual([]);
    const [{ headers, body, url: path }] = posted as [Posted];
    expect(path).toBe("/send/1");
    expect(headers).toMatchObject({
      "x-busbar-address": "https://updates.push.services.mozilla.com/wpush/v2/abc",
      "x-busbar-delivery": attempt.deliveryId,
      "x-busbar-instead-of": "webpush",
      "x-busbar-preview": encodeURIComponent("Packed\nOrder A-1001: चाय\nhttps://shop.example/o/1"),
    });
    const claims = JSON.parse(Buffer.from(headers.authorization!.split(".")[1]!, "base64url").toString()) as { aud: string };
    expect(claims.aud).toBe("https://updates.push.services.mozilla.com");
    expect(JSON.parse(read(body))).toEqual(text);
  });

  it("an old endpoint of Chrome's is signed for like any other, and nothing is printed of it", async () => {
    const { url, posted } = await pushService();
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    onTestFinished(() => warn.mockRestore());
    await provider({ mailroom: url }).send(messageTo(browser("https://android.googleapis.com/gcm/send/abc").to), attempt);
    expect(posted[0]!.headers.authorization).toMatch(/^vapid t=/);
    expect(warn).not.toHaveBeenCalled();
  });

  it("a subscription whose key is no point of the curve is rejected, and nothing is sent", async () => {
    const { url, connections } = await pushService();
    const keys = { p256dh: Buffer.alloc(65, 4).toString("base64url"), auth: randomBytes(16).toString("base64url") };
    const outcome = await provider().send(messageTo(JSON.stringify({ endpoint: url, keys })), attempt);
    expect(outcome).toMatchObject({ kind: "reject", reason: expect.stringMatching(/^the message cannot be encrypted: /) as string });
    expect(connections()).toBe(0);
  });
});

const answered = async (answer: (response: ServerResponse) => void, options: Partial<WebPushOptions> = {}) => {
  const { url } = await pushService({ answer });
  return provider(options).send(messageTo(browser(url).to), attempt);
};

describe("what a push service may answer", () => {
  it("the outcome follows the status, with what was said and when to come back", async () => {
    expect(await answered((response) => response.writeHead(410, { "content-type": "text/plain" }).end("gone\u001b[31m\n"))).toEqual({
      kind: "suppress",
      reason: "410 gone [31m",
    });
    expect(await answered((response) => response.writeHead(429, { "retry-after": "7" }).end())).toEqual({
      kind: "retry",
      reason: "429",
      after: 7_000,
    });
    expect(await answered((response) => response.writeHead(403).end("<html>"), { outcomes: { 403: "suppress" } })).toEqual({
      kind: "suppress",
      reason: "403",
    });
  });

  it("10 MB, or an answer without end, are not read to the end, and do not take the status back", async () => {
    let written = 0;
    const outcome = await answered((response) => {
      response.writeHead(201, { "content-type": "text/plain" });
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384, "x"))) written += 16_384;
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    });
    expect(outcome).toEqual({ kind: "sent" });
    expect(written).toBeLessThan(10_000_000);
  });

  it("a redirect is not followed, wherever it leads", async () => {
    const inside = await pushService();
    expect(await answered((response) => response.writeHead(307, { location: inside.url }).end())).toMatchObject({ kind: "reject" });
    expect(inside.connections()).toBe(0);
  });

  it("what became of a message is unknown when its answer is lost, when the time is over, and when the try is stopped", async () => {
    const reason = expect.stringContaining("may have been accepted") as string;
    expect(await answered((response) => void response.destroy())).toMatchObject({ kind: "unknown", reason });
    expect(await answered(() => undefined, { timeout: "300ms" })).toEqual({
      kind: "unknown",
      reason: "no answer within 300 ms (it may have been accepted)",
    });
    const stop = new AbortController();
    const { url } = await pushService({ answer: () => stop.abort() });
    expect(await provider().send(messageTo(browser(url).to), { ...attempt, signal: stop.signal })).toMatchObject({
      kind: "unknown",
      reason,
    });
    const noHttp = await tcpReceiver((socket) => void socket.end("220 mail ESMTP\r\n"));
    const said = await provider().send(messageTo(browser(`http://127.0.0.1:${noHttp.port}/`).to), attempt);
    expect(said).toMatchObject({ kind: "unknown", reason });
    expect(JSON.stringify(said)).not.toMatch(/Packed|vapid|p256dh/);
  });

  it("nobody there, a foreign certificate, and a try that was stopped before are known not to have taken anything", async () => {
    const { url, posted } = await pushService({ tls: true });
    expect(await send("http://127.0.0.1:1/")).toMatchObject({ kind: "retry", reason: expect.stringContaining("ECONNREFUSED") as string });
    expect(await send(url)).toMatchObject({ kind: "retry", reason: expect.stringMatching(/self.signed/i) as string });
    expect(await send(url, AbortSignal.abort())).toMatchObject({ kind: "retry" });
    expect(posted).toEqual([]);
  });
});

describe("where a message may go", () => {
  it("a private endpoint is not connected to, however it is written or found", async () => {
    const { port, connections } = await pushService();
    const closed = provider({ allow: [], lookup: async () => [{ address: "127.0.0.1", family: 4 }] });
    const hosts = ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost.", "push.example.test"];
    for (const endpoint of ["http://169.254.169.254/latest/meta-data", ...hosts.map((host) => `https://${host}:${port}/`)]) {
      const outcome = await closed.send(messageTo(browser(endpoint).to), attempt);
      expect(outcome, endpoint).toMatchObject({ kind: "reject", reason: expect.stringContaining("channels.push.webpush.allow") as string });
    }
    expect(await closed.send(messageTo(browser("http://push.example.test/").to), attempt)).toMatchObject({
      kind: "reject",
      reason: expect.stringContaining("not encrypted") as string,
    });
    expect(connections()).toBe(0);
  });

  it("connects to the addresses that were checked, not to what the name says a moment later", async () => {
    const { port, posted } = await pushService({ tls: true });
    let asked = 0;
    const rebinding = provider({
      ca: loopbackCertificate.cert,
      lookup: async () => {
        asked += 1;
        return [{ address: asked === 1 ? "127.0.0.1" : "169.254.169.254", family: 4 }];
      },
    });
    const { to } = browser(`https://hooks.example.test:${port}/`);
    expect(await rebinding.send(messageTo(to), attempt)).toEqual({ kind: "sent" });
    expect(posted[0]!.headers.host).toBe(`hooks.example.test:${port}`);
    expect(await rebinding.send(messageTo(to), attempt)).toMatchObject({ kind: "reject" });
    expect(posted).toHaveLength(1);
  });

  it("a look-up that does not end is left after the time-out; nothing was sent", async () => {
    const lost = provider({ timeout: 100, lookup: () => new Promise(() => undefined) });
    const { to } = browser("https://push.example.test/");
    expect(await lost.send(messageTo(to), attempt)).toEqual({ kind: "retry", reason: "no answer within 100 ms" });
  });

  it("the proxies of the environment are not asked", async () => {
    const proxy = await webhookReceiver();
    const { url } = await pushService();
    for (const name of ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY"]) vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await provider().send(messageTo(browser(url).to), attempt)).toEqual({ kind: "sent" });
    expect(proxy.connections()).toBe(0);
  });
});

describe("keys that cannot be used", () => {
  it("are refused with everything that is wrong, and without repeating a value", () => {
    const options = {
      subject: "secret",
      publicKey: "secret",
      privateKey: "secret",
      allow: ["https://push.internal"],
      outcomes: { 403: "x" },
    };
    const { code, problems } = failureOf(() => webPushProvider(options as unknown as WebPushOptions));
    expect(code).toBe("INVALID_CONFIGURATION");
    expect(problems).toEqual([
      expect.stringMatching(/^webpush: subject: must be mailto:/),
      expect.stringMatching(/^webpush: publicKey: .*65 bytes/),
      expect.stringMatching(/^webpush: privateKey: .*32 bytes/),
      expect.stringMatching(/^channels\.push\.webpush\.allow: "https:\/\/push\.internal"/),
      expect.stringMatching(/^webpush: outcomes: 403/),
    ]);
    expect(problems.join()).not.toContain("secret");
  });

  it.each<[string, Partial<WebPushOptions>, RegExp]>([
    ["keys of two pairs", { privateKey: newVapidKeys().privateKey }, /^PUBLIC and PRIVATE: are not of one pair$/],
    ["a private key of zeros", { privateKey: Buffer.alloc(32).toString("base64url") }, /not of one pair/],
    ["a public key in base64", { publicKey: Buffer.from(vapid.publicKey, "base64url").toString("base64") }, /^PUBLIC: /],
    ["the private key as the public one", { publicKey: vapid.privateKey }, /^PUBLIC: /],
    ["no private key", { privateKey: undefined as never }, /^PRIVATE: /],
    ["a subject of localhost, which Apple refuses", { subject: "https://localhost/contact" }, /^SUBJECT: .*localhost/],
    ["a subject with a space, which Apple refuses", { subject: "mailto: ops@kirana.example" }, /^SUBJECT: /],
    ["a bare address as the subject", { subject: "ops@kirana.example" }, /^SUBJECT: /],
  ])("such as %s, in the words of whoever asks", (_, options, problem) => {
    const words = { subject: "SUBJECT", publicKey: "PUBLIC", privateKey: "PRIVATE" };
    expect(webPushProblems({ ...vapid, ...options }, words)).toEqual([expect.stringMatching(problem)]);
  });

  it("new ones can be used, each time others", () => {
    const [one, two] = [newVapidKeys(), newVapidKeys()];
    expect(one).not.toEqual(two);
    for (const subject of ["mailto:ops@kirana.example", "https://kirana.example/contact"])
      expect(webPushProblems({ subject, ...one })).toEqual([]);
  });
});
