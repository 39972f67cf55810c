import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Logger, silentLogger } from "../../src/base/logger.ts";
import {
  type Bus,
  type BusOptions,
  createBus,
  deadLettersThresholdReached,
  defineSubscriber,
  defineTopic,
  emailTemplate,
  PermanentError,
  pii,
  secret,
} from "../../src/index.ts";
import type { Delivery } from "../../src/define/delivery.ts";
import type { AnyContent } from "../../src/bus/any-content.ts";
import { deadLetterVerbs } from "../../src/bus/dead-letters/dead-letter-verbs.ts";
import type { Queues } from "../../src/bus/queues.ts";
import { bullmqQueue } from "../../src/queues/bullmq-queue.ts";
import type { DeadLetter, DeliveryQueue } from "../../src/queues/delivery-queue.ts";
import { type RoutingRecord, routingRecord } from "../../src/router/routing-record.ts";
import { createMetrics } from "../../src/server/metrics.ts";
import { newKey } from "../../src/vault/key-ring.ts";
import { redisLedger } from "../../src/workers/redis-ledger.ts";
import { busesOf } from "../support/buses.ts";
import { everythingIn } from "../support/everything-in-redis.ts";
import { observed, recordingProvider } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix: filePrefix } = testRedis();
const kept = busesOf();
const redis = new Redis(url);
afterAll(() => redis.disconnect());

const ticketBooked = defineTopic(
  "ticket.booked",
  z.object({ ticket: z.string(), name: pii(z.string()), email: pii(z.email()), code: secret(z.string()) }),
);
const ticketEmail = emailTemplate({
  name: "ticket",
  data: z.object({ ticket: z.string().min(2), name: z.string(), code: z.string() }),
  subject: "Ticket {{ticket}}",
  mjml: "<mjml><mj-body><mj-section><mj-column><mj-text>{{name}} {{ticket}} {{code}}</mj-text></mj-column></mj-section></mj-body></mjml>",
  text: "{{name}}: {{ticket}} {{code}}",
});
const byMail = defineSubscriber(ticketBooked, {
  name: "by-mail",
  formerly: "by-post",
  deliver: ({ email }) => [
    email({
      to: ({ data }) => data.email,
      template: ticketEmail,
      data: ({ data: { ticket, name, code } }) => ({ ticket, name, code }),
      retry: { delay: 20, jitter: 0, attempts: 2 },
    }),
  ],
});
const byCode = defineSubscriber(ticketBooked, {
  name: "by-code",
  deliver: ({ handler }) => [
    handler({
      when: ({ data }) => data.ticket.startsWith("CODE"),
      handle: async ({ data }) => {
        throw new PermanentError(`no seat for ${data.ticket} of ${data.name}`);
      },
    }),
  ],
});
const topics = { ticketBooked, deadLettersThresholdReached };
const keys = [newKey("one")];
const person = (number: number) => `reader-${number}@example.in`;
const ticket = (number: number, name = "Asha Rao") => ({ ticket: `T-${number}`, name, email: person(number), code: "K7-canary1" });

let made = 0;
type Answer = NonNullable<Parameters<typeof recordingProvider>[0]>;
const refusing: Answer = ({ message }) => ({ kind: "reject", reason: `no mailbox ${message.to}` });

/** A bus whose e-mails all die, or what the answer says. */
function line({
  answer = refusing,
  threshold = 100,
  prefix = `${filePrefix}-${(made += 1)}`,
  logger = silentLogger,
  code = { subscribers: [byMail, byCode] },
}: { answer?: Answer; threshold?: number; prefix?: string; logger?: Logger; code?: Pick<BusOptions, "subscribers"> } = {}) {
  const { provider, sends } = recordingProvider((...send) => answer(...send));
  const bus = kept(() =>
    createBus({
      application: "shop",
      version: "1.4.2",
      logger,
      topics,
      ...code,
      redis: url,
      prefix,
      keys,
      channels: {
        email: { from: "shop@example.com", rateLimit: false, providers: [provider], deadLetterThreshold: threshold, concurrency: 20 },
      },
      send: { live: true },
    }),
  );
  return { bus, sends, prefix };
}

const total = async (bus: Bus<typeof topics>): Promise<number> => (await bus.deadLetters.preview()).total;
const dying = async (bus: Bus<typeof topics>, count: number, from = 1): Promise<void> => {
  const before = await total(bus);
  await bus.publishEvent.ticketBooked.batch(Array.from({ length: count }, (_, index) => ticket(from + index)));
  await expect.poll(() => total(bus)).toBe(before + count);
};

describe("dead letters", () => {
  it("A3, B6: are found by queue, subscriber, topic, class, time, recipient and cause, and put together by cause", async () => {
    const { bus } = line();
    await bus.start();
    await dying(bus, 3);
    const between = new Date().toISOString();
    const dead = observed(bus, "dead", 2);
    await bus.publishEvent.ticketBooked({ ...ticket(4), ticket: "CODE-4" });
    await dead;
    await expect.poll(() => total(bus)).toBe(5);

    const found = async (filter: Parameters<typeof bus.deadLetters.list>[0]) => (await bus.deadLetters.list(filter)).deadLetters.length;
    expect(await Promise.all([found({ queue: "email" }), found({ queue: "handler" }), found({ queue: "sms" })])).toEqual([4, 1, 0]);
    expect(
      await Promise.all([found({ subscriber: "by-mail" }), found({ subscriber: "by-post" }), found({ subscriber: "nobody" })]),
    ).toEqual([4, 4, 0]);
    expect(await Promise.all([found({ topic: "ticket.booked" }), found({ topic: "order.placed" })])).toEqual([5, 0]);
    expect(await Promise.all([found({ reasonClass: "rejected" }), found({ reasonClass: "exhausted" })])).toEqual([5, 0]);
    expect(await Promise.all([found({ from: between }), found({ to: between }), found({ subscriber: "by-mail", to: between })])).toEqual([
      2, 3, 3,
    ]);
    expect(await Promise.all([found({ recipient: "Reader-2@EXAMPLE.in" }), found({ recipient: person(2), queue: "handler" })])).toEqual([
      1, 0,
    ]);

    const { groups, ...more } = await bus.deadLetters.groups();
    expect(more).toEqual({ total: 5, more: 0 });
    expect(groups).toMatchObject([
      { count: 4, queues: ["email"], subscribers: ["by-post"], error: "recorder: no mailbox <address>", reasonClass: "rejected" },
      {
        count: 1,
        queues: ["handler"],
        error: "handler: no seat for <id> of A…",
        sample: { build: expect.stringMatching(/^shop@1\.4\.2,busbar@/) as string },
      },
    ]);
    expect(await found({ fingerprint: groups[0]!.fingerprint })).toBe(4);
    expect(groups[0]!.sample!.to).toBe("re…@example.in");
    await expect(bus.deadLetters.list({ from: "soon", reasonClass: "gone" as never })).rejects.toThrow(
      /from: "soon" is no time.*\n.*reasonClass/,
    );
    // Neither addresses nor names stand in the index.
    const index = (await everythingIn(redis, filePrefix)).split("\n").filter((row) => row.includes(":dead-letters:"));
    expect(index.length).toBeGreaterThan(0);
    expect(index.filter((row) => /example\.in|Asha/.test(row))).toEqual([]);
  });

  it("A3: are the same in pages as at once, whatever leaves in between", async () => {
    const { bus } = line();
    await bus.start();
    await dying(bus, 7);
    const all = (await bus.deadLetters.list({ subscriber: "by-mail" })).deadLetters.map(({ id }) => id);
    const paged: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await bus.deadLetters.list({ subscriber: "by-mail", count: 3, cursor });
      paged.push(...page.deadLetters.map(({ id }) => id));
      // The one that the next page begins behind.
      await bus.deadLetters.discard([page.deadLetters.at(-1)!.id], { reason: "a test" });
      if ((cursor = page.next) === undefined) break;
    }
    expect(paged).toEqual(all);
    expect(await total(bus)).toBe(4);
  });

  it("the index says the same when a process was killed before it wrote it, when something went past it, and when it is made anew", async () => {
    const { bus, prefix } = line();
    await bus.start();
    await dying(bus, 5);
    const answers = async () => [await bus.deadLetters.groups(), await bus.deadLetters.preview({ recipient: person(3) })] as const;
    const before = await answers();
    expect(before[0].total).toBe(5);
    const ofIndex = async () => redis.keys(`${prefix}:dead-letters:*`);
    const letters = `${prefix}:dead-letters:{shop.email}:letters`;

    // Killed: nothing, or one letter, is in the index.
    await redis.unlink(...(await ofIndex()));
    expect(await answers()).toEqual(before);
    const [id] = await redis.hkeys(letters);
    await redis.hdel(letters, id!);
    expect(await answers()).toEqual(before);
    // Died once more, at another time than the index knows, as long as it is among the newest.
    await redis.hset(letters, id!, (await redis.hget(letters, id!))!.replace(/ \d+ /, " 1 "));
    expect(await answers()).toEqual(before);
    // Taken away by another tool.
    await redis.zrem(`${prefix}:{shop.email}:failed`, id!);
    expect((await bus.deadLetters.groups()).total).toBe(4);
    await redis.zadd(
      `${prefix}:{shop.email}:failed`,
      Date.parse((await redis.hget(`${prefix}:{shop.email}:${id}`, "finishedOn"))!) ||
        Number(await redis.hget(`${prefix}:{shop.email}:${id}`, "finishedOn")),
      id!,
    );
    expect(await answers()).toEqual(before);

    expect(await bus.deadLetters.rebuild({ actor: "asha", reason: "another tool" })).toMatchObject({ email: 5, handler: 0 });
    expect((await bus.audit()).entries).toMatchObject([{ by: "asha", what: "dead-letters.rebuild", reason: "another tool" }]);
    expect(await answers()).toEqual(before);
  });

  it("B5: that are past their time leave the index too", async () => {
    const { bus, prefix } = line();
    await bus.start();
    await dying(bus, 2);
    const queue = bullmqQueue<Delivery>({
      url,
      prefix,
      application: "shop",
      name: "email",
      logger: silentLogger,
      keepCompleted: { age: 1_000, count: 1 },
    });
    try {
      expect(await queue.expireDeadLetters(Date.now() + 1)).toBe(2);
    } finally {
      await queue.close();
    }
    expect(await bus.deadLetters.groups()).toEqual({ groups: [], total: 0, more: 0 });
    expect(await redis.keys(`${prefix}:dead-letters:*`)).toEqual([]);
  });
});

describe("the autopsy", () => {
  it("D5: has the message that is made of the data now, the tries with their answers, the build, and neither secrets nor names", async () => {
    const { bus } = line({ answer: ({ message }) => ({ kind: "retry", reason: `busy with ${message.text}` }) });
    await bus.start();
    await dying(bus, 1);
    const { deadLetters: letters } = await bus.deadLetters.list();
    const shown = await bus.deadLetters.show(letters[0]!.id);
    expect(shown).toMatchObject({
      reasonClass: "exhausted",
      attempts: 2,
      build: expect.stringMatching(/^shop@1\.4\.2,busbar@/) as string,
      data: { ticket: "T-1", name: "A…", code: "[secret]" },
      rendered: { fields: { subject: "Ticket T-1", text: "A…: T-1 [secret]" } },
      timeline: [{ step: "retry", detail: "recorder: busy with A…: T-1 [secret]" }, { step: "dead" }],
    });
    const open = await bus.deadLetters.show(letters[0]!.id, { showPii: { actor: "ravi" } });
    expect(open).toMatchObject({ rendered: { fields: { text: "Asha Rao: T-1 [secret]" } }, data: { name: "Asha Rao", code: "[secret]" } });
  });
});

describe("an edit", () => {
  it("B6: changes what is sent, is checked by the template's schema, and keeps what is masked or sealed as it is", async () => {
    let broken = true;
    const { bus, sends, prefix } = line({ answer: (send, earlier) => (broken ? refusing(send, earlier) : { kind: "sent" }) });
    await bus.start();
    await dying(bus, 1);
    const { id, data } = (await bus.deadLetters.show((await bus.deadLetters.list()).deadLetters[0]!.id))!;
    const shown = data as { ticket: string; name: string; code: string };
    const by = { actor: "ravi", reason: "renamed" };
    const refused = async (edited: unknown) =>
      ((await bus.deadLetters.edit(id, edited, by)) as { readonly problems: readonly string[] }).problems;
    expect(await refused({ ...shown, ticket: "T" })).toEqual([expect.stringMatching(/^ticket: /)]);
    expect(await refused({ ...shown, code: "K8-canary2" })).toEqual([expect.stringContaining("code: holds a secret")]);
    expect(await refused({ ...shown, ticket: "[secret]" })).toEqual([expect.stringContaining("ticket: ")]);
    expect(await refused({ ...shown, ticket: "A…" })).toEqual([expect.stringContaining("is a masked value")]);
    expect(await refused({ ticket: "T-9", name: shown.name, code: shown.code, seat: 4 })).toEqual([expect.stringMatching(/^seat: /)]);
    expect(await bus.deadLetters.edit("d_unknown", shown, by)).toEqual({ known: false, problems: ["no dead letter has this id"] });

    expect(await bus.deadLetters.edit(id, shown, by)).toEqual({ changed: [] });
    expect(await bus.deadLetters.edit(id, { ...shown, ticket: "T-9" }, by)).toEqual({ changed: ["ticket"] });
    expect(await everythingIn(redis, prefix)).not.toContain("canary");
    broken = false;
    const sent = observed(bus, "sent");
    expect(await bus.deadLetters.redrive([id], by)).toEqual({ redriven: [id], refused: [] });
    await sent;
    expect(sends.at(-1)!.message.text).toBe("Asha Rao: T-9 K7-canary1");
    expect((await bus.audit({ count: 2 })).entries.map(({ what, of }) => [what, of])).toEqual([
      ["dead-letters.redrive", id],
      ["dead-letters.edit", `${id}: ticket`],
    ]);
    // What did not happen does not stand in the record.
    expect(await bus.deadLetters.redrive([id, "d_unknown"], by)).toEqual({
      redriven: [],
      refused: [
        { id, reason: "it is no dead letter any more" },
        { id: "d_unknown", reason: "no dead letter has this id" },
      ],
    });
    expect((await bus.audit({ count: 1 })).entries).toMatchObject([{ what: "dead-letters.redrive", of: id }]);
    expect((await bus.audit()).entries.filter(({ what }) => what === "dead-letters.redrive")).toHaveLength(1);
    const standing = await bus.deliveries.status(id);
    expect(standing).toMatchObject({ state: "sent" });
    expect(standing!.timeline.map(({ step }) => step)).toEqual(["dead", "edited", "redriven", "sent"]);
  });

  it("of what a handler is given is checked by the topic's schema", async () => {
    const { bus } = line({ answer: () => ({ kind: "sent" }) });
    await bus.start();
    const dead = observed(bus, "dead");
    await bus.publishEvent.ticketBooked({ ...ticket(1), ticket: "CODE-1" });
    await dead;
    await expect.poll(() => total(bus)).toBe(1);
    const [letter] = (await bus.deadLetters.list()).deadLetters;
    const { id } = letter!;
    // Also what its code has said of a person is masked, wherever it is told.
    const reason = "handler: no seat for CODE-1 of A…";
    expect(letter).toMatchObject({ reason, to: "by-code" });
    expect((await bus.deadLetters.list({ showPii: {} })).deadLetters[0]!.reason).toBe("handler: no seat for CODE-1 of Asha Rao");
    expect((await bus.deadLetters.groups()).groups[0]!.sample).toMatchObject({ reason });
    const standing = await bus.deliveries.status(id);
    expect(standing!.timeline.find(({ step }) => step === "dead")).toMatchObject({ detail: reason });
    expect(JSON.stringify(standing)).not.toContain("Asha");
    const { data } = (await bus.deadLetters.show(id))!.data as { data: Record<string, string> };
    expect(await bus.deadLetters.edit(id, { ...data, email: "nobody" })).toMatchObject({ problems: [expect.stringMatching(/^email: /)] });
    expect(await bus.deadLetters.edit(id, { ...data, email: "ravi@example.in" })).toEqual({ changed: ["email"] });
    const open = (await bus.deadLetters.show(id, { showPii: {} }))!.data as { data: Record<string, string> };
    expect(open.data).toEqual({ ticket: "CODE-1", name: "Asha Rao", email: "ravi@example.in", code: "[secret]" });
  });
});

describe("a dead letter whose code is gone", () => {
  it("stays one, with a sentence, whoever asks; a bus that was given no code takes it", async () => {
    const { bus: before, prefix } = line();
    await before.start();
    const dead = observed(before, "dead");
    await before.publishEvent.ticketBooked({ ...ticket(1), ticket: "CODE-1" });
    await dead;
    await expect.poll(() => total(before)).toBe(2);
    await before.stop();

    const { bus } = line({ prefix, code: { subscribers: [byMail] } });
    const { id } = (await bus.deadLetters.list({ queue: "handler" })).deadLetters[0]!;
    const why = `the subscriber "by-code" is not in the code of this build, so that nothing would come of it: deploy the code again, or discard the dead letter`;
    expect(await bus.deadLetters.redrive([id])).toEqual({ redriven: [], refused: [{ id, reason: why }] });
    expect(await bus.deadLetters.edit(id, ticket(2))).toEqual({ known: true, problems: [why] });
    const started = await bus.deadLetters.bulk.start({ verb: "redrive", all: true });
    expect(await bus.deadLetters.bulk.work(started.id)).toMatchObject({ done: 1, refused: 1, reasons: { [why]: 1 } });
    expect((await bus.deadLetters.list()).deadLetters.map((letter) => letter.id)).toEqual([id]);

    const { bus: publishing } = line({ prefix, code: {} });
    expect(await publishing.deadLetters.redrive([id])).toEqual({ redriven: [id], refused: [] });
  });
});

/** The queue of what could not be planned, beside that of the bus. */
async function withRouting(prefix: string, work: (routing: DeliveryQueue<RoutingRecord>) => Promise<void>): Promise<void> {
  const keepCompleted = { age: 1_000, count: 1 };
  const routing = bullmqQueue<RoutingRecord>({ url, prefix, application: "shop", name: "routing", logger: silentLogger, keepCompleted });
  try {
    await work(routing);
  } finally {
    await routing.close();
  }
}

/** What ended its routers: it becomes a dead letter at once. */
function poisoned(json: string, entryId: string): RoutingRecord {
  const where = { application: "shop", subscriber: "by-post", topic: "ticket.booked", partition: 0, entryId };
  return routingRecord({ ...where, json, reason: "poison: it killed five routers", poison: true });
}

describe("an edit of an event that could not be planned", () => {
  it("B6: is checked by the topic's schema and sealed again: its secret is in the message, and nowhere in Redis", async () => {
    const elsewhere = line();
    await elsewhere.bus.publishEvent.ticketBooked(ticket(1));
    const [[, fields]] = (await redis.xrange(`${elsewhere.prefix}:{0}:log:ticket.booked`, "-", "+")) as [[string, string[]]];
    const json = fields[fields.indexOf("event") + 1]!;

    const { bus, sends, prefix } = line({ answer: () => ({ kind: "sent" }) });
    await bus.start();
    await withRouting(prefix, (routing) => routing.add([poisoned(json, "1-1")]));
    await expect.poll(() => total(bus)).toBe(1);
    const letter = (await bus.deadLetters.list({ queue: "routing", reasonClass: "poison", topic: "ticket.booked" })).deadLetters[0]!;
    const whole = (await bus.deadLetters.show(letter.id))!.data as { data: Record<string, string> };
    const { data } = whole;
    expect(await bus.deadLetters.edit(letter.id, whole)).toEqual({ changed: [] });
    expect(data).toEqual({ ticket: "T-1", name: "A…", email: "re…@example.in", code: "[secret]" });
    expect(await bus.deadLetters.edit(letter.id, { ...data, email: "nobody" })).toMatchObject({
      problems: [expect.stringMatching(/^email: /)],
    });
    expect(await bus.deadLetters.edit(letter.id, { ...data, code: "K8-canary2" })).toMatchObject({
      problems: [expect.stringContaining("holds a secret")],
    });
    expect(await bus.deadLetters.edit(letter.id, { ...data, ticket: "T-7" })).toEqual({ changed: ["ticket"] });
    expect(await everythingIn(redis, prefix)).not.toContain("canary");
    expect(await bus.deadLetters.redrive([letter.id])).toMatchObject({ redriven: [letter.id] });
    await expect.poll(() => sends.map(({ message }) => message.text)).toEqual(["Asha Rao: T-7 K7-canary1"]);
  });
});

describe("a verb on many", () => {
  it("B6: is previewed, refused without a filter, and queues each of those that were meant once, also when it is cut off", async () => {
    let broken = true;
    const { bus, sends } = line({ answer: (send, earlier) => (broken ? refusing(send, earlier) : { kind: "sent" }) });
    await bus.start();
    await dying(bus, 30);
    const { bulk } = bus.deadLetters;
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    for (const filter of [{}, { from: 0 }, { from: "1970-01-01", to: tomorrow }, { from: Math.floor(Date.now() / 1_000) }])
      await expect(bulk.start({ verb: "redrive", filter })).rejects.toThrow("say which dead letters are meant");
    await expect(bulk.start({ verb: "discard", all: true })).rejects.toThrow("say why");
    expect(await bus.deadLetters.preview({ queue: "email" })).toMatchObject({
      total: 30,
      parts: [{ queue: "email", subscriber: "by-post", reasonClass: "rejected", count: 30 }],
      samples: { length: 10 },
    });
    expect(sends).toHaveLength(30);

    broken = false;
    const { id } = await bulk.start({ verb: "redrive", filter: { queue: "email" }, actor: "ravi", reason: "mailboxes made" });
    const cut = new AbortController();
    const first = await bulk.work(id, { signal: cut.signal, onProgress: () => cut.abort() });
    expect(first).toMatchObject({ state: "running", total: 30 });
    await expect.poll(() => sends.length).toBe(40);
    const last = await bulk.work(id);
    // What was not noted before the cut is told of, and does not look lost.
    expect(last).toMatchObject({ state: "finished", done: 20, refused: 0, uncounted: 10 });
    await expect.poll(() => sends.length).toBe(60);
    expect(await total(bus)).toBe(0);
    expect(new Set(sends.slice(30).map(({ deliveryId }) => deliveryId)).size).toBe(30);
    expect((await bulk.list()).operations).toMatchObject([
      { id, verb: "redrive", state: "finished", actor: "ravi", reason: "mailboxes made" },
    ]);
    expect((await bus.audit({ count: 1 })).entries).toMatchObject([
      { by: "ravi", what: "dead-letters.redrive", of: `dead letters of queue email (30, operation ${id})` },
    ]);
  });

  it("means nothing that dies after it began, keeps its pace, and can be told to end", async () => {
    const { bus, sends } = line();
    await bus.start();
    await dying(bus, 15);
    const { bulk } = bus.deadLetters;
    const { id } = await bulk.start({ verb: "redrive", all: true });
    // Cut off before its place was noted: all ten of the first round die again, and are not meant a second time.
    const cut = new AbortController();
    await bulk.work(id, { signal: cut.signal, onProgress: () => cut.abort() });
    await expect.poll(() => total(bus)).toBe(15);
    expect(await bulk.work(id)).toMatchObject({ state: "finished", total: 15, done: 5 });
    await expect.poll(() => total(bus)).toBe(15);
    const tries = sends.map(({ deliveryId }) => sends.filter((send) => send.deliveryId === deliveryId).length);
    expect(new Set(tries)).toEqual(new Set([2]));

    const paced = await bulk.start({ verb: "redrive", filter: { queue: "email", to: new Date().toISOString() }, pace: 10 });
    const begun = performance.now();
    await bulk.work(paced.id);
    expect(performance.now() - begun).toBeGreaterThan(900);
    await expect.poll(() => total(bus)).toBe(15);

    const slow = await bus.deadLetters.bulk.start({ verb: "discard", all: true, pace: 1, reason: "a test" });
    bus.deadLetters.bulk.workBeside(slow.id);
    await expect.poll(async () => (await total(bus)) < 15).toBe(true);
    expect(await bus.deadLetters.bulk.cancel(slow.id)).toMatchObject({ state: "cancelled" });
    expect(await total(bus)).toBeGreaterThan(0);
    await expect(bus.deadLetters.bulk.cancel("dl_unknown")).rejects.toThrow("No operation on dead letters");
  });

  it("sends nothing of what was sent meanwhile, and says so", async () => {
    const { bus, sends, prefix } = line();
    await bus.start();
    const dead = observed(bus, "dead", 2);
    await dying(bus, 2);
    const { delivery } = (await dead)[0]!;
    // A report of its provider, which came after it was given up.
    const ledger = redisLedger(redis, prefix);
    await ledger.reopen(delivery);
    await ledger.claim(delivery, { token: "other", lease: 5_000, mostDeaths: 5, now: Date.now() });
    await ledger.mark(delivery, "other", { kind: "sent", detail: "by hand" });
    expect(await bus.deadLetters.redrive([delivery.id])).toEqual({
      redriven: [],
      refused: [{ id: delivery.id, reason: expect.stringContaining("sent meanwhile") as string }],
    });
    expect(await total(bus)).toBe(1);
    expect(sends).toHaveLength(2);
    const trace = await bus.inspect.trace(delivery.event.id);
    expect(trace!.subscribers.flatMap(({ deliveries }) => deliveries)).toMatchObject([{ id: delivery.id, state: "sent" }]);
  });

  it("B6: and another one at the same moment: each is sent or discarded, none is lost between them", async () => {
    let mended = false;
    const { bus, sends } = line({ answer: (...send) => (mended ? { kind: "sent", messageId: "m-1" } : refusing(...send)) });
    await bus.start();
    await dying(bus, 60);
    mended = true;
    sends.length = 0;
    const { bulk } = bus.deadLetters;
    const both = await Promise.all((["redrive", "discard"] as const).map((verb) => bulk.start({ verb, all: true, reason: "a test" })));
    await Promise.all(both.map(({ id }) => bulk.work(id)));
    const replay = { topics: "ticket.booked", subscribers: "by-mail" } as const;
    await expect.poll(async () => (await bus.replay({ ...replay, preview: true })).underWay).toBe(0);
    expect(await bus.replay({ ...replay, preview: true })).toMatchObject({
      missing: 0,
      dead: 0,
      sent: sends.length,
      ended: 60 - sends.length,
    });
  });

  it("B6: of what the ledger does not know, too: one of two at the same moment does it, the other says what became of it", async () => {
    const { bus, prefix } = line();
    await bus.start();
    await withRouting(prefix, async (routing) => {
      await routing.add([poisoned("no event", "1-1"), poisoned("no event", "1-2")]);
      await expect.poll(() => total(bus)).toBe(2);
      await bus.channels.pause("routing");
      const verbs = deadLetterVerbs({
        queues: () => ({ routing }) as unknown as Queues,
        ledger: () => redisLedger(redis, prefix),
        unusable: async () => undefined,
      });
      // Both have found them before one of them does anything.
      const [again, up] = await routing.deadLetters({ from: 0, count: 2 });
      const both = async (letter: typeof again, order: readonly ("redrive" | "discard")[]) => {
        const ends = [];
        for (const verb of order) ends.push(await verbs[verb]("routing", letter as DeadLetter<AnyContent>, { reason: "a test" }));
        return ends;
      };
      expect(await both(again, ["redrive", "discard"])).toEqual([
        { kind: "done" },
        { kind: "refused", reason: "it was queued again meanwhile" },
      ]);
      expect(await both(up, ["discard", "redrive"])).toEqual([{ kind: "done" }, { kind: "refused", reason: "it was given up meanwhile" }]);
      expect(await routing.counts()).toMatchObject({ waiting: 1, dead: 0 });
      const late = { id: again!.content.id, reason: "it is no dead letter any more" };
      expect((await bus.deadLetters.discard([late.id], { reason: "a test" })).refused).toEqual([late]);
    });
  });

  it("discards nothing that somebody else has queued again meanwhile, be it on its way or sent", async () => {
    const { bus, prefix } = line();
    await bus.start();
    const dead = observed(bus, "dead");
    await dying(bus, 1);
    const { delivery } = (await dead)[0]!;
    const ledger = redisLedger(redis, prefix);
    const discard = async () => (await bus.deadLetters.discard([delivery.id], { reason: "a test" })).refused.map(({ reason }) => reason);
    await ledger.reopen(delivery);
    await ledger.claim(delivery, { token: "other", lease: 5_000, mostDeaths: 5, now: Date.now() });
    expect(await discard()).toEqual([expect.stringContaining("sending it right now")]);
    expect(await total(bus)).toBe(1);
    await ledger.mark(delivery, "other", { kind: "sent", detail: "by hand" });
    expect(await discard()).toEqual([expect.stringContaining("sent meanwhile")]);
    expect(await total(bus)).toBe(0);
    expect((await ledger.timeline(delivery)).map(({ step }) => step)).not.toContain("discarded");
  });
});

describe("an alarm", () => {
  it("A13: is raised once for all processes when dead letters reach their threshold, and again only after they were fewer", async () => {
    const logged: string[] = [];
    const logger: Logger = { ...silentLogger, warn: (_, text) => void logged.push(text!), child: () => logger };
    const first = line({ threshold: 3, logger });
    const second = line({ threshold: 3, prefix: first.prefix, logger });
    const counted = await Promise.all([first, second].map(({ bus }) => createMetrics({ bus: bus as unknown as Bus })));
    const told: unknown[] = [];
    for (const { bus } of [first, second]) bus.on("deadLettersThresholdReached", (fact) => told.push(fact));
    await Promise.all([first.bus.start(), second.bus.start()]);
    await dying(first.bus, 2);
    expect(told).toEqual([]);
    await dying(first.bus, 4, 3);
    await expect.poll(() => told).toMatchObject([{ queue: "email", threshold: 3 }]);
    const raised = async () =>
      (await first.bus.inspect.events(100)).flatMap(({ type, data }) => (type === "dead_letters.threshold_reached" ? [data] : []));
    await expect.poll(raised).toMatchObject([{ queue: "email", threshold: 3, since: expect.any(String) as string }]);

    // Told is told, also when who told it was given its time.
    await redis.hset(`${first.prefix}:dead-letters:{shop.email}:alarm`, "asked", 1);
    await dying(first.bus, 1, 20);
    expect(told).toHaveLength(1);
    expect(logged.filter((text) => text.includes("many dead letters"))).toHaveLength(1);
    const texts = await Promise.all(counted.map((metrics) => metrics.text()));
    expect(texts.filter((text) => text.includes('busbar_dead_letters_threshold_reached_total{queue="email"} 1'))).toHaveLength(1);

    await first.bus.deadLetters.bulk.work((await first.bus.deadLetters.bulk.start({ verb: "discard", all: true, reason: "a test" })).id);
    expect(await total(first.bus)).toBe(0);
    await dying(second.bus, 3, 10);
    await expect.poll(() => told).toHaveLength(2);
    await expect.poll(raised).toHaveLength(2);
  });
});
