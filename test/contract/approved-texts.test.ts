import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { BusbarError } from "../../src/base/errors.ts";
import type { SmsMessage, WhatsappMessage } from "../../src/define/message.ts";
import type { Outcome } from "../../src/define/outcome.ts";
import {
  metaProblems,
  metaProvider,
  type MetaOptions,
  msg91Problems,
  msg91Provider,
  type Msg91Options,
  msg91TemplateProblems,
  type SendAttempt,
  twilioContentProblems,
  twilioWhatsappProblems,
  twilioWhatsappProvider,
  type TwilioWhatsappOptions,
} from "../../src/providers/index.ts";
import { mailroomHeaders } from "../../src/providers/mailroom-headers.ts";
import { tcpReceiver, webhookReceiver } from "../support/receiver.ts";

const attempt: SendAttempt = { deliveryId: "d_abc", signal: new AbortController().signal, insteadOf: "real" };
const otp: SmsMessage = {
  to: "+919845012345",
  text: "482913 is your code, चाय",
  template: { name: "otp", values: { code: "482913", minutes: "5" } },
};
const whatsapp: WhatsappMessage = {
  to: "+919845012345",
  template: { approvedAs: "cod_confirmation", language: "en_IN" },
  parameters: [
    { name: "name", value: "Asha" },
    { name: "total", value: "₹1,200" },
  ],
  text: "Asha, pay ₹1,200 on delivery.",
};
const requestId = "3763646c3058373530393938";
const messageSid = `MM${"1".repeat(32)}`;
const content = `HX${"a".repeat(32)}`;
const account = { accountSid: `AC${"a".repeat(32)}`, authToken: "secret-token", from: "+14155550100" };

type Answer = (response: ServerResponse, request: IncomingMessage) => void;
const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

/** A vendor of our own: it keeps what it saw and answers as it is told. */
async function vendor(answer: Answer) {
  const { port, received } = await webhookReceiver({ answer });
  return { baseUrl: `http://127.0.0.1:${port}`, received };
}

const closed = <P extends { close(): Promise<void> }>(provider: P): P => {
  onTestFinished(() => provider.close());
  return provider;
};
const shared = { timeout: "5s", clock: { now: () => 0 } } as const;
const msg91 = (options: Partial<Msg91Options>) =>
  closed(msg91Provider({ ...shared, authKey: "secret-key", templates: { otp: "65a1", "otp (hi)": "65a2" }, ...options }));
const meta = (options: Partial<MetaOptions>) =>
  closed(metaProvider({ ...shared, accessToken: "secret-token", phoneNumberId: "106540352242922", ...options }));
const twilio = (options: Partial<TwilioWhatsappOptions>) =>
  closed(twilioWhatsappProvider({ ...shared, ...account, contents: { cod_confirmation: content }, ...options }));

function problemsOf(make: () => unknown): readonly string[] {
  try {
    make();
  } catch (error) {
    if (error instanceof BusbarError && error.code === "INVALID_CONFIGURATION") return error.problems;
  }
  throw new Error("it was not refused");
}

describe("msg91Provider", () => {
  const ok = json(200, { type: "success", message: requestId });

  it("sends the values of a text that MSG91 holds, and keeps the id of the request", async () => {
    const { baseUrl, received } = await vendor(ok);
    expect(await msg91({ baseUrl: `${baseUrl}/` }).send(otp, attempt)).toEqual({ kind: "sent", messageId: requestId });
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      method: "POST",
      url: "/api/v5/flow",
      headers: {
        authkey: "secret-key",
        "content-type": "application/json",
        "x-busbar-delivery": "d_abc",
        "x-busbar-instead-of": "real",
        "x-busbar-preview": encodeURIComponent(otp.text),
      },
    });
    expect(JSON.parse(received[0]!.body)).toEqual({
      template_id: "65a1",
      short_url: "0",
      recipients: [{ mobiles: "919845012345", code: "482913", minutes: "5" }],
    });
  });

  it("sends a one-time password by the API for these, with MSG91's own words in the address and the other values in the body", async () => {
    const { baseUrl, received } = await vendor(json(200, { type: "success", request_id: requestId }));
    const provider = msg91({ baseUrl, templates: { otp: { id: "65b2", otp: "code" } } });
    expect(await provider.send(otp, attempt)).toEqual({ kind: "sent", messageId: requestId });
    const url = new URL(received[0]!.url!, baseUrl);
    expect([received[0]!.method, url.pathname, received[0]!.headers["authkey"]]).toEqual(["POST", "/api/v5/otp", "secret-key"]);
    expect(Object.fromEntries(url.searchParams)).toEqual({ template_id: "65b2", mobile: "919845012345", otp: "482913" });
    expect(JSON.parse(received[0]!.body)).toEqual({ minutes: "5" });
  });

  it("no value takes the place of the number, the template or the password", async () => {
    const { baseUrl, received } = await vendor(ok);
    const values = { mobiles: "1", mobile: "2", template_id: "3", otp: "4", authkey: "5", code: "482913", name: "Asha" };
    const message = { ...otp, template: { name: "otp", values } };
    await msg91({ baseUrl }).send(message, attempt);
    await msg91({ baseUrl, templates: { otp: { id: "65b2", otp: "code" } } }).send(message, attempt);
    const [flow, password] = received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(flow).toMatchObject({ template_id: "65a1", recipients: [{ mobiles: "919845012345" }] });
    expect(password).toEqual({ mobiles: "1", name: "Asha" });
  });

  it.each<[string, Partial<Msg91Options>, SmsMessage, RegExp]>([
    [
      "whose template it does not know",
      {},
      { ...otp, template: { name: "ship", values: {} } },
      /^template "ship" has no id .*MSG91_TEMPLATES/,
    ],
    ["whose template is called as every object's parts", {}, { ...otp, template: { name: "constructor", values: {} } }, /has no id/],
    ["that was made with no template", { anyTemplate: true }, { to: otp.to, text: "hi" }, /templates alone/],
    ["without the password that MSG91 would make up", { templates: { otp: { id: "1", otp: "pin" } } }, otp, /"otp" has no value pin/],
  ])("refuses a message %s, and asks nobody", async (_, options, message, reason) => {
    const { baseUrl, received } = await vendor(ok);
    const outcome = await msg91({ baseUrl, ...options }).send(message, attempt);
    // What has no id here, another provider of the channel may carry.
    const elsewhere = String(reason).includes("has no id") ? { kind: "retry", scope: "recipient" } : { kind: "reject" };
    expect(outcome).toEqual({ ...elsewhere, reason: expect.stringMatching(reason) as string });
    expect(received).toEqual([]);
  });

  it("sends a template that it does not know by its own name, where it is told so", async () => {
    const { baseUrl, received } = await vendor(ok);
    const message = { ...otp, template: { name: "ship (hi)", values: {} } };
    expect(await msg91({ baseUrl, templates: {}, anyTemplate: true }).send(message, attempt)).toMatchObject({ kind: "sent" });
    expect(JSON.parse(received[0]!.body)).toMatchObject({ template_id: "ship (hi)" });
  });

  it("does not trust a status of 200", async () => {
    const { baseUrl } = await vendor(json(200, { type: "error", message: "Invalid mobile number", code: "202" }));
    expect(await msg91({ baseUrl }).send(otp, attempt)).toEqual({ kind: "suppress", reason: "200 202 Invalid mobile number" });
  });

  it("is refused with everything that is wrong, and without repeating a value", () => {
    const templates = { otp: "a secret", ship: { id: "secret id" }, pin: { id: "1", otp: "" } };
    const outcomes = { 202: "gone" } as never;
    const problems = problemsOf(() => msg91Provider({ authKey: "se cret", templates, baseUrl: "http://sms.example", outcomes }));
    expect(problems).toEqual([
      expect.stringMatching(/^msg91: authKey: is missing/),
      expect.stringMatching(/^msg91: templates: "otp" has no id/),
      expect.stringMatching(/^msg91: templates: "ship" has no id/),
      expect.stringMatching(/^msg91: templates: "pin": its otp names no value/),
      expect.stringMatching(/^msg91: its base URL http:\/\/sms\.example .*https:\/\//),
      expect.stringMatching(/^msg91: outcomes: 202/),
    ]);
    expect(problems.join()).not.toMatch(/se ?cret/);
    expect(msg91Problems({}, { authKey: "MSG91_AUTH_KEY", templates: "MSG91_TEMPLATES" })).toEqual([
      expect.stringMatching(/^MSG91_AUTH_KEY: is missing/),
    ]);
  });

  it("templates that it does not know can be asked for before anything is sent", () => {
    expect(msg91TemplateProblems(["otp", "ship"], { templates: { otp: "1" }, word: "MSG91_TEMPLATES" })).toEqual([
      'template "ship" has no id at MSG91: give it one (MSG91_TEMPLATES)',
    ]);
  });
});

describe("metaProvider", () => {
  const ok = json(200, { messaging_product: "whatsapp", contacts: [{ input: "x", wa_id: "x" }], messages: [{ id: "wamid.1" }] });

  it("sends the name of an approved template and its parameters in order, and keeps the message's id", async () => {
    const { baseUrl, received } = await vendor(ok);
    expect(await meta({ baseUrl: `${baseUrl}/` }).send(whatsapp, attempt)).toEqual({ kind: "sent", messageId: "wamid.1" });
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      method: "POST",
      url: "/v23.0/106540352242922/messages",
      headers: {
        authorization: "Bearer secret-token",
        "content-type": "application/json",
        "x-busbar-instead-of": "real",
        "x-busbar-preview": encodeURIComponent(whatsapp.text),
      },
    });
    expect(JSON.parse(received[0]!.body)).toEqual({
      messaging_product: "whatsapp",
      recipient_type: "individual",
      to: "+919845012345",
      type: "template",
      template: {
        name: "cod_confirmation",
        language: { code: "en_IN" },
        components: [
          {
            type: "body",
            parameters: [
              { type: "text", text: "Asha" },
              { type: "text", text: "₹1,200" },
            ],
          },
        ],
      },
      biz_opaque_callback_data: "d_abc",
    });
  });

  it("sends no component for a text without parameters, and to the version that it is told", async () => {
    const { baseUrl, received } = await vendor(ok);
    await meta({ baseUrl, version: "v24.0" }).send({ ...whatsapp, parameters: [] }, attempt);
    expect(received[0]!.url).toBe("/v24.0/106540352242922/messages");
    expect((JSON.parse(received[0]!.body) as { template: object }).template).not.toHaveProperty("components");
  });

  it("goes by Meta's code and not by the HTTP status", async () => {
    const { baseUrl } = await vendor(json(400, { error: { message: "(#131056) pair rate limit hit", code: 131_056 } }));
    expect(await meta({ baseUrl }).send(whatsapp, attempt)).toEqual({
      kind: "retry",
      after: 6_000,
      scope: "recipient",
      reason: "400 131056 (#131056) pair rate limit hit",
    });
  });

  it("is refused with everything that is wrong, and without repeating a value", () => {
    const wrong = { accessToken: "se cret", phoneNumberId: "+1 secret", version: "23", baseUrl: "graph", outcomes: { 100: { kind: "x" } } };
    const problems = problemsOf(() => metaProvider(wrong as never));
    expect(problems).toEqual([
      expect.stringMatching(/^meta: accessToken: /),
      expect.stringMatching(/^meta: phoneNumberId: .*digits/),
      expect.stringMatching(/^meta: version: "23"/),
      expect.stringMatching(/^meta: its base URL "graph"/),
      expect.stringMatching(/^meta: outcomes: 100/),
    ]);
    expect(problems.join()).not.toMatch(/se ?cret/);
    expect(metaProblems({}, { accessToken: "META_ACCESS_TOKEN", phoneNumberId: "META_PHONE_NUMBER_ID" })).toEqual([
      expect.stringMatching(/^META_ACCESS_TOKEN: /),
      expect.stringMatching(/^META_PHONE_NUMBER_ID: /),
    ]);
  });
});

const formOf = (body: string) => Object.fromEntries(new URLSearchParams(body));

describe("twilioWhatsappProvider", () => {
  const ok = json(201, { sid: messageSid, status: "queued", error_code: null });

  it("sends an approved content with its variables numbered in order, from and to addresses of WhatsApp", async () => {
    const { baseUrl, received } = await vendor(ok);
    expect(await twilio({ baseUrl }).send(whatsapp, attempt)).toEqual({ kind: "sent", messageId: messageSid });
    expect(received[0]).toMatchObject({
      url: `/2010-04-01/Accounts/${account.accountSid}/Messages.json`,
      headers: {
        "x-busbar-delivery": "d_abc",
        "x-busbar-instead-of": "real",
        "x-busbar-preview": encodeURIComponent(whatsapp.text),
      },
    });
    const { ContentVariables, ...form } = formOf(received[0]!.body);
    expect(form).toEqual({ To: "whatsapp:+919845012345", From: "whatsapp:+14155550100", ContentSid: content });
    expect(JSON.parse(ContentVariables!)).toEqual({ 1: "Asha", 2: "₹1,200" });
  });

  it("chooses the content in the template's language where there is one, sends no variables where there are none, and by a service", async () => {
    const { baseUrl, received } = await vendor(ok);
    const [hindi, messagingServiceSid] = [`HX${"b".repeat(32)}`, `MG${"c".repeat(32)}`];
    const contents = { cod_confirmation: content, "cod_confirmation/hi": hindi };
    const provider = twilio({ baseUrl, contents, from: undefined, messagingServiceSid });
    await provider.send({ ...whatsapp, template: { approvedAs: "cod_confirmation", language: "hi" }, parameters: [] }, attempt);
    await provider.send(whatsapp, attempt);
    expect(formOf(received[0]!.body)).toEqual({
      To: "whatsapp:+919845012345",
      MessagingServiceSid: messagingServiceSid,
      ContentSid: hindi,
    });
    expect(formOf(received[1]!.body)).toMatchObject({ ContentSid: content });
  });

  it("refuses a template without a content, and asks nobody; or makes one up where it is told so, always the same", async () => {
    const { baseUrl, received } = await vendor(ok);
    for (const approvedAs of ["other", "constructor"])
      expect(await twilio({ baseUrl }).send({ ...whatsapp, template: { approvedAs, language: "en" } }, attempt)).toEqual({
        kind: "retry",
        scope: "recipient",
        reason: `template "${approvedAs}" in en has no content SID at Twilio: give it one (contents)`,
      });
    expect(received).toEqual([]);
    for (const provider of [twilio({ baseUrl, contents: {}, anyContent: true }), twilio({ baseUrl, contents: {}, anyContent: true })])
      await provider.send(whatsapp, attempt);
    const [first, second] = received.map(({ body }) => formOf(body)["ContentSid"]);
    expect(first).toMatch(/^HX[0-9a-f]{32}$/);
    expect(second).toBe(first);
  });

  it("is refused with everything that is wrong, and without repeating a value", () => {
    const contents = { "Cod Confirmation": "secret", cod: "HXsecret" };
    const problems = problemsOf(() => twilioWhatsappProvider({ ...account, authToken: "se cret", from: "KIRANA", contents }));
    expect(problems).toEqual([
      expect.stringMatching(/^twilio: authToken: /),
      expect.stringMatching(/^twilio: from: .*WhatsApp has no names/),
      expect.stringMatching(/^twilio: contents: "Cod Confirmation" is no name/),
      expect.stringMatching(/^twilio: contents: "Cod Confirmation" has no content SID/),
      expect.stringMatching(/^twilio: contents: "cod" has no content SID/),
    ]);
    expect(problems.join()).not.toMatch(/se ?cret|KIRANA/);
    expect(problemsOf(() => twilioWhatsappProvider({ ...account, contents: {} }))).toEqual([expect.stringMatching(/names no template/)]);
    expect(twilioWhatsappProblems({ ...account, from: "whatsapp:+14155550100", contents: { cod: content } })).toEqual([
      expect.stringMatching(/^from: must be a number such as \+14155550100/),
    ]);
    expect(twilioWhatsappProblems({ ...account, from: "+1 415", contents: { "cod/en_IN": content } })).toHaveLength(1);
  });

  it("templates without a content can be asked for before anything is sent", () => {
    const templates = [whatsapp.template, { approvedAs: "other", language: "hi" }];
    expect(twilioContentProblems(templates, { contents: { "cod_confirmation/en_IN": content }, word: "TWILIO_WHATSAPP_CONTENTS" })).toEqual(
      ['template "other" in hi has no content SID at Twilio: give it one (TWILIO_WHATSAPP_CONTENTS)'],
    );
  });
});

interface Vendor {
  readonly vendor: string;
  readonly send: (options: { baseUrl: string; timeout?: "80ms" | "300ms" }, signal?: AbortSignal) => Promise<Outcome>;
}
const vendors: readonly Vendor[] = [
  { vendor: "MSG91", send: (options, signal = attempt.signal) => msg91(options).send(otp, { ...attempt, signal }) },
  { vendor: "Meta", send: (options, signal = attempt.signal) => meta(options).send(whatsapp, { ...attempt, signal }) },
  { vendor: "Twilio (WhatsApp)", send: (options, signal = attempt.signal) => twilio(options).send(whatsapp, { ...attempt, signal }) },
];

/** What holds of all three, whatever the vendor says. */
describe.each(vendors)("what $vendor may answer", ({ send }) => {
  it.each([
    ["an HTML page", 403, "<html>blocked\u001b[31m</html>", "pause"],
    ["an empty body", 400, "", "reject"],
    ["broken JSON", 500, '{"error":[{', "unknown"],
    ["a list", 400, "[[]]", "reject"],
    ["null", 400, "null", "reject"],
    ["fields that are something else", 400, '{"error":7,"message":[],"code":{},"type":1,"status":null}', "reject"],
    ["an HTML page that says it went well", 200, "<html>", "unknown"],
    ["nothing that says it went well", 200, "", "unknown"],
    ["an object that says it went well", 200, "{}", "unknown"],
  ])("is not confused by %s", async (_, status, body, kind) => {
    const { baseUrl } = await vendor((response) => void response.writeHead(status).end(body));
    const outcome = await send({ baseUrl });
    expect(outcome).toMatchObject({ kind, reason: expect.stringMatching(new RegExp(`^${status}`)) as string });
    expect(JSON.stringify(outcome)).not.toContain("\\u001b");
  });

  it("an answer of 10 MB is not read to its end", async () => {
    let written = 0;
    const { baseUrl } = await vendor((response) => {
      response.writeHead(400);
      const more = (): void => {
        while (!response.destroyed && written < 10_000_000 && response.write(Buffer.alloc(16_384, "x"))) written += 16_384;
        if (response.destroyed) return;
        if (written < 10_000_000) response.once("drain", more);
        else response.end();
      };
      more();
    });
    expect(await send({ baseUrl })).toMatchObject({ kind: "reject" });
    expect(written).toBeLessThan(10_000_000);
  });

  it("an answer without end ends with the time of the try", async () => {
    const { baseUrl } = await vendor((response) => {
      response.writeHead(200);
      const more = setInterval(() => response.write(" "), 10);
      response.on("close", () => clearInterval(more));
    });
    expect(await send({ baseUrl, timeout: "300ms" })).toMatchObject({ kind: "unknown" });
  });

  it("waits as long as it is asked to", async () => {
    const { baseUrl, received } = await vendor(json(429, {}, { "retry-after": "45" }));
    expect(await send({ baseUrl })).toMatchObject({ kind: "retry", after: 45_000 });
    expect(received).toHaveLength(1);
  });

  it("a redirect is not followed, which would carry our keys to another host", async () => {
    const other = await webhookReceiver();
    const { baseUrl } = await vendor(json(307, {}, { location: `http://127.0.0.1:${other.port}/` }));
    expect(await send({ baseUrl })).toMatchObject({ kind: "pause" });
    expect(other.connections()).toBe(0);
  });

  it("does not know what became of a message whose answer was lost, and says no secret, no number and no code", async () => {
    const { baseUrl, received } = await vendor((_, request) => void request.socket.resetAndDestroy());
    const outcome = await send({ baseUrl });
    expect(outcome).toMatchObject({ kind: "unknown", reason: expect.stringContaining("may have been accepted") as string });
    expect(JSON.stringify(outcome)).not.toMatch(/secret|482913|9845012345|Asha/);
    expect(received).toHaveLength(1);
  });

  it("does not know it when the time is over after the message left, nor when the try was stopped then", async () => {
    const silent = await vendor(() => undefined);
    expect(await send({ baseUrl: silent.baseUrl, timeout: "300ms" })).toEqual({
      kind: "unknown",
      reason: "no answer within 300 ms (it may have been accepted)",
    });
    const stop = new AbortController();
    const stopping = await vendor(() => stop.abort());
    expect(await send({ baseUrl: stopping.baseUrl }, stop.signal)).toEqual({
      kind: "unknown",
      reason: "the try was stopped (it may have been accepted)",
    });
  });

  it("retries when nobody listens, when TLS fails, and sends nothing for a try that was stopped before", async () => {
    const { baseUrl, received } = await vendor(json(200, {}));
    expect(await send({ baseUrl: "http://127.0.0.1:1" })).toMatchObject({
      kind: "retry",
      reason: expect.stringContaining("ECONNREFUSED") as string,
    });
    expect(await send({ baseUrl: baseUrl.replace("http:", "https:") })).toMatchObject({ kind: "retry" });
    const silent = await tcpReceiver((socket) => void socket.resume());
    expect(await send({ baseUrl: `https://127.0.0.1:${silent.port}`, timeout: "80ms" })).toMatchObject({ kind: "retry" });
    expect(await send({ baseUrl }, AbortSignal.abort())).toMatchObject({ kind: "retry" });
    expect(received).toEqual([]);
  });

  it("never asks the proxies of the environment", async () => {
    const proxy = await webhookReceiver();
    const { baseUrl, received } = await vendor(json(400, {}));
    for (const name of ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY"]) vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    await send({ baseUrl });
    expect([received.length, proxy.connections()]).toEqual([1, 0]);
  });
});

it.each([
  { vendor: "MSG91", make: (baseUrl: string) => msg91({ baseUrl }), message: otp },
  { vendor: "Meta", make: (baseUrl: string) => meta({ baseUrl }), message: whatsapp },
  { vendor: "Twilio (WhatsApp)", make: (baseUrl: string) => twilio({ baseUrl }), message: whatsapp },
])("the adapter of $vendor closes the connections that it keeps, twice if asked", async ({ make, message }) => {
  const sockets: Socket[] = [];
  const { baseUrl } = await vendor((response, request) => {
    sockets.push(request.socket);
    json(400, {})(response, request);
  });
  const made = make(baseUrl);
  await made.send(message as never, attempt);
  await made.send(message as never, attempt);
  expect(sockets).toHaveLength(2);
  expect(sockets[0]).toBe(sockets[1]);
  const gone = once(sockets[0]!, "close");
  await made.close();
  await made.close();
  await gone;
});

it("other machines are told nothing but what the vendor takes", () => {
  expect(mailroomHeaders({ hostname: "control.msg91.com" }, attempt, otp.text)).toEqual({});
});
