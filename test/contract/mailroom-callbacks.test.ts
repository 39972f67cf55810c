import { createHmac } from "node:crypto";
import { EventWebhook } from "@sendgrid/eventwebhook";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mailroomCallbackKeys } from "../../src/bus/callbacks/mailroom-callback-keys.ts";
import { type Mailroom, type MailroomOptions, startMailroom } from "../../src/mailroom/mailroom.ts";
import type { MailRecord } from "../../src/mailroom/record.ts";
import type { Telling } from "../../src/mailroom/telling.ts";
import { messageBy, twilioAccount } from "../support/mailroom-messages.ts";
import { type Receiver, type ReceivedRequest, webhookReceiver } from "../support/receiver.ts";

const { validateRequest } = (await import("twilio")).default as unknown as {
  readonly validateRequest: (token: string, signature: string, url: string, parameters: Readonly<Record<string, string>>) => boolean;
};

const now = Date.UTC(2026, 0, 1, 12);
let receiver: Receiver;
let room: Mailroom;
let base: string;

async function begin(options: MailroomOptions = {}): Promise<void> {
  receiver = await webhookReceiver({
    answer(response, request) {
      // As Meta wants it of whoever holds the token.
      const query = new URL(request.url!, "http://localhost").searchParams;
      const right = query.get("hub.mode") === "subscribe" && query.get("hub.verify_token") === mailroomCallbackKeys.meta.verifyToken;
      response.writeHead(200).end(right ? query.get("hub.challenge") : "");
    },
  });
  base = `http://127.0.0.1:${receiver.port}`;
  room = await startMailroom({ callbacks: `${base}/callbacks`, clock: { now: () => now }, ...options });
}
beforeEach(() => begin());
afterEach(() => room.stop());

const calls = (): readonly ReceivedRequest[] => receiver.received.filter(({ method }) => method === "POST");

/** What came of a telling: the requests, oldest first. */
async function told(message: MailRecord, telling: Telling): Promise<readonly ReceivedRequest[]> {
  const before = calls().length;
  await room.callbacks.tell(message, telling).done;
  return calls().slice(before);
}

const formOf = ({ body }: ReceivedRequest): Record<string, string> => Object.fromEntries(new URLSearchParams(body));

const eventsOf = ({ body }: ReceivedRequest): Record<string, unknown>[] => JSON.parse(body) as Record<string, unknown>[];
const statusCallback = (path = "/callbacks/twilio?delivery=d_1.abc"): string => base + path;
const isTwilios = (call: ReceivedRequest, url: string): boolean =>
  validateRequest(mailroomCallbackKeys.twilio.authToken, call.headers["x-twilio-signature"]!, url, formOf(call));
const isMetas = ({ headers, body }: ReceivedRequest): boolean =>
  headers["x-hub-signature-256"] === `sha256=${createHmac("sha256", mailroomCallbackKeys.meta.appSecret).update(body).digest("hex")}`;
const valueOf = ({ body }: ReceivedRequest): Record<string, unknown> => {
  const { object, entry } = JSON.parse(body) as {
    object: string;
    entry: { changes: { field: string; value: Record<string, unknown> }[] }[];
  };
  expect([object, entry[0]!.changes[0]!.field]).toEqual(["whatsapp_business_account", "messages"]);
  return entry[0]!.changes[0]!.value;
};

describe("SendGrid's event webhook", () => {
  const verifier = new EventWebhook();
  const key = verifier.convertPublicKeyToECDSA(mailroomCallbackKeys.sendgrid.publicKey);
  const isRight = ({ headers, body }: ReceivedRequest): boolean =>
    verifier.verifySignature(
      key,
      body,
      headers["x-twilio-email-event-webhook-signature"]!,
      headers["x-twilio-email-event-webhook-timestamp"]!,
    );

  it("holds for the vendor's own verifier, and says of which message it is", async () => {
    const message = await messageBy(room, "sendgrid", {
      categories: ["orders"],
      custom_args: { delivery: "d_1", shop: "blr" },
    });
    const [call] = await told(message, { status: "delivered" });
    expect(call).toMatchObject({
      url: "/callbacks/sendgrid",
      headers: { "content-type": "application/json", "user-agent": "SendGrid Event API" },
    });
    expect(isRight(call!)).toBe(true);
    expect(call!.body).toMatch(/\r\n$/);
    expect(eventsOf(call!)).toEqual([
      {
        email: "asha@example.in",
        timestamp: now / 1_000,
        event: "delivered",
        response: "250 OK",
        tls: 1,
        category: "orders",
        "smtp-id": expect.stringMatching(/^<.+@.+>$/) as string,
        sg_event_id: expect.stringMatching(/^[\w-]{20,}$/) as string,
        sg_message_id: expect.stringMatching(new RegExp(`^${message.messageId}\\.[\\w-]+\\.0$`)) as string,
        delivery: "d_1",
        shop: "blr",
        busbar: "d_1.abc",
      },
    ]);
  });

  it.each<[Telling, object]>([
    [{ status: "accepted" }, { event: "processed" }],
    [{ status: "read" }, { event: "open", sg_machine_open: false }],
    [{ status: "bounced" }, { event: "bounce", type: "bounce", status: "5.1.1", reason: expect.stringMatching(/^550 5\.1\.1/) }],
    [
      { status: "bounced", code: "5.2.2", reason: "mailbox full" },
      { event: "bounce", status: "5.2.2", reason: "mailbox full" },
    ],
    [{ status: "failed" }, { event: "bounce", type: "blocked" }],
    [{ status: "opted out" }, { event: "unsubscribe" }],
    [{ word: "deferred" }, { event: "deferred", response: "400 try again later" }],
    [{ word: "dropped" }, { event: "dropped", reason: "Bounced Address" }],
    [{ word: "click" }, { event: "click", url: "https://example.com/" }],
    [{ word: "spamreport" }, { event: "spamreport" }],
    [{ word: "group_unsubscribe" }, { event: "group_unsubscribe", asm_group_id: 7 }],
    [{ word: "group_resubscribe" }, { event: "group_resubscribe", asm_group_id: 7 }],
  ])("tells %j", async (telling, event) => {
    const [call] = await told(await messageBy(room, "sendgrid", { asm: { group_id: 7 } }), telling);
    expect(isRight(call!)).toBe(true);
    expect(eventsOf(call!)).toMatchObject([event]);
  });

  it("tells of each recipient, and no custom argument takes the place of what an event is", async () => {
    const personalizations = [
      { to: [{ email: "asha@example.in" }], custom_args: { busbar: "d_1.abc", event: "open", email: "x", n: "1" } },
      { to: [{ email: "ravi@example.in" }], custom_args: { busbar: "d_2.abc" } },
    ];
    const [call] = await told(await messageBy(room, "sendgrid", { personalizations }), { status: "bounced" });
    const events = eventsOf(call!);
    expect(events).toMatchObject([
      { email: "asha@example.in", event: "bounce", busbar: "d_1.abc", n: "1" },
      { email: "ravi@example.in", event: "bounce", busbar: "d_2.abc" },
    ]);
    expect(new Set(events.map(({ sg_event_id: id }) => id)).size).toBe(2);
  });

  it("D5: what is forged or altered does not hold, and what is replayed was signed an hour ago", async () => {
    const message = await messageBy(room, "sendgrid");
    const [forged] = await told(message, { status: "delivered", as: "forged" });
    const [altered] = await told(message, { status: "delivered", as: "altered" });
    const [replayed] = await told(message, { status: "delivered", as: "replayed" });
    expect([forged, altered, replayed].map((call) => isRight(call!))).toEqual([false, false, true]);
    expect(eventsOf(altered!)).toMatchObject([{ event: "bounce" }]);
    expect(replayed!.headers["x-twilio-email-event-webhook-timestamp"]).toBe(String(now / 1_000 - 3_600));
  });
});

describe("Twilio's callbacks", () => {
  it("go to the address that the message names, and hold for the vendor's own verifier", async () => {
    const message = await messageBy(room, "twilio", { StatusCallback: statusCallback() });
    const [call] = await told(message, { status: "delivered" });
    expect(call).toMatchObject({
      url: "/callbacks/twilio?delivery=d_1.abc",
      headers: { "content-type": "application/x-www-form-urlencoded; charset=UTF-8" },
    });
    expect(isTwilios(call!, statusCallback())).toBe(true);
    expect(formOf(call!)).toEqual({
      ApiVersion: "2010-04-01",
      AccountSid: twilioAccount,
      MessageSid: message.messageId,
      SmsSid: message.messageId,
      MessageStatus: "delivered",
      SmsStatus: "delivered",
      From: "+15005550006",
      To: "+919845012345",
    });
  });

  it.each<["twilio" | "twilio-whatsapp", Telling, object]>([
    ["twilio", { status: "accepted" }, { MessageStatus: "sent" }],
    ["twilio", { status: "bounced" }, { MessageStatus: "undelivered", ErrorCode: "30005" }],
    ["twilio", { status: "failed", code: "30007" }, { MessageStatus: "failed", ErrorCode: "30007" }],
    ["twilio", { word: "queued" }, { MessageStatus: "queued" }],
    ["twilio-whatsapp", { status: "read" }, { MessageStatus: "read", To: "whatsapp:+919845012345", ChannelPrefix: "whatsapp" }],
    ["twilio-whatsapp", { status: "bounced" }, { MessageStatus: "undelivered", ErrorCode: "63024" }],
  ])("%s: tells %j", async (vendor, telling, fields) => {
    const [call] = await told(await messageBy(room, vendor, { StatusCallback: statusCallback() }), telling);
    expect(isTwilios(call!, statusCallback())).toBe(true);
    expect(formOf(call!)).toMatchObject(fields);
  });

  it.each<["twilio" | "twilio-whatsapp", Telling, object]>([
    ["twilio", { answer: "Stop " }, { From: "+919845012345", To: "+15005550006", Body: "Stop ", OptOutType: "STOP" }],
    ["twilio", { status: "opted out" }, { Body: "STOP", OptOutType: "STOP", SmsStatus: "received" }],
    ["twilio-whatsapp", { answer: "START" }, { From: "whatsapp:+919845012345", To: "whatsapp:+15005550006", OptOutType: "START" }],
  ])("%s: a reader writes %j, to the address of the number", async (vendor, telling, fields) => {
    const message = await messageBy(room, vendor, { StatusCallback: statusCallback() });
    const [call] = await told(message, telling);
    expect(call!.url).toBe("/callbacks/twilio");
    expect(isTwilios(call!, statusCallback("/callbacks/twilio"))).toBe(true);
    expect(formOf(call!)).toMatchObject({ AccountSid: twilioAccount, MessageSid: expect.stringMatching(/^SM[0-9a-f]{32}$/), ...fields });
    expect(formOf(call!)).not.toHaveProperty("MessageStatus");
    expect(formOf(call!)["MessageSid"]).not.toBe(message.messageId);
  });

  it("have a number for their sender where a messaging service chose one", async () => {
    const service = `MG${"c".repeat(32)}`;
    const message = await messageBy(room, "twilio", { From: "", MessagingServiceSid: service, StatusCallback: statusCallback() });
    expect(formOf((await told(message, { status: "accepted" }))[0]!)).toMatchObject({ From: "+15005550006", MessagingServiceSid: service });
  });

  it("go to the vendor's place below the address of callbacks where the message names none", async () => {
    const [call] = await told(await messageBy(room, "twilio"), { status: "delivered" });
    expect(call!.url).toBe("/callbacks/twilio");
    expect(isTwilios(call!, `${base}/callbacks/twilio`)).toBe(true);
  });

  it("leave this machine for no address: those of another one come to where callbacks go, with the query that names the delivery", async () => {
    const message = await messageBy(room, "twilio", { StatusCallback: "https://shop.example.com/bus/callbacks/twilio?delivery=d_1.abc" });
    const [call] = await told(message, { status: "delivered" });
    expect(call!.url).toBe("/callbacks/twilio?delivery=d_1.abc");
    expect(isTwilios(call!, statusCallback())).toBe(true);
    room.callbacks.goTo(undefined);
    expect(() => room.callbacks.tell(message, { status: "delivered" })).toThrow(
      /names shop\.example\.com, and nothing leaves the mailroom/,
    );
  });

  it("come to where callbacks go, where the message names their place at another port, and else to what it names here", async () => {
    const elsewhere = await messageBy(room, "twilio", { StatusCallback: "http://localhost:4000/callbacks/twilio?delivery=d_1.abc" });
    expect((await told(elsewhere, { status: "delivered" })).map(({ url }) => url)).toEqual(["/callbacks/twilio?delivery=d_1.abc"]);
    room.callbacks.goTo("http://127.0.0.1:9/callbacks");
    const own = await messageBy(room, "twilio", { StatusCallback: statusCallback("/own?x=1") });
    expect((await told(own, { status: "delivered" })).map(({ url }) => url)).toEqual(["/own?x=1"]);
  });

  it("D5: what is forged or altered does not hold", async () => {
    const message = await messageBy(room, "twilio", { StatusCallback: statusCallback() });
    const [forged] = await told(message, { status: "delivered", as: "forged" });
    const [altered] = await told(message, { status: "bounced", as: "altered" });
    expect([isTwilios(forged!, statusCallback()), isTwilios(altered!, statusCallback())]).toEqual([false, false]);
    expect([formOf(forged!)["MessageStatus"], formOf(altered!)["MessageStatus"]]).toEqual(["delivered", "delivered"]);
  });
});

describe("Meta's webhook", () => {
  it("is signed, says of which message it is, and comes after a challenge that is asked once", async () => {
    const message = await messageBy(room, "meta", { biz_opaque_callback_data: "d_1.abc" });
    const [call] = await told(message, { status: "delivered" });
    expect(isMetas(call!)).toBe(true);
    expect(valueOf(call!)).toMatchObject({
      metadata: { phone_number_id: "106540352242922" },
      statuses: [
        {
          id: message.messageId,
          status: "delivered",
          timestamp: String(now / 1_000),
          recipient_id: "919845012345",
          biz_opaque_callback_data: "d_1.abc",
        },
      ],
    });
    await told(message, { status: "read" });
    expect(receiver.received.filter(({ method }) => method === "GET")).toHaveLength(1);
  });

  it("tells nothing to an address that does not give the challenge back", async () => {
    const other = await webhookReceiver();
    await room.stop();
    await begin({ retries: [] });
    room.callbacks.goTo(`http://127.0.0.1:${other.port}/callbacks`);
    const message = await messageBy(room, "meta");
    expect(await room.callbacks.tell(message, { status: "read" }).done).toMatchObject([
      { state: "failed", problem: "the challenge was not given back: answered 204" },
    ]);
    expect(other.received.map(({ method }) => method)).toEqual(["GET"]);
  });

  it.each<[Telling, object]>([
    [{ status: "accepted" }, { statuses: [{ status: "sent", pricing: { category: "utility" } }] }],
    [{ status: "bounced" }, { statuses: [{ status: "failed", errors: [{ code: 131_026, title: "Message undeliverable" }] }] }],
    [
      { status: "failed", code: "131049", reason: "ठहरो" },
      { statuses: [{ status: "failed", errors: [{ code: 131_049, error_data: { details: "ठहरो" } }] }] },
    ],
    [
      { answer: "STOP" },
      {
        contacts: [{ wa_id: "919845012345" }],
        messages: [{ from: "919845012345", type: "text", text: { body: "STOP" }, id: expect.stringMatching(/^wamid\./) }],
      },
    ],
    [{ status: "opted out" }, { messages: [{ text: { body: "STOP" } }] }],
  ])("tells %j", async (telling, value) => {
    const [call] = await told(await messageBy(room, "meta"), telling);
    expect(isMetas(call!)).toBe(true);
    expect(valueOf(call!)).toMatchObject(value);
    // Meta escapes what is not ASCII, and signs it so.
    // oxlint-disable-next-line no-control-regex -- nothing but ASCII is what is looked for
    expect(call!.body).toMatch(/^[\x20-\x7e]+$/);
  });

  it("D5: what is forged or altered does not hold", async () => {
    const message = await messageBy(room, "meta");
    const [forged] = await told(message, { status: "delivered", as: "forged" });
    const [altered] = await told(message, { answer: "STOP", as: "altered" });
    expect([isMetas(forged!), isMetas(altered!)]).toEqual([false, false]);
    expect(valueOf(altered!)).toMatchObject({ messages: [{ text: { body: "START" } }] });
  });
});

describe("MSG91's reports", () => {
  it("come to an address that holds the secret, which is not shown", async () => {
    const message = await messageBy(room, "msg91", { recipients: [{ mobiles: "919845012345" }, { mobiles: "919845012346" }] });
    const [call] = await told(message, { status: "delivered" });
    expect(call).toMatchObject({ url: "/callbacks/msg91/mailroom", headers: { "content-type": "application/x-www-form-urlencoded" } });
    expect(JSON.parse(formOf(call!)["data"]!)).toEqual([
      {
        requestId: message.messageId,
        userId: "1",
        senderId: "MLROOM",
        report: ["919845012345", "919845012346"].map((number) => ({ date: "2026-01-01 17:30:00", number, status: "1", desc: "DELIVERED" })),
      },
    ]);
    expect(room.callbacks.of(message.id)).toMatchObject([{ to: `${base}/callbacks/msg91`, says: "1", answer: 200 }]);
  });

  it.each<[Telling, object]>([
    [{ status: "accepted" }, { status: "8", desc: "SUBMITTED" }],
    [
      { status: "failed", reason: "OUT OF REACH" },
      { status: "2", desc: "OUT OF REACH" },
    ],
    [{ status: "bounced" }, { status: "Invalid Number" }],
    [{ word: "9" }, { status: "9", desc: "NDNC NUMBER" }],
  ])("tell %j", async (telling, report) => {
    const [call] = await told(await messageBy(room, "msg91"), telling);
    expect(JSON.parse(formOf(call!)["data"]!)).toMatchObject([{ report: [report] }]);
  });

  it("D5: a forged one has another secret", async () => {
    const [call] = await told(await messageBy(room, "msg91"), { status: "delivered", as: "forged" });
    expect(call!.url).toBe("/callbacks/msg91/forged");
  });
});
