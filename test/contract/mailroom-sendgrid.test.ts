import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readJournal } from "../../src/mailroom/journal.ts";
import { type Mailroom, startMailroom } from "../../src/mailroom/mailroom.ts";
import type { MailRecord } from "../../src/mailroom/record.ts";
import { sendgridSdk } from "../support/sendgrid-sdk.ts";

const now = Date.UTC(2026, 0, 1, 12, 0, 0, 250);
let folder: string;
let room: Mailroom;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mailroom-"));
  room = await startMailroom({ folder, clock: { now: () => now } });
});
afterEach(async () => {
  await room.stop();
  rmSync(folder, { recursive: true });
});

const mail = {
  from: { email: "shop@example.in", name: "Kirana" },
  to: "asha@example.in",
  subject: "Order A-1001",
  text: "Thank you",
  html: "<p>Thank you</p>",
  customArgs: { delivery: "d_1" },
};
const request = {
  personalizations: [{ to: [{ email: "asha@example.in" }] }],
  from: { email: "shop@example.in" },
  subject: "Order A-1001",
  content: [{ type: "text/plain", value: "Thank you" }],
  custom_args: { delivery: "d_1" },
};
const right = { authorization: "Bearer SG.test", "content-type": "application/json" };

const sdk = (options?: Parameters<typeof sendgridSdk>[1]) => sendgridSdk(room.url, options);

function post(body: string | Buffer<ArrayBuffer>, headers: Record<string, string> = right): Promise<Response> {
  return fetch(`${room.url}/v3/mail/send`, { method: "POST", headers, body });
}

const records = (): MailRecord[] => readJournal(folder);

describe("the vendor's own SDK", () => {
  it("gets 202, an empty body and a message id, and the message is in the inbox and the journal", async () => {
    const [response] = await sdk().send(mail);
    expect(response).toMatchObject({ statusCode: 202, body: "", headers: { "x-message-id": expect.stringMatching(/^[\w-]{22}$/) } });
    const [summary] = room.inbox.list();
    expect(summary).toMatchObject({
      provider: "sendgrid",
      to: ["asha@example.in"],
      from: "Kirana <shop@example.in>",
      subject: "Order A-1001",
      deliveryId: "d_1",
    });
    const record = room.inbox.get(summary!.id);
    expect(record).toMatchObject({
      verdict: "accepted",
      answer: 202,
      text: "Thank you",
      html: "<p>Thank you</p>",
      at: "2026-01-01T12:00:00.250Z",
    });
    expect(record?.messageId).toBe(response.headers["x-message-id"]);
    expect(records()).toEqual([record]);
  });

  it("gets a ResponseError with the vendor's errors for a wrong request", async () => {
    const error = {
      code: 400,
      response: { body: { errors: [{ field: "from.email", message: "Does not contain a valid address.", help: null }] } },
    };
    await expect(sdk().send({ ...mail, from: "shop@" })).rejects.toMatchObject(error);
    expect(records()).toMatchObject([
      { verdict: "rejected", answer: 400, deliveryId: "d_1", reason: "from.email: Does not contain a valid address." },
    ]);
    expect(room.inbox.count).toBe(0);
  });

  it("gets a ResponseError 401 for a key that is none", async () => {
    vi.spyOn(console, "warn").mockImplementationOnce(() => undefined); // the SDK complains of the key too
    await expect(sdk({ key: "key" }).send(mail)).rejects.toMatchObject({
      code: 401,
      response: {
        body: { errors: [{ message: "The provided authorization grant is invalid, expired, or revoked", field: null, help: null }] },
      },
    });
    expect(records()).toMatchObject([{ verdict: "rejected", answer: 401, deliveryId: "d_1" }]);
  });

  it("gets 200 in sandbox mode, and nothing is delivered", async () => {
    const [response] = await sdk().send({ ...mail, mailSettings: { sandboxMode: { enable: true } } });
    expect(response.statusCode).toBe(200);
    expect(room.inbox.count).toBe(0);
    expect(records()).toMatchObject([{ verdict: "sandbox", answer: 200 }]);
  });
});

describe("POST /v3/mail/send", () => {
  it.each<[string, number, string, () => Promise<Response>]>([
    [
      "no key",
      401,
      "The provided authorization grant is invalid, expired, or revoked",
      () => post(JSON.stringify(request), { "content-type": "application/json" }),
    ],
    [
      "another content type",
      415,
      "Content-Type should be application/json.",
      () => post("a=b", { ...right, "content-type": "text/plain" }),
    ],
    ["no JSON", 400, "Bad Request", () => post("{")],
    ["an empty body", 400, "Bad Request", () => post("")],
    ["bytes that are no UTF-8", 415, "Invalid UTF8 in request", () => post(Buffer.from([0x22, 0xff, 0x22]))],
    ["more than 30 MB", 413, "content too large", () => post(Buffer.alloc(30 * 1024 * 1024 + 1))],
    [
      "more than 30 MB once it is unzipped",
      413,
      "content too large",
      () => post(gzipSync(Buffer.alloc(31 * 1024 * 1024)), { ...right, "content-encoding": "gzip" }),
    ],
    ["another method", 405, "method not allowed", () => fetch(`${room.url}/v3/mail/send?x`)],
    ["another address", 404, "not found", () => fetch(`${room.url}/v3/templates`)],
  ])("answers %s with %i in the vendor's shape, and records it", async (_name, status, message, ask) => {
    const response = await ask();
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(await response.json()).toEqual({ errors: [{ message, field: null, help: null }] });
    expect(records()).toMatchObject([
      { provider: "sendgrid", verdict: "rejected", answer: status, reason: expect.stringContaining(message) },
    ]);
  });

  it("takes a request that is zipped, and one of nearly 30 MB", async () => {
    expect((await post(gzipSync(JSON.stringify(request)), { ...right, "content-encoding": "gzip" })).status).toBe(202);
    const attachments = [{ content: "YWJj".repeat(7_000_000), filename: "large.bin" }];
    expect((await post(JSON.stringify({ ...request, attachments }))).status).toBe(202);
    expect(room.inbox.list().map(({ id }) => room.inbox.get(id)?.attachments)).toEqual([
      [{ filename: "large.bin", type: "application/octet-stream", bytes: 21_000_000 }],
      [],
    ]);
  });

  it("writes no key into the journal", async () => {
    await post(JSON.stringify(request), { ...right, authorization: "Bearer SG.very-secret" });
    await post(JSON.stringify(request), { ...right, authorization: "Bearer very-secret" });
    expect(JSON.stringify(records())).not.toContain("very-secret");
  });

  it("records first: what the journal cannot take is not accepted", async () => {
    rmSync(folder, { recursive: true });
    await room.stop();
    room = await startMailroom({ folder, rotateBytes: 10 });
    expect((await post(JSON.stringify(request))).status).toBe(202);
    rmSync(folder, { recursive: true }); // the next line has to rotate, and cannot
    const response = await post(JSON.stringify(request));
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ errors: [{ message: "internal server error", field: null, help: null }] });
    expect(room.inbox.count).toBe(1);
    folder = mkdtempSync(join(tmpdir(), "mailroom-"));
  });
});

describe("scripted faults of SendGrid", () => {
  it("429 tells when to come back, as the vendor does", async () => {
    room.fail("sendgrid", { status: 429, retryAfter: "2s" });
    const error = {
      code: 429,
      response: {
        headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Math.ceil(now / 1_000) + 2) },
        body: { errors: [{ message: "too many requests" }] },
      },
    };
    await expect(sdk().send(mail)).rejects.toMatchObject(error);
    expect(records()).toMatchObject([{ verdict: "rejected", answer: 429, deliveryId: "d_1", reason: "scripted fault: too many requests" }]);
    expect((await sdk().send(mail))[0].statusCode).toBe(202);
  });

  it("503 gives Retry-After, as often as it was told to", async () => {
    room.fail("sendgrid", { status: 503, times: 2, retryAfter: 1_500, message: "maintenance" });
    for (const _ of [1, 2]) {
      const response = await post(JSON.stringify(request));
      expect([response.status, response.headers.get("retry-after")]).toEqual([503, "2"]);
      expect(await response.json()).toEqual({ errors: [{ message: "maintenance", field: null, help: null }] });
    }
    expect((await post(JSON.stringify(request))).status).toBe(202);
  });

  it("strikes no request that is wrong anyway", async () => {
    room.fail("sendgrid", { status: 503 });
    expect((await post("{")).status).toBe(400);
    expect((await post(JSON.stringify(request))).status).toBe(503);
  });

  it("the lost reply: accepted and recorded, but the client sees a broken connection", async () => {
    room.fail("sendgrid", { resetAfterAccept: true });
    await expect(sdk().send(mail)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(records()).toMatchObject([{ verdict: "accepted", answer: null, deliveryId: "d_1" }]);
    expect(room.inbox.list()).toMatchObject([{ deliveryId: "d_1" }]);
  });

  it("the hang: no answer, not accepted, and stop does not wait for it", async () => {
    room.fail("sendgrid", { hang: true, times: Infinity });
    await expect(sdk({ timeout: 50 }).send(mail)).rejects.toMatchObject({ code: "ECONNABORTED" });
    expect(records()).toMatchObject([{ verdict: "rejected", answer: null, deliveryId: "d_1", reason: "scripted fault: no answer" }]);
    const pending = post(JSON.stringify(request)).catch((error: unknown) => error);
    await expect.poll(() => records().length).toBe(2);
    await room.stop();
    expect(await pending).toBeInstanceOf(TypeError);
  });
});

describe("startMailroom", () => {
  it("says which ports are taken and what to do, all at once, and leaves nothing open", async () => {
    const port = Number(new URL(room.url).port);
    const other = createServer();
    await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
    const smtpPort = (other.address() as AddressInfo).port;
    await expect(startMailroom({ httpPort: port, smtpPort })).rejects.toMatchObject({
      code: "PORT_IN_USE",
      problems: [
        `port ${port} for HTTP is taken by another process: end that process, or choose another httpPort (0 takes a free one)`,
        `port ${smtpPort} for SMTP is taken by another process: end that process, or choose another smtpPort (0 takes a free one)`,
      ],
    });
    await expect(startMailroom({ httpPort: port })).rejects.toMatchObject({ code: "PORT_IN_USE" });
    await new Promise((resolve) => void other.close(resolve));
    await room.stop();
    room = await startMailroom({ httpPort: port, smtpPort });
    expect(room.smtp).toEqual({ host: "127.0.0.1", port: smtpPort });
  });

  it("listens on loopback alone", async () => {
    expect(new URL(room.url).hostname).toBe("127.0.0.1");
    expect(room.smtp.host).toBe("127.0.0.1");
  });

  it("stops twice without complaint, and answers nothing afterwards", async () => {
    await Promise.all([room.stop(), room.stop()]);
    await expect(post(JSON.stringify(request))).rejects.toThrow("fetch failed");
  });
});
