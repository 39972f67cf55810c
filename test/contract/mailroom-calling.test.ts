import { createServer } from "node:net";
import { createTransport } from "nodemailer";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { BusbarError } from "../../src/base/errors.ts";
import { type Logger, silentLogger } from "../../src/base/logger.ts";
import type { CalledBack } from "../../src/mailroom/called-back.ts";
import { type Mailroom, type MailroomOptions, startMailroom } from "../../src/mailroom/mailroom.ts";
import type { Telling } from "../../src/mailroom/telling.ts";
import { messageBy } from "../support/mailroom-messages.ts";
import { type Receiver, webhookReceiver } from "../support/receiver.ts";

let receiver: Receiver;
let room: Mailroom;
/** The answers of the receiver, first one first; then 204. */
let answers: number[];

async function begin(options: MailroomOptions = {}): Promise<void> {
  room = await startMailroom({ callbacks: `http://127.0.0.1:${receiver.port}/callbacks`, retries: ["1ms", "1ms"], ...options });
}
beforeEach(async () => {
  answers = [];
  receiver = await webhookReceiver({ answer: (response) => void response.writeHead(answers.shift() ?? 204).end() });
  await begin();
});
afterEach(() => room.stop());

const statusesReceived = (): (string | null)[] =>
  receiver.received.map(({ body }) => /"event":"(\w+)"/.exec(body)?.[1] ?? new URLSearchParams(body).get("MessageStatus"));

/** What Expo says of a ticket; of a request that fails, how. */
async function receiptOf(ticket: string): Promise<unknown> {
  const response = await fetch(`${room.url}/--/api/v2/push/getReceipts`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ids: [ticket] }),
  });
  const { data, errors } = (await response.json()) as { data?: Record<string, unknown>; errors?: unknown };
  return response.ok ? data![ticket] : { status: response.status, errors };
}

async function ask(json: unknown): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await fetch(`${room.url}/mailroom/callbacks`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(json),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

function problemsOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    return (error as BusbarError).problems;
  }
  return [];
}

async function restarted(options: MailroomOptions): Promise<void> {
  await room.stop();
  await begin(options);
}

describe("how callbacks come", () => {
  it("in the order in which they are told, however they happened", async () => {
    const message = await messageBy(room, "sendgrid");
    const told = await room.callbacks.tell(message, { status: ["read", "accepted", "delivered"] }).done;
    expect(statusesReceived()).toEqual(["open", "processed", "delivered"]);
    const times = receiver.received.map(({ body }) => (JSON.parse(body) as [{ timestamp: number }])[0].timestamp);
    expect([times[1]! < times[2]!, times[2]! < times[0]!]).toEqual([true, true]);
    expect(told.map(({ says, status, state, tries, answer }) => ({ says, status, state, tries, answer }))).toEqual([
      { says: "open", status: "read", state: "taken", tries: 1, answer: 204 },
      { says: "processed", status: "accepted", state: "taken", tries: 1, answer: 204 },
      { says: "delivered", status: "delivered", state: "taken", tries: 1, answer: 204 },
    ]);
    expect(room.callbacks.of(message.id)).toEqual(told);
  });

  it("twice, as the same", async () => {
    const message = await messageBy(room, "sendgrid");
    await room.callbacks.tell(message, { status: "delivered", times: 2 }).done;
    const [first, second] = receiver.received.map(({ body }) => body);
    expect(first).toBe(second);
    expect(room.callbacks.of(message.id)).toHaveLength(2);
    await room.callbacks.tell(message, { status: "delivered" }).done;
    expect(receiver.received[2]!.body).not.toBe(first);
  });

  it("late, and nobody waits for them", async () => {
    const message = await messageBy(room, "twilio");
    const told = room.callbacks.tell(message, { status: "delivered", delay: "50ms" });
    expect(told.callbacks()).toMatchObject([{ state: "waiting", tries: 0 }]);
    expect(receiver.received).toEqual([]);
    expect(await told.done).toMatchObject([{ state: "taken", tries: 1 }]);
  });

  it("again after 5xx, 429 and no answer, as the same and signed anew, until they are taken", async () => {
    answers.push(503, 429);
    const message = await messageBy(room, "sendgrid");
    expect(await room.callbacks.tell(message, { status: "delivered" }).done).toMatchObject([{ state: "taken", tries: 3, answer: 204 }]);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  });

  it("no more often than vendors try, and the log says once that nobody takes them", async () => {
    const warned: object[] = [];
    const logger: Logger = { ...silentLogger, warn: (fields) => void warned.push(fields) };
    await restarted({ logger });
    answers.push(...Array.from({ length: 6 }, () => 500));
    for (const vendor of ["sendgrid", "twilio"] as const) {
      const message = await messageBy(room, vendor);
      expect(await room.callbacks.tell(message, { status: "delivered" }).done).toMatchObject([
        { state: "failed", tries: 3, answer: 500, problem: "answered 500" },
      ]);
    }
    expect(warned).toEqual([{ to: expect.stringMatching(/\/callbacks\/sendgrid$/), problem: "answered 500" }]);
  });

  it("once, where they are refused, and once from whoever forges", async () => {
    answers.push(403, 500);
    const message = await messageBy(room, "sendgrid");
    expect(await room.callbacks.tell(message, { status: "delivered" }).done).toMatchObject([{ state: "refused", tries: 1, answer: 403 }]);
    expect(await room.callbacks.tell(message, { status: "delivered", as: "forged" }).done).toMatchObject([
      { state: "failed", tries: 1, as: "forged" },
    ]);
  });

  it("to nobody, which is shown", async () => {
    const free = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, "127.0.0.1", () => {
        const { port } = server.address() as { port: number };
        server.close(() => resolve(port));
      });
    });
    room.callbacks.goTo(`http://127.0.0.1:${free}/callbacks/`);
    expect(room.callbacks.address).toBe(`http://127.0.0.1:${free}/callbacks`);
    const message = await messageBy(room, "sendgrid");
    const [told] = await room.callbacks.tell(message, { status: "delivered" }).done;
    expect(told).toMatchObject({ state: "failed", tries: 3, problem: "no answer: ECONNREFUSED" });
    expect(told).not.toHaveProperty("answer");
  });

  it("by themselves, and a message is answered before them even where whoever takes them hangs", async () => {
    const silent = await webhookReceiver({ answer: () => undefined });
    await restarted({ callbacks: `http://127.0.0.1:${silent.port}`, automatic: { after: 0 } });
    for (let count = 0; count < 40; count += 1) await messageBy(room, "sendgrid");
    await vi.waitFor(() => expect(silent.received.length).toBeGreaterThan(0));
    expect(room.inbox.received).toBe(40);
    // No more than so many are under way at once, and an end waits for none of them.
    expect(silent.received.length).toBeLessThanOrEqual(16);
  });
});

it("an end of the mailroom waits for no callback, and begins none", async () => {
  const silent = await webhookReceiver({ answer: () => undefined });
  room.callbacks.goTo(`http://127.0.0.1:${silent.port}`);
  const message = await messageBy(room, "sendgrid");
  const told = Array.from({ length: 40 }, () => room.callbacks.tell(message, { status: "delivered" }).done);
  await vi.waitFor(() => expect(silent.received).toHaveLength(16));
  await room.stop();
  expect((await Promise.all(told)).flat()).toHaveLength(40);
  expect([silent.received.length, room.callbacks.of(message.id).every(({ state }) => state === "waiting")]).toEqual([16, true]);
});

describe("what cannot be told", () => {
  it.each<["sendgrid" | "twilio" | "msg91" | "expo", unknown, RegExp]>([
    ["sendgrid", {}, /^say exactly one of status, answer and word$/],
    ["sendgrid", { status: "read", word: "open" }, /^say exactly one of status, answer and word$/],
    ["sendgrid", { status: [] }, /^status: the list is empty$/],
    ["sendgrid", { status: "gone" }, /^status must be one of accepted, .*, not "gone"$/],
    ["sendgrid", { word: "opened" }, /^word must be one of processed, .*, not "opened"$/],
    ["sendgrid", { answer: "STOP" }, /^nobody can answer by sendgrid$/],
    ["sendgrid", { status: "read", times: 0 }, /^times must be a whole number from 1 to 100, not 0$/],
    ["sendgrid", { status: "read", delay: "2h" }, /^delay may be an hour at most$/],
    ["sendgrid", { status: "read", as: "stolen" }, /^as must be one of forged, altered, replayed, not "stolen"$/],
    ["twilio", { status: "read" }, /^twilio tells of sms only: accepted, delivered, bounced, failed, opted out; not read$/],
    ["twilio", { status: "delivered", as: "replayed" }, /^as: twilio signs no time, so replayed would be taken: there is forged, altered$/],
    ["twilio", { answer: " " }, /^answer must be a text of 1 to 1000 characters$/],
    ["msg91", { status: "delivered", as: "altered" }, /^as: msg91 signs nothing, so altered would be taken: there is forged$/],
    ["msg91", { status: "opted out" }, /^msg91 tells of sms only: accepted, delivered, bounced, failed; not opted out$/],
    ["expo", { status: "read" }, /^expo tells of push only: accepted, delivered, bounced, failed; not read$/],
    ["expo", { status: "delivered", as: "forged" }, /^as: nothing that expo says can be forged: it is asked, and does not call$/],
    ["expo", { status: ["accepted", "delivered"] }, /^status: a receipt says one thing$/],
    ["expo", { status: "delivered", times: 2 }, /^times: a receipt is given as often as it is asked for$/],
  ])("of %s: %j", async (vendor, telling, problem) => {
    const message = await messageBy(room, vendor);
    expect(problemsOf(() => room.callbacks.tell(message, telling as Telling))).toEqual([expect.stringMatching(problem)]);
    expect([room.callbacks.of(message.id), receiver.received]).toEqual([[], []]);
  });

  it("of a vendor that tells nothing later", async () => {
    const message = { ...(await messageBy(room, "sendgrid")), provider: "smtp" } as const;
    expect(problemsOf(() => room.callbacks.tell(message, { status: "bounced" }))).toEqual(["smtp tells nothing later"]);
  });

  it("of a message that names no place, while nobody has said where callbacks go", async () => {
    room.callbacks.goTo(undefined);
    const message = await messageBy(room, "meta");
    expect(() => room.callbacks.tell(message, { status: "delivered" })).toThrow(/nobody has said where callbacks go/);
    expect(() => room.callbacks.goTo("shop.example.com")).toThrow(/callbacks must be an address such as/);
  });

  it("is known before the mailroom starts", async () => {
    const options = { callbacks: "nowhere", automatic: { status: ["gone" as never], doubled: 2, after: "soon" as never } };
    await expect(startMailroom(options)).rejects.toMatchObject({
      problems: [
        expect.stringMatching(/^automatic\.status must be of accepted,/),
        "automatic.doubled must be from 0 to 1, not 2",
        expect.stringMatching(/^automatic\.after/),
        expect.stringMatching(/^callbacks must be an address/),
      ],
    });
  });
});

describe("Expo's receipts", () => {
  it("are ok until something else is said, and show when they were asked for", async () => {
    const message = await messageBy(room, "expo");
    expect(await receiptOf(message.messageId!)).toEqual({ status: "ok" });
    room.callbacks.tell(message, { status: "accepted" });
    expect(await receiptOf(message.messageId!)).toBeUndefined();
    room.callbacks.tell(message, { status: "bounced" });
    const last = (): CalledBack => room.callbacks.of(message.id).at(-1)!;
    expect(last()).toMatchObject({ says: "DeviceNotRegistered", status: "bounced", state: "waiting", tries: 0 });
    expect(await receiptOf(message.messageId!)).toMatchObject({ status: "error", details: { error: "DeviceNotRegistered" } });
    expect(last()).toMatchObject({ state: "taken", answer: 200, at: expect.stringMatching(/Z$/) });
    room.callbacks.tell(message, { word: "MessageTooBig", reason: "too big" });
    expect(await receiptOf(message.messageId!)).toEqual({ status: "error", message: "too big", details: { error: "MessageTooBig" } });
  });

  it("are there late, and none is there before", async () => {
    const message = await messageBy(room, "expo");
    // Long enough that a busy machine has asked before it is over.
    const { done } = room.callbacks.tell(message, { status: "delivered", delay: "1s" });
    expect(await receiptOf(message.messageId!)).toBeUndefined();
    await done;
    expect(await receiptOf(message.messageId!)).toEqual({ status: "ok" });
  });

  it("fail on demand, and no message with them", async () => {
    room.fail("expo", { stage: "receipts", status: 503 });
    const { messageId } = await messageBy(room, "expo");
    expect(await receiptOf(messageId!)).toMatchObject({ status: 503, errors: [{ code: "INTERNAL_SERVER_ERROR" }] });
    expect(await receiptOf(messageId!)).toEqual({ status: "ok" });
    expect(() => room.fail("expo", { stage: "receipts", bounce: true, to: "x@example.in" })).toThrow(/only status, hang and delay/);
    expect(() => room.fail("meta", { stage: "receipts", status: 500 })).toThrow(/only expo has receipts/);
  });
});

describe("what vendors tell by themselves", () => {
  it("of every message that can be told of: a tenth twice, another tenth out of order", async () => {
    await restarted({ automatic: { after: 0, status: ["accepted", "delivered", "read"], doubled: 0.1, outOfOrder: 0.1 } });
    for (let count = 0; count < 20; count += 1) await messageBy(room, "sendgrid");
    await messageBy(room, "twilio");
    await messageBy(room, "expo");
    const transport = createTransport({ ...room.smtp, ignoreTLS: true });
    await transport.sendMail({ from: "shop@example.in", to: "asha@example.in", text: "Thank you" });
    transport.close();
    // Twilio knows no SMS that is read.
    await vi.waitFor(() => expect(receiver.received).toHaveLength(20 * 3 + 2 * 3 + 2), 5_000);
    const events = receiver.received.flatMap(({ url, body }) =>
      url === "/callbacks/sendgrid" ? (JSON.parse(body) as { event: string; sg_message_id: string; sg_event_id: string }[]) : [],
    );
    const orders = new Map<string, string>();
    for (const { event, sg_message_id: id } of events) {
      const key = id.split(".")[0]!;
      orders.set(key, `${orders.get(key) ?? ""} ${event}`.trim());
    }
    const counted: Record<string, number> = {};
    for (const order of orders.values()) counted[order] = (counted[order] ?? 0) + 1;
    expect(counted).toEqual({
      "processed delivered open": 16,
      "open delivered processed": 2,
      "processed processed delivered delivered open open": 2,
    });
    expect(new Set(events.map(({ sg_event_id: id }) => id)).size).toBe(60);
  });

  it("nothing, unless it is asked for, and nothing after its end", async () => {
    await messageBy(room, "sendgrid");
    await restarted({ automatic: { after: "1h" } });
    await messageBy(room, "sendgrid");
    await room.stop();
    expect(receiver.received).toEqual([]);
  });
});

describe("what the mailroom can be asked to tell", () => {
  it("of the newest message to somebody, and answers when it was taken; the message shows it", async () => {
    await messageBy(room, "sendgrid");
    const { id } = await messageBy(room, "sendgrid");
    await messageBy(room, "twilio");
    const taken = { says: "bounce", status: "bounced", state: "taken", tries: 1, answer: 204 };
    expect(await ask({ to: "asha@example.in", status: "bounced" })).toMatchObject({
      status: 202,
      json: { message: id, callbacks: [taken] },
    });
    const shown = await (await fetch(`${room.url}/mailroom/messages/${id}`)).json();
    expect(shown).toMatchObject({ id, callbacks: [taken] });
  });

  it("of one message, and does not wait for what is to be late", async () => {
    const { id } = await messageBy(room, "twilio");
    expect(await ask({ message: id, answer: "STOP", delay: "1h" })).toMatchObject({
      status: 202,
      json: { message: id, callbacks: [{ says: "“STOP”", state: "waiting", tries: 0 }] },
    });
  });

  it("nothing of a message that is not held", async () => {
    expect(await ask({ message: "none", status: "delivered" })).toMatchObject({ status: 404 });
    expect(await ask({ channel: "push", status: "delivered" })).toMatchObject({ status: 404 });
  });

  it.each<[unknown, string[]]>([
    [[], ["the body must be a JSON object"]],
    [
      { status: "delivered" },
      ["of which message? Say message (its id), or of the newest one some of search, channel, provider, to, delivery"],
    ],
    [
      { to: "asha@example.in", states: "read", times: "2", delay: 3, channel: "fax", status: { a: 1 } },
      [
        '"states" is not known: there are status, answer, word, code, reason, times, delay, as, message, search, channel, provider, to, delivery',
        "times must be a number",
        'delay must be text with its unit, such as "30s"',
        "status must be a text, or a list of them",
        'channel must be one of email, sms, whatsapp, push, webhook, not "fax"',
      ],
    ],
    [{ message: 5, status: "read" }, ["message must be the id of one"]],
    [{ to: "asha@example.in", status: "gone" }, [expect.stringMatching(/^status must be one of/)]],
  ])("not %j, and says everything that is wrong", async (json, problems) => {
    await messageBy(room, "sendgrid");
    expect(await ask(json)).toEqual({ status: 400, json: { error: "The request cannot be understood", problems } });
    expect(receiver.received).toEqual([]);
  });
});
