import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Mailroom, startMailroom } from "../../src/mailroom/mailroom.ts";
import type { MailRecord } from "../../src/mailroom/record.ts";
import { twilioProvider } from "../../src/providers/index.ts";

/** The vendor's SDK as it is, apart from where it sends to. */
interface Client {
  readonly api: { baseUrl: string };
  readonly messages: {
    create(message: object): Promise<Record<string, unknown>>;
    (sid: string): { fetch(): Promise<Record<string, unknown>> };
  };
}
const { Twilio } = (await import("twilio")).default as unknown as {
  readonly Twilio: new (user: string, secret: string, options?: object) => Client;
};

const now = Date.UTC(2026, 0, 1, 12, 0, 0, 250);
const account = `AC${"a".repeat(32)}`;
const service = `MG${"c".repeat(32)}`;
const sms = { to: "+919845012345", from: "+15005550006", body: "482913 is your code" };
let room: Mailroom;
beforeEach(async () => {
  room = await startMailroom({ clock: { now: () => now } });
});
afterEach(() => room.stop());

function sdk(user = account, options: object = {}): Client {
  const client = new Twilio(user, "any-secret", { accountSid: account, ...options });
  client.api.baseUrl = room.url;
  return client;
}

const create = (change: Readonly<Record<string, unknown>> = {}): Promise<Record<string, unknown>> =>
  sdk().messages.create({ ...sms, ...change });
const inbox = (): MailRecord[] => room.inbox.list().map(({ id }) => room.inbox.get(id)!);

async function ask(path: string, init: RequestInit = {}): Promise<{ status: number; headers: Headers; json: unknown }> {
  const response = await fetch(`${room.url}/2010-04-01${path}`, init);
  return { status: response.status, headers: response.headers, json: await response.json() };
}

const right = {
  authorization: `Basic ${Buffer.from(`${account}:secret`).toString("base64")}`,
  "content-type": "application/x-www-form-urlencoded",
};
const messages = `/Accounts/${account}/Messages.json`;
const form = (parts: Readonly<Record<string, string>>): string => new URLSearchParams(parts).toString();
const good = form({ To: sms.to, From: sms.from, Body: sms.body });

describe("the vendor's own SDK", () => {
  it("gets a message that is queued, and the text is in the inbox", async () => {
    const message = await create();
    expect(message).toMatchObject({
      sid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
      status: "queued",
      to: sms.to,
      from: sms.from,
      body: sms.body,
      numSegments: "1",
      errorCode: null,
      direction: "outbound-api",
      dateCreated: new Date(Date.UTC(2026, 0, 1, 12)),
    });
    expect(inbox()).toMatchObject([
      { provider: "twilio", verdict: "accepted", answer: 201, from: sms.from, to: [sms.to], text: sms.body, messageId: message["sid"] },
    ]);
    expect(room.inbox.list()[0]).toMatchObject({ excerpt: sms.body });
    expect(room.inbox.list()[0]).not.toHaveProperty("subject");
  });

  it("sends by a messaging service and with an API key, and is told how many segments it pays for", async () => {
    const key = sdk(`SK${"b".repeat(32)}`);
    const message = await key.messages.create({ to: sms.to, messagingServiceSid: service, body: "नमस्ते ".repeat(20) });
    expect(message).toMatchObject({ status: "accepted", from: null, messagingServiceSid: service, numSegments: "3" });
    expect(inbox()).toMatchObject([{ from: service, request: { MessagingServiceSid: service } }]);
  });

  it("finds a message again, and none that there never was", async () => {
    const { sid } = await create();
    expect(
      await sdk()
        .messages(sid as string)
        .fetch(),
    ).toMatchObject({ sid, body: sms.body, status: "queued" });
    await expect(
      sdk()
        .messages(`SM${"0".repeat(32)}`)
        .fetch(),
    ).rejects.toMatchObject({ status: 404, code: 20_404 });
  });

  it.each<[string, Readonly<Record<string, unknown>>, number]>([
    ["a number that is none", { to: "98450 12345" }, 21_211],
    ["a body that is too long", { body: "x".repeat(1_601) }, 21_617],
    ["no body", { body: undefined }, 21_602],
    ["no sender", { from: undefined }, 21_603],
    ["a sender that is none", { from: "+1" }, 21_212],
    ["a messaging service that is none", { from: undefined, messagingServiceSid: "MG1" }, 21_705],
    ["the number that is invalid", { to: "+15005550001" }, 21_211],
    ["the number that cannot be reached", { to: "+15005550002" }, 21_612],
    ["the number of a region that is off", { to: "+15005550003" }, 21_408],
    ["the number that has opted out", { to: "+15005550004" }, 21_610],
    ["the number that takes no SMS", { to: "+15005550009" }, 21_614],
    ["the sender that is invalid", { from: "+15005550001" }, 21_212],
    ["the sender that is not ours", { from: "+15005550007" }, 21_606],
  ])("gets the vendor's error for %s", async (_, change, code) => {
    await expect(create(change)).rejects.toMatchObject({ status: 400, code, moreInfo: `https://www.twilio.com/docs/errors/${code}` });
    expect(room.inbox.count).toBe(0);
  });

  it("gets 429 from the sender whose queue is full", async () => {
    await expect(create({ from: "+15005550008" })).rejects.toMatchObject({ status: 429, code: 21_611 });
  });

  it("gets 401 for an account of somebody else's making", async () => {
    await expect(sdk("user").messages.create(sms)).rejects.toMatchObject({ status: 401, code: 20_003 });
  });
});

describe("requests that no SDK makes", () => {
  it.each<[string, number, number, string, RequestInit]>([
    ["no credentials", 401, 20_003, messages, { method: "POST", body: good, headers: { "content-type": right["content-type"] } }],
    ["an account's SID that is none", 404, 20_404, "/Accounts/AC1/Messages.json", { method: "POST", body: good, headers: right }],
    [
      "another content type",
      400,
      20_001,
      messages,
      { method: "POST", body: "{}", headers: { ...right, "content-type": "application/json" } },
    ],
    ["no form at all", 400, 21_604, messages, { method: "POST", headers: right }],
    ["a form of nonsense", 400, 21_604, messages, { method: "POST", body: "%%%=&&\0", headers: right }],
    ["more than 256 KB", 413, 20_413, messages, { method: "POST", body: "x".repeat(256 * 1024 + 1), headers: right }],
    ["another method", 405, 20_004, messages, { method: "PUT", headers: right, body: good }],
    ["another address", 404, 20_404, `/Accounts/${account}/Calls.json`, { headers: right }],
  ])("%s: %i", async (_, status, code, path, init) => {
    const answer = await ask(path, init);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ code, status, message: expect.any(String) as string, more_info: expect.any(String) as string });
    expect(room.inbox.count).toBe(0);
  });

  it("SendGrid's errors stay SendGrid's", async () => {
    expect(await (await fetch(`${room.url}/v3/templates`)).json()).toHaveProperty("errors");
  });
});

describe("scripted faults of Twilio", () => {
  it("429 with Retry-After, once", async () => {
    room.fail("twilio", { status: 429, retryAfter: "1500ms" });
    const init = { method: "POST", body: good, headers: right };
    const { status, headers, json } = await ask(messages, init);
    expect([status, headers.get("retry-after"), json]).toEqual([
      429,
      "2",
      { code: 20_429, message: "Too Many Requests", more_info: "https://www.twilio.com/docs/errors/20429", status: 429 },
    ]);
    expect((await ask(messages, init)).status).toBe(201);
  });

  it.each([
    [400, "21610 opted out", { code: 21_610, message: "opted out" }],
    [400, "21610", { code: 21_610, message: "scripted fault" }],
    [500, undefined, { code: 20_500, message: "scripted fault" }],
    [503, "maintenance", { code: 20_503, message: "maintenance" }],
  ])("%i with the words %j", async (status, message, error) => {
    room.fail("twilio", { status, ...(message === undefined ? {} : { message }) });
    await expect(create()).rejects.toMatchObject({ status, ...error });
  });

  it("strikes no request that is wrong anyway", async () => {
    room.fail("twilio", { status: 503 });
    await expect(create({ to: "5" })).rejects.toMatchObject({ code: 21_211 });
    await expect(create()).rejects.toMatchObject({ status: 503 });
  });

  it("a lost reply: accepted and recorded, and the connection is reset", async () => {
    room.fail("twilio", { resetAfterAccept: true });
    await expect(create()).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(inbox()).toMatchObject([{ verdict: "accepted", answer: null, reason: "scripted fault: accepted, the reply is lost" }]);
  });

  it("no answer: not accepted", async () => {
    room.fail("twilio", { hang: true });
    await expect(sdk(account, { timeout: 100 }).messages.create(sms)).rejects.toMatchObject({ code: "ECONNABORTED" });
    expect(room.inbox.count).toBe(0);
  });
});

describe("the provider and the mailroom", () => {
  it("agree on the message, its sid and whose delivery it is", async () => {
    const provider = twilioProvider({ accountSid: account, authToken: "t", from: "KIRANA", baseUrl: room.url });
    const text = "Order A+1 & more: 5% off, é € नमस्ते 👍\nBye";
    const outcome = await provider.send({ to: sms.to, text }, { deliveryId: "d_abc", signal: new AbortController().signal });
    await provider.close();
    const [record] = inbox();
    expect(record).toMatchObject({ deliveryId: "d_abc", text, from: "KIRANA", to: [sms.to] });
    expect(outcome).toEqual({ kind: "sent", messageId: record!.messageId });
  });
});

const conformance = process.env["BUSBAR_CONFORMANCE"];

describe.skipIf(conformance === undefined)(
  "Twilio's OpenAPI file (needs BUSBAR_CONFORMANCE, the folder of the conformance material)",
  () => {
    const path = "/2010-04-01/Accounts/{AccountSid}/Messages.json";
    const read = () => {
      const { components, paths } = JSON.parse(readFileSync(join(conformance!, "openapi/twilio_api_v2010.json"), "utf8")) as {
        components: { schemas: Record<string, { properties: object }> };
        paths: Record<string, { post: { requestBody: { content: Record<string, { schema: object }> } } }>;
      };
      const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
      const [type, { schema: asked }] = Object.entries(paths[path]!.post.requestBody.content)[0]!;
      const resource = components.schemas["api.v2010.account.message"]!;
      // The file allows unknown fields, of which a slip would be one.
      const closed = (schema: object) => ajv.compile({ ...schema, components, additionalProperties: false });
      return { type, request: closed(asked), message: closed(resource), fields: Object.keys(resource.properties) };
    };

    it("describes what the mailroom takes and answers, SMS and WhatsApp, no field less and none more", async () => {
      const { request, message, fields } = read();
      const content = { ContentSid: `HX${"d".repeat(32)}`, ContentVariables: '{"1":"Asha"}' };
      const taken: readonly Readonly<Record<string, string>>[] = [
        { To: sms.to, Body: sms.body, From: sms.from },
        { To: sms.to, Body: sms.body, MessagingServiceSid: service },
        { To: `whatsapp:${sms.to}`, From: "whatsapp:+14155238886", ...content },
        { To: `whatsapp:${sms.to}`, MessagingServiceSid: service, ...content },
      ];
      for (const parts of taken) {
        expect(request(parts), JSON.stringify(request.errors)).toBe(true);
        const { status, json } = await ask(messages, { method: "POST", body: form(parts), headers: right });
        expect(status).toBe(201);
        expect(message(json), JSON.stringify(message.errors)).toBe(true);
        expect(Object.keys(json as object).toSorted()).toEqual(fields.toSorted());
      }
    });

    it("describes what the provider sends, and every field of it", async () => {
      const { request, type } = read();
      expect(type).toBe("application/x-www-form-urlencoded");
      const provider = twilioProvider({ accountSid: account, authToken: "t", from: sms.from, baseUrl: room.url });
      await provider.send({ to: sms.to, text: sms.body }, { deliveryId: "d_abc", signal: new AbortController().signal });
      await provider.close();
      const [record] = inbox();
      const sent = { ...(record!.request as object), Body: record!.text };
      expect(request({ ...sent, Unknown: "x" })).toBe(false);
      expect(request(sent), JSON.stringify(request.errors)).toBe(true);
      expect(request({ ...sent, To: undefined })).toBe(false);
    });
  },
);
