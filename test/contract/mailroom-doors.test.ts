import { generateKeyPairSync, sign } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import webPush from "web-push";
import { type Mailroom, startMailroom } from "../../src/mailroom/mailroom.ts";
import type { MailProvider, MailRecord } from "../../src/mailroom/record.ts";

const now = Date.UTC(2026, 0, 1, 12);
let room: Mailroom;
beforeAll(async () => {
  room = await startMailroom({ clock: { now: () => now } });
});
afterAll(() => room.stop());
beforeEach(() => {
  room.inbox.clear();
  room.faults.clear();
});

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly json?: unknown;
}

async function ask(path: string, { method = "POST", headers = {}, body, json }: Asked) {
  const given = { ...(json === undefined ? {} : { "content-type": "application/json" }), ...headers };
  const response = await fetch(`${room.url}${path}`, {
    method,
    headers: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Record<string, string>,
    ...(json === undefined ? (body === undefined ? {} : { body }) : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: (text === "" ? undefined : JSON.parse(text)) as unknown };
}

const inbox = (): MailRecord[] => room.inbox.list().map(({ id }) => room.inbox.get(id)!);
const told = { "x-busbar-delivery": "d_abc", "x-busbar-instead-of": "msg91", "x-busbar-preview": encodeURIComponent("नमस्ते Asha\nA-1001") };

const msg91Error = (message: RegExp, code?: string) => ({
  status: 200,
  json: { type: "error", message: expect.stringMatching(message) as string, ...(code === undefined ? {} : { code }) },
});

describe("MSG91", () => {
  const path = "/api/v5/flow";
  const headers = { authkey: "400000AbCdEf" };
  const flow = { template_id: "64f0", short_url: "0", recipients: [{ mobiles: "919845012345", name: "Asha", order: "A-1001" }] };
  it.each(["/api/v5/flow", "/api/v5/flow/"])("takes a flow at %s", async (address) => {
    const answer = await ask(address, { headers: { ...headers, ...told }, json: flow });
    const { message } = answer.json as { message: string };
    expect(answer).toMatchObject({ status: 200, json: { type: "success", message: expect.stringMatching(/^[0-9a-f]{24}$/) as string } });
    expect(inbox()).toMatchObject([
      {
        provider: "msg91",
        channel: "sms",
        to: ["+919845012345"],
        text: "नमस्ते Asha\nA-1001",
        messageId: message,
        deliveryId: "d_abc",
        insteadOf: "msg91",
      },
    ]);
  });

  it("shows the values where the client says nothing of the text", async () => {
    await ask(path, { headers, json: { ...flow, template_id: undefined, flow_id: "64f0" } });
    expect(inbox()).toMatchObject([{ text: "template 64f0\nname: Asha\norder: A-1001" }]);
  });

  it("takes a one-time password by GET and by POST", async () => {
    const query = "template_id=64f1&mobile=919845012345&otp=482913";
    expect(await ask(`/api/v5/otp?${query}&authkey=400000AbCdEf`, { method: "GET" })).toMatchObject({ json: { type: "success" } });
    expect(await ask(`/api/v5/otp?${query}`, { headers, json: { shop: "Kirana" } })).toMatchObject({ json: { type: "success" } });
    expect(inbox().map(({ text }) => text)).toEqual(["template 64f1\notp: 482913\nshop: Kirana", "template 64f1\notp: 482913"]);
  });

  it.each<[string, Asked, ReturnType<typeof msg91Error>]>([
    ["no key", { json: flow }, msg91Error(/Missing Authentication Key/, "106")],
    ["a key that is none", { headers: { authkey: "a b" }, json: flow }, msg91Error(/authentication key/, "207")],
    ["no template", { headers, json: { ...flow, template_id: undefined } }, msg91Error(/template id/)],
    ["no recipient", { headers, json: { ...flow, recipients: [] } }, msg91Error(/Missing mobile/, "101")],
    ["a recipient without a number", { headers, json: { ...flow, recipients: [{ name: "Asha" }] } }, msg91Error(/Missing mobile/, "101")],
    ["a recipient that is nothing", { headers, json: { ...flow, recipients: [null] } }, msg91Error(/Missing mobile/, "101")],
    ["a number with letters", { headers, json: { ...flow, recipients: [{ mobiles: "98450abcde" }] } }, msg91Error(/Invalid mobile/, "202")],
    ["a value that is no text", { headers, json: { ...flow, recipients: [{ mobiles: "919845012345", a: {} }] } }, msg91Error(/variable/)],
  ])("answers 200 and an error to %s", async (_, asked, answer) => {
    expect(await ask(path, asked)).toMatchObject(answer);
    expect(room.inbox.count).toBe(0);
  });

  it.each<[string, string | undefined, number, object]>([
    ["its own code", "301 no balance", 200, { type: "error", message: "no balance", code: "301" }],
    ["a code alone", "418", 200, { type: "error", message: "IP is not whitelisted", code: "418" }],
    ["words", "try later", 503, { type: "error", message: "try later" }],
    ["nothing", undefined, 503, { type: "error", message: "scripted fault" }],
  ])("fails with %s", async (_, message, status, json) => {
    room.fail("msg91", { status: 503, ...(message === undefined ? {} : { message }) });
    expect(await ask(path, { headers, json: flow })).toMatchObject({ status, json });
  });
});

describe("Meta", () => {
  const path = "/v23.0/106540352242922/messages";
  const headers = { authorization: "Bearer EAAG" };
  const body = {
    type: "body",
    parameters: [
      { type: "text", text: "Asha" },
      { type: "text", text: "A-1001" },
    ],
  };
  const template = { name: "order_shipped", language: { code: "en_IN" }, components: [body] };
  const message = { messaging_product: "whatsapp", recipient_type: "individual", to: "+919845012345", type: "template", template };
  const withText = (text: unknown): object => ({
    ...message,
    template: { ...template, components: [{ type: "body", parameters: [{ type: "text", text }] }] },
  });

  it("takes a template, and says so as Meta does", async () => {
    const answer = await ask(path, { headers: { ...headers, ...told, "x-busbar-preview": undefined }, json: message });
    const { messages } = answer.json as { messages: [{ id: string }] };
    expect(answer).toMatchObject({
      status: 200,
      json: {
        messaging_product: "whatsapp",
        contacts: [{ input: "+919845012345", wa_id: "919845012345" }],
        messages: [{ id: expect.stringMatching(/^wamid\./) as string, message_status: "accepted" }],
      },
    });
    expect(inbox()).toMatchObject([
      {
        provider: "meta",
        channel: "whatsapp",
        to: ["+919845012345"],
        from: "106540352242922",
        text: "template order_shipped\nAsha\nA-1001",
        messageId: messages[0].id,
        deliveryId: "d_abc",
      },
    ]);
  });

  it("knows a delivery by what the callback will repeat, any version, a header and a button", async () => {
    const components = [
      { type: "header", parameters: [{ type: "image", image: { link: "https://shop.example.in/a.png" } }] },
      body,
      { type: "button", sub_type: "url", index: "0", parameters: [{ type: "text", text: "A-1001" }] },
    ];
    const sent = { ...message, to: "919845012345", template: { ...template, components }, biz_opaque_callback_data: "d_xyz" };
    expect(await ask("/v19.0/1/messages", { headers, json: sent })).toMatchObject({ status: 200 });
    expect(inbox()).toMatchObject([{ deliveryId: "d_xyz", to: ["+919845012345"] }]);
  });

  it.each<[string, Asked, number, number]>([
    ["no token", { json: message }, 401, 190],
    ["another product", { headers, json: { ...message, messaging_product: "telegram" } }, 400, 100],
    ["no recipient", { headers, json: { ...message, to: undefined } }, 400, 131_008],
    ["a recipient that is no number", { headers, json: { ...message, to: "asha" } }, 400, 131_009],
    ["no template", { headers, json: { ...message, template: undefined } }, 400, 131_008],
    ["no language", { headers, json: { ...message, template: { name: "order_shipped" } } }, 400, 131_008],
    ["a name that no template has", { headers, json: { ...message, template: { ...template, name: "Order shipped" } } }, 400, 132_001],
    [
      "a component that there is not",
      { headers, json: { ...message, template: { ...template, components: [{ type: "footer" }] } } },
      400,
      100,
    ],
    [
      "a button without its place",
      { headers, json: { ...message, template: { ...template, components: [{ type: "button", sub_type: "url" }] } } },
      400,
      131_008,
    ],
    ["an empty parameter", { headers, json: withText("") }, 400, 100],
    ["a parameter of two lines", { headers, json: withText("a\nb") }, 400, 100],
    ["a parameter with a tab", { headers, json: withText("a\tb") }, 400, 100],
    ["a parameter with five spaces", { headers, json: withText("a     b") }, 400, 100],
    ["free text, for which no window is open", { headers, json: { ...message, type: "text", text: { body: "hi" } } }, 400, 131_047],
    ["a kind that there is not", { headers, json: { ...message, type: "fax" } }, 400, 131_051],
    ["null", { headers, json: null }, 400, 100],
    ["a list", { headers, json: [] }, 400, 100],
    ["a form", { headers: { ...headers, "content-type": "application/x-www-form-urlencoded" }, body: "a=b" }, 400, 100],
  ])("refuses %s", async (_, asked, status, code) => {
    expect(await ask(path, asked)).toMatchObject({
      status,
      json: {
        error: {
          code,
          message: expect.stringMatching(new RegExp(`^\\(#${code}\\) .`)) as string,
          type: "OAuthException",
          error_data: { messaging_product: "whatsapp", details: expect.any(String) as string },
          fbtrace_id: expect.stringMatching(/./) as string,
        },
      },
    });
    expect(room.inbox.count).toBe(0);
  });

  it.each<[string | undefined, number, number]>([
    ["131056 pair limit", 400, 131_056],
    ["131050", 400, 131_050],
    [undefined, 429, 130_429],
    [undefined, 503, 131_016],
    ["busy", 500, 131_000],
  ])("fails with %j and %i", async (words, status, code) => {
    room.fail("meta", { status, ...(words === undefined ? {} : { message: words }) });
    expect(await ask(path, { headers, json: message })).toMatchObject({ status, json: { error: { code } } });
  });
});

function assertion(header: object, claims: unknown, signature = "s".repeat(342)): string {
  return [...[header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")), signature].join(".");
}

describe("Google's token endpoint", () => {
  const header = { alg: "RS256", typ: "JWT" };
  const claims = {
    iss: "sender@shop-1.iam.gserviceaccount.com",
    scope: "https://www.googleapis.com/auth/firebase.messaging",
    aud: "https://oauth2.googleapis.com/token",
    iat: 1_767_268_800,
    exp: 1_767_272_400,
  };
  const grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  const post = (given: string, type = grant) =>
    ask("/token", {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ grant_type: type, assertion: given }).toString(),
    });

  it("gives a token, which is no message", async () => {
    expect(await post(assertion(header, claims))).toMatchObject({
      status: 200,
      json: { access_token: expect.stringMatching(/^ya29\./) as string, expires_in: 3_599, token_type: "Bearer" },
    });
  });

  it.each<[string, string, RegExp]>([
    ["two parts", "a.b", /three parts/],
    ["no JSON", "!.!.!", /three parts/],
    ["no signature of RSA", assertion(header, claims, "short"), /three parts/],
    ["claims that are no object", assertion(header, 5), /three parts/],
    ["another algorithm", assertion({ alg: "HS256" }, claims), /RS256/],
    ["no issuer", assertion(header, { ...claims, iss: undefined }), /iss/],
    ["another audience", assertion(header, { ...claims, aud: "https://example.com" }), /aud/],
    ["another scope", assertion(header, { ...claims, scope: "https://www.googleapis.com/auth/drive" }), /scope/],
    ["more than an hour", assertion(header, { ...claims, exp: claims.iat + 3_601 }), /60 minutes/],
    ["no time at all", assertion(header, { ...claims, exp: claims.iat }), /60 minutes/],
  ])("refuses an assertion of %s", async (_, given, said) => {
    expect(await post(given)).toMatchObject({
      status: 400,
      json: { error: "invalid_grant", error_description: expect.stringMatching(said) as string },
    });
  });

  it("refuses another grant, and what is no form", async () => {
    expect(await post("a", "password")).toMatchObject({ status: 400, json: { error: "unsupported_grant_type" } });
    expect(await ask("/token", { json: {} })).toMatchObject({ status: 400, json: { error: "invalid_request" } });
    expect(await ask("/token", { method: "GET" })).toMatchObject({ status: 405, json: { error: "invalid_request" } });
  });

  describe("and FCM", () => {
    const path = "/v1/projects/shop-1/messages:send";
    const push = { message: { token: "device-1", notification: { title: "Shipped", body: "A-1001" } } };
    let headers: { authorization: string };
    beforeEach(async () => {
      const { json } = await post(assertion(header, claims));
      headers = { authorization: `Bearer ${(json as { access_token: string }).access_token}` };
    });

    it("takes a message, and checks one that is only to be checked", async () => {
      expect(await ask(path, { headers: { ...headers, ...told }, json: push })).toMatchObject({
        status: 200,
        json: { name: expect.stringMatching(/^projects\/shop-1\/messages\/0:/) as string },
      });
      expect(await ask(path, { headers, json: { ...push, validate_only: true } })).toMatchObject({ status: 200 });
      expect(inbox()).toMatchObject([{ provider: "fcm", subject: "Shipped", text: "A-1001", deliveryId: "d_abc", insteadOf: "msg91" }]);
    });

    it.each<[string, Asked, number, string, string | undefined]>([
      ["no token of ours", { headers: { authorization: "Bearer ya29.other" }, json: push }, 401, "UNAUTHENTICATED", undefined],
      ["no device", { json: { message: { notification: { title: "a" } } } }, 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"],
      ["a device and a topic", { json: { message: { ...push.message, topic: "all" } } }, 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"],
      ["a device of two words", { json: { message: { ...push.message, token: "a b" } } }, 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"],
      [
        "more than 4,096 bytes",
        { json: { message: { ...push.message, data: { a: "न".repeat(1_366) } } } },
        400,
        "INVALID_ARGUMENT",
        "INVALID_ARGUMENT",
      ],
      ["data that is no text", { json: { message: { ...push.message, data: { a: 5 } } } }, 400, "INVALID_ARGUMENT", undefined],
      ["a field that there is not", { json: { message: { ...push.message, titel: "a" } } }, 400, "INVALID_ARGUMENT", undefined],
      [
        "a link that is not https",
        { json: { message: { ...push.message, webpush: { fcm_options: { link: "http://a.in" } } } } },
        400,
        "INVALID_ARGUMENT",
        undefined,
      ],
      ["a lifetime that is none", { json: { message: { ...push.message, android: { ttl: "1h" } } } }, 400, "INVALID_ARGUMENT", undefined],
      ["no object", { json: "push" }, 400, "INVALID_ARGUMENT", undefined],
    ])("refuses %s", async (_, asked, status, rpc, code) => {
      const answer = await ask(path, { ...asked, headers: { ...headers, ...asked.headers } });
      expect(answer).toMatchObject({ status, json: { error: { code: status, status: rpc, message: expect.any(String) as string } } });
      const { details = [] } = (answer.json as { error: { details?: { errorCode?: string }[] } }).error;
      expect(details.find(({ errorCode }) => errorCode !== undefined)?.errorCode).toBe(code);
      expect(room.inbox.count).toBe(0);
    });

    it.each<[string | undefined, number, number, string, string | undefined]>([
      ["QUOTA_EXCEEDED slow down", 400, 429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"],
      ["THIRD_PARTY_AUTH_ERROR", 400, 401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"],
      ["PERMISSION_DENIED", 400, 403, "PERMISSION_DENIED", undefined],
      [undefined, 404, 404, "NOT_FOUND", "UNREGISTERED"],
      [undefined, 401, 401, "UNAUTHENTICATED", undefined],
      [undefined, 503, 503, "UNAVAILABLE", "UNAVAILABLE"],
      ["down", 502, 502, "UNKNOWN", undefined],
    ])("fails with %j and %i", async (words, given, status, rpc, code) => {
      room.fail("fcm", { status: given, retryAfter: "1500ms", ...(words === undefined ? {} : { message: words }) });
      const answer = await ask(path, { headers, json: push });
      const { error } = answer.json as { error: { details?: { errorCode: string }[] } };
      expect([answer.status, answer.headers.get("retry-after"), error, error.details?.[0]?.errorCode]).toEqual([
        status,
        "2",
        expect.objectContaining({ code: status, status: rpc }),
        code,
      ]);
    });

    it("takes no token that has ended", async () => {
      const clock = { time: now };
      const other = await startMailroom({ clock: { now: () => clock.time } });
      const given = await fetch(`${other.url}/token`, {
        method: "POST",
        body: new URLSearchParams({ grant_type: grant, assertion: assertion(header, claims) }),
      });
      const { access_token: token } = (await given.json()) as { access_token: string };
      const statusAt = async (time: number): Promise<number> => {
        clock.time = time;
        const init = {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: JSON.stringify(push),
        };
        return (await fetch(`${other.url}${path}`, init)).status;
      };
      expect([await statusAt(now + 3_598_000), await statusAt(now + 3_600_000)]).toEqual([200, 401]);
      await other.stop();
    });
  });
});

describe("Expo", () => {
  const path = "/--/api/v2/push/send";
  const push = { to: "ExponentPushToken[asha]", title: "Shipped", body: "A-1001" };

  it("answers a single message with a single ticket, and several devices of one with one each", async () => {
    expect(await ask(path, { headers: told, json: push })).toMatchObject({
      status: 200,
      json: { data: { status: "ok", id: expect.any(String) as string } },
    });
    const two = { ...push, to: [push.to, "ExpoPushToken[ravi]"] };
    expect(await ask(path, { json: two })).toMatchObject({ json: { data: [{ status: "ok" }, { status: "ok" }] } });
    expect(inbox().map(({ to, deliveryId }) => [to[0], deliveryId])).toEqual([
      ["ExpoPushToken[ravi]", undefined],
      ["ExponentPushToken[asha]", undefined],
      ["ExponentPushToken[asha]", "d_abc"],
    ]);
  });

  it("knows a message that is too big by its ticket", async () => {
    expect(await ask(path, { json: [{ ...push, body: "x".repeat(4_097) }] })).toMatchObject({
      status: 200,
      json: { data: [{ status: "error", details: { error: "MessageTooBig" } }] },
    });
  });

  it.each<[string, Asked, number, string]>([
    ["101 messages", { json: Array.from({ length: 101 }, () => push) }, 400, "PUSH_TOO_MANY_NOTIFICATIONS"],
    ["no message", { json: [] }, 400, "VALIDATION_ERROR"],
    ["a message for nobody", { json: { title: "Shipped" } }, 400, "VALIDATION_ERROR"],
    ["a title that is no text", { json: [{ ...push, title: 5 }] }, 400, "VALIDATION_ERROR"],
    ["a priority that there is not", { json: [{ ...push, priority: "urgent" }] }, 400, "VALIDATION_ERROR"],
    ["another authorization", { headers: { authorization: "Basic abc" }, json: push }, 401, "UNAUTHORIZED"],
    [
      "what is not zipped as it says",
      { headers: { "content-type": "application/json", "content-encoding": "gzip" }, body: "{}" },
      400,
      "VALIDATION_ERROR",
    ],
    [
      "what unpacks to more than 1 MB",
      {
        headers: { "content-type": "application/json", "content-encoding": "gzip" },
        body: Uint8Array.from(gzipSync(Buffer.alloc(1_100_000, 32))),
      },
      413,
      "VALIDATION_ERROR",
    ],
    ["a text", { body: JSON.stringify(push) }, 400, "VALIDATION_ERROR"],
  ])("refuses %s as a whole", async (_, asked, status, code) => {
    expect(await ask(path, asked)).toMatchObject({ status, json: { errors: [{ code, message: expect.any(String) as string }] } });
    expect(room.inbox.count).toBe(0);
  });

  it.each<[unknown, number]>([
    [{ ids: "a" }, 400],
    [{}, 400],
    [null, 400],
    [{ ids: Array.from({ length: 1_001 }, String) }, 400],
    [{ ids: ["unknown"] }, 200],
  ])("answers receipts of %j", async (json, status) => {
    expect((await ask("/--/api/v2/push/getReceipts", { json })).status).toBe(status);
  });

  it("fails by a ticket where the message begins with its code", async () => {
    room.fail("expo", { status: 400, message: "MessageRateExceeded slow down", to: push.to });
    expect(await ask(path, { json: [{ ...push, to: "ExpoPushToken[ravi]" }, push] })).toMatchObject({
      status: 200,
      json: { data: [{ status: "ok" }, { status: "error", message: "slow down", details: { error: "MessageRateExceeded" } }] },
    });
  });
});

describe("push services of browsers", () => {
  const vapid = { subject: "mailto:ops@example.in", ...webPush.generateVAPIDKeys() };
  /** What the package would post, with some of its headers changed; `undefined` leaves one out. */
  const post = async (change: Readonly<Record<string, string | undefined>> = {}, body?: string) => {
    const { endpoint, headers, ...details } = webPush.generateRequestDetails(room.subscription(), "hi", { vapidDetails: vapid });
    const right = Object.fromEntries(
      Object.entries(headers as Record<string, string>).map(([name, value]) => [name.toLowerCase(), String(value)]),
    );
    const { "content-length": _length, ...all } = { ...right, ...change };
    return ask(new URL(endpoint).pathname, { headers: all, body: body ?? Uint8Array.from(details.body as Buffer) });
  };

  it("takes a message whose text has no title, and one without a text", async () => {
    expect(await post()).toMatchObject({ status: 201 });
    expect(await post({ "content-encoding": undefined }, "")).toMatchObject({ status: 201 });
    expect(inbox().map(({ subject, text }) => [subject, text])).toEqual([
      [undefined, undefined],
      [undefined, "hi"],
    ]);
  });

  it.each<[string, Readonly<Record<string, string | undefined>>, number, RegExp]>([
    ["no lifetime", { ttl: undefined }, 400, /ttl/],
    ["a lifetime that is none", { ttl: "1h" }, 400, /ttl/],
    ["an urgency that there is not", { urgency: "urgent" }, 400, /urgency/],
    ["a topic that is too long", { topic: "t".repeat(33) }, 400, /topic/],
    ["another encryption", { "content-encoding": "aesgcm" }, 400, /aes128gcm/],
    ["nobody's identification", { authorization: undefined }, 401, /vapid/],
    ["an identification of another kind", { authorization: "Bearer a" }, 401, /vapid/],
    ["a token that is none", { authorization: `vapid t=a.b.c, k=${vapid.publicKey}` }, 401, /ES256/],
  ])("refuses %s", async (_, change, status, said) => {
    expect(await post(change)).toMatchObject({ status, json: { code: status, message: expect.stringMatching(said) as string } });
    expect(room.inbox.count).toBe(0);
  });

  it.each<[string, string, string, number | undefined, RegExp]>([
    ["another push service", "https://push.example.com", "mailto:ops@example.in", undefined, /aud/],
    ["a time that is over", "", "mailto:ops@example.in", -10, /exp/],
    ["two days", "", "mailto:ops@example.in", 172_800, /exp/],
  ])("refuses an identification for %s", async (_, audience, subject, lifetime, said) => {
    const expiration = Math.floor(Date.now() / 1_000) + (lifetime ?? 3_600);
    expect(await post({ authorization: signedVapid({ aud: audience || room.url, exp: expiration, sub: subject }) })).toMatchObject({
      status: 401,
      json: { message: expect.stringMatching(said) as string },
    });
  });

  it("refuses a body that is not encrypted, and one of more than 4,096 bytes", async () => {
    expect(await post({}, "hi")).toMatchObject({ status: 400, json: { message: expect.stringMatching(/not encrypted/) as string } });
    expect(await post({}, "x".repeat(4_097))).toMatchObject({ status: 413 });
  });

  it("gives subscriptions that differ", async () => {
    const [first, second] = await Promise.all([1, 2].map(async () => (await ask("/webpush/subscription", { method: "GET" })).json));
    expect(first).toMatchObject({ endpoint: expect.stringMatching(/\/webpush\/./) as string, keys: room.subscription().keys });
    expect(first).not.toEqual(second);
  });
});

function signedVapid(claims: object): string {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
  const text = [{ typ: "JWT", alg: "ES256" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const signature = sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `vapid t=${text}.${signature.toString("base64url")}, k=${point.toString("base64url")}`;
}

describe("late answers", () => {
  const mail = {
    headers: { authorization: "Bearer SG.test" },
    json: {
      personalizations: [{ to: [{ email: "asha@example.in" }] }],
      from: { email: "shop@example.in" },
      subject: "Thank you",
      content: [{ type: "text/plain", value: "Thank you" }],
    },
  };

  it("come when they should", async () => {
    room.fail("sendgrid", { delay: "60ms" });
    const begun = performance.now();
    expect((await ask("/v3/mail/send", mail)).status).toBe(202);
    expect(performance.now() - begun).toBeGreaterThan(55);
    expect(inbox()).toMatchObject([{ answer: 202, reason: "scripted fault: accepted, the answer is late" }]);
  });

  it("count when the message arrives, and nobody waits for them when the mailroom stops", async () => {
    const own = await startMailroom();
    own.fail("sendgrid", { delay: "10m" });
    const { headers, json } = mail;
    const init = { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(json) };
    const pending = fetch(`${own.url}/v3/mail/send`, init).catch((error: unknown) => error);
    await expect.poll(() => own.inbox.count).toBe(1);
    await own.stop();
    expect(await pending).toBeDefined();
  });
});

/** Each door, with a right address. */
const doors: readonly (readonly [MailProvider, string])[] = [
  ["sendgrid", "/v3/mail/send"],
  ["twilio", `/2010-04-01/Accounts/AC${"a".repeat(32)}/Messages.json`],
  ["msg91", "/api/v5/flow"],
  ["meta", "/v23.0/106540352242922/messages"],
  ["fcm", "/v1/projects/shop-1/messages:send"],
  ["expo", "/--/api/v2/push/send"],
  ["webpush", "/webpush"],
  ["webhook", "/webhooks"],
];
const authorizations: Readonly<Partial<Record<MailProvider, string>>> = {
  sendgrid: "Bearer SG.test",
  twilio: `Basic ${Buffer.from(`AC${"a".repeat(32)}:secret`).toString("base64")}`,
  meta: "Bearer EAAG",
};

/** MSG91 and Expo say with 200 what is wrong with a message. */
function isError({ status, json }: { readonly status: number; readonly json: unknown }): boolean {
  const { type, data } = (json ?? {}) as { type?: unknown; data?: { status?: unknown } };
  return (status >= 400 && status < 500) || (status === 200 && (type === "error" || data?.status === "error"));
}

describe.each(doors)("the door of %s", (provider, path) => {
  const authorization = authorizations[provider];
  const headers = { authorization, authkey: "400000AbCdEf" };
  it.each<[string, Asked]>([
    ["no body", {}],
    ["an empty JSON body", { headers: { "content-type": "application/json" }, body: "" }],
    ["no JSON", { headers: { "content-type": "application/json" }, body: "{" }],
    ["NUL", { headers: { "content-type": "application/json" }, body: "\0" }],
    ["NUL in a text", { json: { to: "\0", message: { token: "\0" }, recipients: [{ mobiles: "\0" }] } }],
    ["no UTF-8", { headers: { "content-type": "application/json" }, body: Uint8Array.from([0x22, 0xff, 0xfe, 0x22]) }],
    ["another media type", { headers: { "content-type": "text/plain" }, body: "{}" }],
    ["a number", { json: 5 }],
    ["null", { json: null }],
    ["deep nesting", { headers: { "content-type": "application/json" }, body: "[".repeat(100_000) }],
    ["a prototype", { headers: { "content-type": "application/json" }, body: '{"__proto__":{"to":"a"},"constructor":1}' }],
    ["a preview that is no percent-encoding", { headers: { "content-type": "application/json", "x-busbar-preview": "%E0%A4" }, body: "{" }],
  ])("refuses %s, and goes on", async (_, asked) => {
    const answer = await ask(path, { ...asked, headers: { ...headers, ...asked.headers } });
    expect(isError(answer), JSON.stringify([answer.status, answer.json])).toBe(true);
    expect(room.inbox.count).toBe(0);
  });

  it("refuses a body that is too large", async () => {
    const body = "x".repeat(provider === "sendgrid" ? 31_500_000 : 1_100_000);
    const answer = await ask(path, { headers: { ...headers, "content-type": "application/json" }, body });
    expect(answer.status).toBe(413);
  });

  it("answers an address and a method that it does not know in its own shape", async () => {
    const wrong = await ask(`${path}/other/more`, { method: "POST", headers });
    const method = await ask(path, { method: "PUT", headers });
    expect([wrong.status, method.status]).toEqual([404, 405]);
    expect(Object.keys(wrong.json as object)).toEqual(Object.keys(method.json as object));
  });
});
