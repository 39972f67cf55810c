import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import * as z from "zod";
import type { EmailMessage } from "../../src/define/message.ts";
import type { Outcome } from "../../src/define/outcome.ts";
import type { Logger } from "../../src/base/logger.ts";
import {
  createBus,
  defineSubscriber,
  defineTopic,
  emailTemplate,
  pii,
  type PublishOptions,
  secret,
  type Subscriber,
} from "../../src/index.ts";
import type { Provider } from "../../src/providers/index.ts";
import { newKey } from "../../src/vault/key-ring.ts";
import { busesOf } from "../support/buses.ts";
import { everythingIn } from "../support/everything-in-redis.ts";
import { observed } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const keep = busesOf();
const redis = new Redis(url);
afterAll(() => redis.disconnect());

const topic = defineTopic(
  "reset.requested",
  z.object({ email: pii(z.email()), code: secret(z.string().min(4)), link: secret(z.url()), note: z.string() }),
);
const texts = {
  subject: "Reset",
  mjml: "<mjml><mj-body><mj-section><mj-column><mj-text>{{code}} {{url}} {{note}}</mj-text></mj-column></mj-section></mj-body></mjml>",
  text: "{{code}} {{url}} {{note}}",
};
const mail = emailTemplate({
  name: "reset",
  data: z.object({ code: z.string().regex(/^\w+-\w+$/), url: z.url(), note: z.string() }),
  ...texts,
});
const seen: { readonly at: string; readonly value: unknown }[] = [];
const byMail = defineSubscriber(topic, {
  name: "by-mail",
  deliver: ({ email }) => [
    email({
      when: ({ data }) => {
        seen.push({ at: "when", value: data.code });
        return true;
      },
      to: ({ data }) => data.email,
      template: mail,
      data: ({ data }) => ({ code: data.code, url: `${data.link}?with=${encodeURIComponent(data.code)}`, note: data.note }),
      retry: { delay: 20, jitter: 0, attempts: 2 },
    }),
  ],
});
const byCode = defineSubscriber(topic, {
  name: "by-code",
  deliver: ({ handler }) => [
    handler({
      handle: async ({ data, ...event }, { log, progress }) => {
        log.child({ code: data.code }).info({ data, link: new URL(data.link), wrong: new Error(`not ${data.code}`) }, `given ${data.code}`);
        progress({ done: 1, note: `tried ${data.code}` });
        seen.push({ at: "handle", value: { ...data, more: Object.keys(event).includes("sealed") } });
        if (data.note === "throws") throw new Error(`by-code cannot use ${data.code}`);
      },
      retry: { delay: 20, jitter: 0, attempts: 1 },
    }),
  ],
});

const logged: unknown[] = [];
/** As pino writes: in JSON. */
const recordingLogger = (lines: unknown[], fields: object = {}): Logger => {
  const write = (more: object, message: string): void => void lines.push(JSON.parse(JSON.stringify({ ...fields, ...more, message })));
  return { debug: write, info: write, warn: write, error: write, child: (more) => recordingLogger(lines, { ...fields, ...more }) };
};

const keys = [newKey("one")];
let number = 0;

function line(
  answer: (message: EmailMessage) => Outcome = () => ({ kind: "sent" }),
  given: readonly string[] = keys,
  subscribers: readonly Subscriber[] = [byMail, byCode],
) {
  const messages: EmailMessage[] = [];
  const provider: Provider<EmailMessage> = {
    name: "recorder",
    async send(message) {
      messages.push(message);
      return answer(message);
    },
    close: async () => undefined,
  };
  const email = { from: "from@example.com", providers: [provider], rateLimit: false, circuit: false } as const;
  const application = `app${number++}`;
  const bus = keep(() =>
    createBus({
      application,
      topics: { resetRequested: topic },
      subscribers,
      redis: url,
      prefix: `${prefix}-${application}`,
      keys: given,
      channels: { email },
      send: { live: true },
      logger: recordingLogger(logged),
    }),
  );
  return { bus, messages, own: `${prefix}-${application}` };
}

describe("C11: secret fields", () => {
  const payload = { email: "asha@example.in", code: "K7-canary1", link: "https://shop.example.in/r/canary2", note: "hello" };

  it("are sealed in log and job, open in the message and for the handler, and gone from the job when it has ended", async () => {
    const { bus, messages, own } = line();
    seen.length = 0;
    await bus.publishEvent.resetRequested(payload);
    const before = await everythingIn(redis, own);
    expect(before).toContain("$enc");
    expect(before).not.toContain("canary");
    await bus.start();
    await observed(bus, "sent", 2);
    expect(messages[0]!.text).toBe("K7-canary1 https://shop.example.in/r/canary2?with=K7-canary1 hello");
    expect(seen.find(({ at }) => at === "handle")?.value).toEqual({ ...payload, more: false });
    expect(seen.find(({ at }) => at === "when")?.value).toMatch(/^busbar-sealed:/);
    await bus.stop();
    const after = await everythingIn(redis, own);
    expect(after).not.toContain("canary");
    const jobs = after.split("\n").filter((row) => /:\{app\d+\.(email|handler)\}:[dr]_/.test(row));
    expect(jobs).toHaveLength(2);
    for (const job of jobs) expect(job).not.toContain('"ct"');
  });

  it("are sealed in a dead letter, which can be sent after all, and in what was said of the try", async () => {
    let refusing = true;
    const { bus, messages, own } = line(({ text }) => (refusing ? { kind: "reject", reason: `bad content: ${text}` } : { kind: "sent" }));
    await bus.start();
    const dead = observed(bus, "dead", 2);
    await bus.publishEvent.resetRequested({ ...payload, note: "throws" });
    const facts = await dead;
    expect(JSON.stringify(facts)).not.toContain("canary");
    expect(facts.map(({ reason }) => reason).join()).toContain("cannot use [secret]");
    // The name of a subscriber is nobody's data.
    const { delivery } = facts.find(({ delivery: { channel } }) => channel === "handler")!;
    expect((await bus.deliveries.status(delivery.id))!.reason).toContain("by-code cannot use [secret]");
    expect(await everythingIn(redis, own)).not.toContain("canary");
    const { deadLetters: letters } = await bus.deadLetters.list({ queue: "email" });
    expect(letters[0]!.reason).toContain("bad content: [secret]");
    refusing = false;
    const sent = observed(bus, "sent");
    await bus.deadLetters.redrive([letters[0]!.id]);
    await sent;
    expect(messages.at(-1)!.text).toContain("K7-canary1 https://");
  });

  it("are in no line that the handler writes with its log, and in no note of its progress", async () => {
    const { bus } = line();
    logged.length = 0;
    const progress = observed(bus, "progress");
    await bus.start();
    await bus.publishEvent.resetRequested(payload);
    expect((await progress)[0]).toMatchObject({ progress: { done: 1, note: "tried [secret]" } });
    expect(logged).toContainEqual(
      expect.objectContaining({
        message: "given [secret]",
        code: "[secret]",
        data: { email: "as…@example.in", code: "[secret]", link: "[secret]", note: "hello" },
        link: "[secret]",
        wrong: expect.objectContaining({ message: "not [secret]" }) as object,
        event: expect.any(String) as string,
      }),
    );
    expect(JSON.stringify(logged)).not.toContain("canary");
  });

  it("a worker without the key leaves the delivery to one that has it, and burns no try", async () => {
    const { bus, own } = line(undefined, [newKey("one")]);
    await bus.publishEvent.resetRequested(payload);
    const other = keep(() =>
      createBus({
        application: bus === undefined ? "" : own.slice(prefix.length + 1),
        topics: { resetRequested: topic },
        subscribers: [byCode],
        redis: url,
        prefix: own,
        keys: [newKey("two")],
      }),
    );
    const retrying = observed(other, "retrying");
    await other.start();
    const [{ reason, burned }] = (await retrying) as unknown as [{ reason: string; burned: boolean }];
    expect({ reason, burned }).toEqual({
      reason: 'it is sealed with the key "one", which the BUSBAR_KEYS of this process do not hold',
      burned: false,
    });
  });

  it("without a key, a start and a publish are refused with the line that makes one", async () => {
    const { bus } = line(undefined, []);
    await expect(bus.publishEvent.resetRequested(payload)).rejects.toThrow(/BUSBAR_KEYS=2026a:\$\(openssl rand -base64 32\)/);
    // Set in the environment it helps nobody whose own code makes the bus.
    await expect(bus.publishEvent.resetRequested(payload)).rejects.toThrow(
      "createBus reads no variable itself: give it keys: process.env.",
    );
    await expect(bus.start()).rejects.toThrow(/topic "reset.requested": it has secret\(\) fields/);
  });

  it("the same payload under one idempotency key or id is one event, although it is sealed in another way each time; also after a rotation", async () => {
    const { bus, own } = line();
    const first = await bus.publishEvent.resetRequested(payload, { idempotencyKey: "k1" });
    expect(await bus.publishEvent.resetRequested(payload, { idempotencyKey: "k1" })).toMatchObject({ id: first.id, repeated: true });
    await expect(bus.publishEvent.resetRequested({ ...payload, code: "K7-other" }, { idempotencyKey: "k1" })).rejects.toThrow(
      /another payload/,
    );
    await bus.publishEvent.resetRequested(payload, { id: "e1" });
    expect(await bus.publishEvent.resetRequested(payload, { id: "e1" })).toMatchObject({ id: "e1", repeated: true });
    await expect(bus.publishEvent.resetRequested({ ...payload, code: "K7-other" }, { id: "e1" })).rejects.toThrow(/another payload/);
    const rotated = keep(() =>
      createBus({ application: "rotated", topics: { resetRequested: topic }, redis: url, prefix: own, keys: [newKey("two"), ...keys] }),
    );
    expect(await rotated.publishEvent.resetRequested(payload, { idempotencyKey: "k1" })).toMatchObject({ id: first.id, repeated: true });
    expect(await rotated.publishEvent.resetRequested(payload, { id: "e1" })).toMatchObject({ repeated: true });
  });

  it("and personal data are masked in a local run, whose code sees the event as it is, until somebody asks on the record", async () => {
    const loose = emailTemplate({ ...texts, name: "loose", data: z.object({ code: z.string(), url: z.url(), note: z.string() }) });
    const byLoose = defineSubscriber(topic, {
      name: "by-mail",
      deliver: ({ email }) => [
        email({
          to: ({ data }) => data.email,
          template: loose,
          data: ({ data }) => {
            seen.push({ at: "data", value: data.email });
            return { code: data.code, url: `${data.link}?with=${encodeURIComponent(data.code)}`, note: `to ${data.email}` };
          },
        }),
      ],
    });
    const { bus } = line(undefined, keys, [byLoose, byCode]);
    const { id } = await bus.publishEvent.resetRequested({ ...payload, note: "throws" });
    seen.length = 0;
    const run = await bus.replays.local({ event: id, subscriber: "by-mail" });
    expect(run.deliveries).toMatchObject([
      { to: "as…@example.in", rendered: { text: "[secret] [secret]?with=[secret] to as…@example.in" } },
    ]);
    expect(JSON.stringify(run)).not.toMatch(/asha|canary|busbar-sealed/);
    expect(seen).toEqual([{ at: "data", value: payload.email }]);
    const handled = await bus.replays.local({ event: id, subscriber: "by-code" });
    expect(handled.deliveries).toMatchObject([{ to: "by-code", problem: expect.stringContaining("cannot use [secret]") as string }]);
    expect(JSON.stringify(handled)).not.toMatch(/asha|canary|busbar-sealed/);
    expect((await bus.audit()).entries).toEqual([]);

    const showPii = { actor: "ravi", reason: "ticket 9" };
    const open = await bus.replays.local({ event: id, subscriber: "by-mail", showPii });
    expect(open).toMatchObject({
      event: { data: { email: payload.email, code: "[secret]" } },
      deliveries: [{ to: payload.email, rendered: { text: "[secret] [secret]?with=[secret] to asha@example.in" } }],
    });
    expect((await bus.audit()).entries).toMatchObject([
      { by: "ravi", what: "show-pii", of: `the local run of ${id} through by-mail`, reason: "ticket 9" },
    ]);
  });

  it("may not be told by what stands in the clear beside the payload", async () => {
    const { bus } = line();
    await expect(bus.publishEvent.resetRequested(payload, { key: payload.code })).rejects.toThrow(
      /key: it says what code holds, which is sealed/,
    );
    const publish = (options: PublishOptions) => bus.publishEvent.resetRequested({ ...payload, code: "999888" }, options);
    for (const told of [
      { idempotencyKey: "pick-999888" },
      { key: "pick999888" },
      { correlationId: "c-999888" },
      { causationId: "999888/1" },
      { id: "e-999888" },
    ])
      await expect(publish(told), JSON.stringify(told)).rejects.toThrow(`${Object.keys(told)[0]!}: it says what code holds`);
    await expect(publish({ key: `r ${payload.link}` })).rejects.toThrow("key: it says what link holds");
    // Chance: digits of a longer number.
    for (const untold of [{ key: "order-20999888" }, { idempotencyKey: "9998881" }]) await publish(untold);
    const standing = (code: string, key: string) => bus.publishEvent.resetRequested({ ...payload, code }, { key });
    await standing("K7AB", "K7ABC-1");
    await expect(standing("K7AB", "u1-K7AB-1")).rejects.toThrow("key: it says what code holds");
  });
});
