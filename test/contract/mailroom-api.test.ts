import { request as httpRequest } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Mailroom, startMailroom } from "../../src/mailroom/mailroom.ts";

let room: Mailroom;
beforeEach(async () => {
  room = await startMailroom();
});
afterEach(() => room.stop());

interface Answer {
  readonly status: number;
  readonly json: unknown;
}

async function ask(method: string, path: string, json?: unknown): Promise<Answer> {
  const init = json === undefined ? {} : { body: JSON.stringify(json), headers: { "content-type": "application/json" } };
  const response = await fetch(`${room.url}/mailroom${path}`, { method, ...init });
  const text = await response.text();
  return { status: response.status, json: text === "" ? undefined : JSON.parse(text) };
}

async function sendMail(to: string, subject: string): Promise<number> {
  const response = await fetch(`${room.url}/v3/mail/send`, {
    method: "POST",
    headers: { authorization: "Bearer SG.test", "content-type": "application/json", "x-busbar-instead-of": "sendgrid" },
    body: JSON.stringify({
      personalizations: [{ to: [{ email: to }] }],
      from: { email: "shop@example.in" },
      subject,
      content: [{ type: "text/plain", value: "Thank you" }],
      custom_args: { delivery: `d_${subject}` },
    }),
  });
  return response.status;
}

const subjects = ({ json }: Answer): unknown[] => (json as { messages: { subject?: string }[] }).messages.map(({ subject }) => subject);

describe("what the mailroom can be asked of its messages", () => {
  beforeEach(async () => {
    for (const subject of ["one", "two", "three"]) await sendMail(`${subject}@example.in`, subject);
  });

  it("lists them newest first, a page at a time, and as they are looked for", async () => {
    const all = await ask("GET", "/messages");
    expect(all).toMatchObject({ status: 200, json: { held: 3, received: 3 } });
    expect(subjects(all)).toEqual(["three", "two", "one"]);
    const [, second] = (all.json as { messages: { id: string }[] }).messages;
    expect(second).toMatchObject({ channel: "email", provider: "sendgrid", deliveryId: "d_two", insteadOf: "sendgrid" });
    expect(subjects(await ask("GET", `/messages?limit=1&before=${second!.id}`))).toEqual(["one"]);
    expect(subjects(await ask("GET", "/messages?search=TWO&channel=email&provider=sendgrid&to=@example.in&delivery=d_two"))).toEqual([
      "two",
    ]);
    expect(subjects(await ask("GET", "/messages?channel=sms"))).toEqual([]);
  });

  it("gives one of them whole", async () => {
    const { id } = room.inbox.list({ limit: 1 })[0]!;
    expect(await ask("GET", `/messages/${id}`)).toMatchObject({
      status: 200,
      json: { id, text: "Thank you", verdict: "accepted", answer: 202 },
    });
    expect(await ask("GET", "/messages/none")).toMatchObject({ status: 404, json: { problems: [expect.stringMatching(/any more/)] } });
  });

  it("forgets what it shows", async () => {
    expect((await ask("DELETE", "/messages")).status).toBe(204);
    expect(await ask("GET", "/messages")).toMatchObject({ json: { messages: [], held: 0, received: 3 } });
  });

  it("names everything that is wrong with a question", async () => {
    expect(await ask("GET", "/messages?limit=0&channel=fax&provider=telegraph&order=up&to=a&to=b")).toEqual({
      status: 400,
      json: {
        error: "The request cannot be understood",
        problems: [
          '"order" is not known: there are limit, before, search, channel, provider, to, delivery',
          "to is given twice",
          'limit must be a whole number from 1 to 500, not "0"',
          'channel must be one of email, sms, whatsapp, push, webhook, not "fax"',
          'provider must be one of sendgrid, smtp, twilio, msg91, meta, fcm, expo, webpush, webhook, not "telegraph"',
        ],
      },
    });
  });
});

describe("what the mailroom can be asked of its faults", () => {
  it("scripts one, which strikes, is listed and lifted", async () => {
    const scripted = await ask("POST", "/faults", { provider: "sendgrid", status: 503, to: "@example.in", times: "until-lifted" });
    const { id } = scripted.json as { id: string };
    const shown = { id, provider: "sendgrid", status: 503, to: "@example.in", times: "until-lifted", left: "until-lifted" };
    expect(scripted).toEqual({ status: 201, json: shown });
    expect([await sendMail("one@example.in", "one"), await sendMail("one@example.org", "one")]).toEqual([503, 202]);
    expect(await ask("GET", "/faults")).toEqual({ status: 200, json: { faults: [shown] } });
    expect((await ask("DELETE", `/faults/${id}`)).status).toBe(204);
    expect(await ask("DELETE", `/faults/${id}`)).toMatchObject({ status: 404 });
    expect(await sendMail("one@example.in", "one")).toBe(202);
  });

  it("lifts all of them", async () => {
    room.fail("sendgrid", { status: 500 });
    room.fail("meta", { bounce: true });
    expect((await ask("DELETE", "/faults")).status).toBe(204);
    expect(room.faults.list()).toEqual([]);
  });

  it.each<[string, unknown, string[]]>([
    ["no object", [1], ["the body must be a JSON object"]],
    [
      "a fault of wrong words and types",
      { statuses: 500, times: "often", share: "all", bounce: 1 },
      [
        '"statuses" is not known: there are status, smtpCode, bounce, hang, resetAfterAccept, delay, times, share, to, retryAfter, message, stage',
        "provider is missing: it is one of sendgrid, smtp, twilio, msg91, meta, fcm, expo, webpush, webhook",
        "bounce must be a boolean",
        "share must be a number",
        'times must be a number or "until-lifted", not "often"',
      ],
    ],
    [
      "a fault that cannot be",
      { provider: "sendgrid", bounce: true, share: 3 },
      [expect.stringMatching(/^sendgrid takes what/), expect.stringMatching(/^share/)],
    ],
    ["a provider that is none", { provider: 5, status: 500 }, [expect.stringMatching(/^there is no provider 5/)]],
  ])("refuses %s, with every problem", async (_, json, problems) => {
    expect(await ask("POST", "/faults", json)).toMatchObject({ status: 400, json: { problems } });
    expect(room.faults.list()).toEqual([]);
  });

  it.each<[string, number, RequestInit]>([
    ["a form", 415, { body: "provider=sendgrid", headers: { "content-type": "application/x-www-form-urlencoded" } }],
    ["a text", 415, { body: '{"provider":"meta","bounce":true}' }],
    ["no JSON", 400, { body: "{\0}", headers: { "content-type": "application/json" } }],
    ["no body", 400, { headers: { "content-type": "application/json" } }],
    ["65 KB", 413, { body: "x".repeat(65 * 1_024), headers: { "content-type": "application/json" } }],
  ])("refuses %s", async (_, status, init) => {
    const response = await fetch(`${room.url}/mailroom/faults`, { method: "POST", ...init });
    expect([response.status, await response.json()]).toEqual([
      status,
      { error: expect.any(String) as string, problems: [expect.any(String)] },
    ]);
    expect(room.faults.list()).toEqual([]);
  });
});

function statusFor(headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${room.url}/mailroom/messages`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    });
    request.on("error", reject).end();
  });
}

describe("who may ask", () => {
  it.each<[string, Record<string, string>]>([
    ["a name that a web site points here", { host: "mailroom.example.com" }],
    ["a page of another site", { origin: "https://example.com" }],
    ["a page of nowhere", { origin: "null" }],
  ])("not %s", async (_, headers) => {
    expect(await statusFor(headers)).toBe(403);
  });

  it("programs of this machine, and pages of the mailroom's own address", async () => {
    const { port, origin } = new URL(room.url);
    expect(await statusFor({})).toBe(200);
    expect(await statusFor({ host: `localhost:${port}` })).toBe(200);
    expect(await statusFor({ origin })).toBe(200);
  });

  it("nobody, for what there is not", async () => {
    expect(await ask("PUT", "/faults")).toMatchObject({ status: 404, json: { problems: ["there is no PUT /mailroom/faults"] } });
    expect(await ask("GET", "")).toMatchObject({ status: 404 });
  });
});
