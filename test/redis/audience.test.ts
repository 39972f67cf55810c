import { describe, expect, it } from "vitest";
import * as z from "zod";
import {
  createBus,
  defineSubscriber,
  defineTopic,
  type AudienceContext,
  type AudiencePage,
  emailTemplate,
  type Subscriber,
} from "../../src/index.ts";
import { busesOf } from "../support/buses.ts";
import { observed, recordingProvider } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix: filePrefix } = testRedis();
let made = 0;
const newPrefix = (): string => `${filePrefix}-${(made += 1)}`;
const newBus = busesOf();

const rankChanged = defineTopic("model.rank_changed", z.object({ modelId: z.string(), rank: z.int() }));
const topics = { modelRankChanged: rankChanged };
const rankEmail = emailTemplate({
  name: "rank",
  data: z.object({ name: z.string(), rank: z.int() }),
  subject: "No. {{rank}}, {{name}}",
  mjml: "<mjml><mj-body><mj-section><mj-column><mj-text>{{name}}</mj-text></mj-column></mj-section></mj-body></mjml>",
  text: "{{name}}",
});

interface Supporter {
  readonly to: string;
  readonly name: string;
}
const supporters = (count: number, from = 0): Supporter[] =>
  Array.from({ length: count }, (_, index) => ({ to: `s${from + index}@example.in`, name: `S${from + index}` }));

type Page = (context: AudienceContext) => AudiencePage<Supporter> | Promise<AudiencePage<Supporter>>;

function line(page: Page, { prefix = newPrefix(), attempts = 3 } = {}) {
  const { provider, sends } = recordingProvider();
  const subscriber = defineSubscriber(rankChanged, {
    name: "rank-update",
    deliver: ({ email }) => [
      email({
        audience: async (_event, context) => page(context),
        template: rankEmail,
        data: ({ data }, { name }) => ({ name, rank: data.rank }),
        retry: { attempts, delay: 10, jitter: 0 },
      }),
    ],
  });
  const bus = newBus(() =>
    createBus({
      application: "test",
      topics,
      subscribers: [subscriber],
      redis: url,
      prefix,
      channels: { email: { from: "vote@example.in", providers: [provider], rateLimit: false, concurrency: 20 } },
      send: { live: true },
    }),
  );
  return { bus, sends };
}

/** A store of so many, in pages of 100, that remembers what it was asked. */
function store(count: number) {
  const asked: unknown[] = [];
  const page: Page = ({ cursor }) => {
    asked.push(cursor);
    const from = Number(cursor ?? 0);
    return { recipients: supporters(Math.min(100, count - from), from), ...(from + 100 < count ? { next: from + 100 } : {}) };
  };
  return { asked, page };
}

const event = { modelId: "m_1", rank: 3 };

describe("D3: an audience", () => {
  it("gets one message each, page by page, with data made for each recipient", async () => {
    const { asked, page } = store(250);
    const { bus, sends } = line(page);
    const [sent, done] = [observed(bus, "sent", 250), observed(bus, "audienceDone")];
    await bus.start();
    const { id } = await bus.publishEvent.modelRankChanged(event);
    await sent;
    expect((await done)[0]).toMatchObject({ released: 250, route: "email" });
    expect(asked).toEqual([undefined, 100, 200]);
    expect(new Set(sends.map(({ message }) => message.to)).size).toBe(250);
    expect(sends.find(({ message }) => message.to === "s7@example.in")!.message.subject).toBe("No. 3, S7");
    const [routing] = await bus.inspect.deliveries((await bus.inspect.events(1)).find((each) => each.id === id)!);
    expect([routing!.deliveries.length, routing!.more]).toEqual([100, 150]);
  });

  it("of nobody is done at once", async () => {
    const { bus } = line(() => ({ recipients: [] }));
    const done = observed(bus, "audienceDone");
    await bus.start();
    await bus.publishEvent.modelRankChanged(event);
    expect((await done)[0]).toMatchObject({ released: 0 });
  });

  it("goes on at the page that failed, and each page has all its attempts", async () => {
    const failed = new Set<unknown>();
    const { asked, page } = store(250);
    const { bus, sends } = line(
      (context) => {
        const times = [...failed].filter((key) => key === context.cursor).length;
        if (times === 0 && context.cursor !== undefined) {
          failed.add(context.cursor);
          throw new Error("the database is away");
        }
        return page(context);
      },
      { attempts: 2 },
    );
    const [sent, retrying] = [observed(bus, "sent", 250), observed(bus, "audienceRetrying", 2)];
    await bus.start();
    await bus.publishEvent.modelRankChanged(event);
    await sent;
    expect((await retrying).map(({ reason }) => reason)).toEqual(["the database is away", "the database is away"]);
    expect(asked).toEqual([undefined, 100, 200]);
    expect(sends).toHaveLength(250);
  });

  it("of endless empty pages does not hold up a stop, and is gone on with at its place", async () => {
    const prefix = newPrefix();
    const asked: unknown[] = [];
    const page: Page = ({ cursor }) => {
      asked.push(cursor);
      return { recipients: [], next: Number(cursor ?? 0) + 1 };
    };
    const { bus } = line(page, { prefix });
    await bus.start();
    await bus.publishEvent.modelRankChanged(event);
    await expect.poll(() => asked.length).toBeGreaterThan(5);
    await bus.stop();
    const stoppedAt = asked.length;
    const second = line(({ cursor }) => ({ recipients: [], ...(asked.push(cursor) === 0 ? { next: 1 } : {}) }), { prefix }).bus;
    const done = observed(second, "audienceDone");
    await second.start();
    await done;
    expect(asked.slice(stoppedAt)).toEqual([stoppedAt]);
  });

  it("that keeps failing is a dead letter, and redriven it goes on where it was", async () => {
    let broken = true;
    const { asked, page } = store(150);
    const { bus, sends } = line((context) => {
      if (broken && context.cursor === 100) throw new Error("the database is away");
      return page(context);
    });
    const [dead, sent] = [observed(bus, "audienceDead"), observed(bus, "sent", 150)];
    await bus.start();
    await bus.publishEvent.modelRankChanged(event);
    expect((await dead)[0]).toMatchObject({ released: 100, reason: "the database is away (try 3 of 3)" });
    await expect.poll(async () => (await bus.deadLetters.list()).deadLetters.length).toBe(1);
    const [letter] = (await bus.deadLetters.list()).deadLetters;
    expect(letter).toMatchObject({ queue: "audiences", subscriber: "rank-update", route: "email", event: { type: "model.rank_changed" } });
    broken = false;
    expect((await bus.deadLetters.redrive([letter!.id])).redriven).toEqual([letter!.id]);
    await sent;
    expect(asked).toEqual([undefined, 100]);
    expect(sends).toHaveLength(150);
  });

  it.each([
    ["repeats its cursor", (cursor: unknown) => (cursor === undefined ? "a" : "a")],
    ["goes round in a circle", (cursor: unknown) => ({ a: "b", b: "c", c: "a" })[String(cursor)] ?? "a"],
  ])("that %s ends as a dead letter", async (_name, next) => {
    const { bus } = line(({ cursor }) => ({ recipients: supporters(1), next: next(cursor) }));
    const dead = observed(bus, "audienceDead");
    await bus.start();
    await bus.publishEvent.modelRankChanged(event);
    expect((await dead)[0]!.reason).toMatch(/repeats its cursor "[abc]": it would never end/);
  });

  it.each([
    ["nothing", undefined, /recipients is no list/],
    ["a list in place of a page", [], /recipients is no list/],
    ["a misspelt next", { recipients: [], nxt: "2" }, /it knows no option "nxt": did you mean "next"\?/],
    ["a cursor that is no cursor", { recipients: [], next: { page: 2 } }, /next must be text or a number/],
    ["recipients that the template cannot take", { recipients: [{ to: "a@b.co", name: 7 }] }, /data does not fit template "rank": name: /],
  ])("that returns %s ends as a dead letter that says so", async (_name, page, reason) => {
    const { bus } = line(() => page as never);
    const dead = observed(bus, "audienceDead");
    await bus.start();
    await bus.publishEvent.modelRankChanged(event);
    expect((await dead)[0]!.reason).toMatch(reason);
  });

  it("with recipients among others who cannot be written to sends to all others", async () => {
    const wrong = [{ to: "nobody", name: "N" }, { to: 7, name: "N" }, { to: "no.name@example.in" }, null] as never[];
    const { bus, sends } = line(() => ({ recipients: [...supporters(3), ...wrong] }));
    const [sent, dead] = [observed(bus, "sent", 3), observed(bus, "dead", 4)];
    await bus.start();
    await bus.publishEvent.modelRankChanged(event);
    await sent;
    expect((await dead).map(({ reason }) => reason).toSorted()).toEqual([
      expect.stringMatching(/data does not fit template "rank": name: /),
      'to: "nobody" is not an e-mail address',
      "to: an e-mail address is text, not null",
      "to: an e-mail address is text, not number",
    ]);
    expect(sends).toHaveLength(3);
  });

  it("of 100,000 in one page is released in batches, never more than the queue should hold, and survives a stop in the middle", async () => {
    const everyone = supporters(100_000);
    let calls = 0;
    const prefix = newPrefix();
    const page: Page = () => {
      calls += 1;
      return { recipients: everyone };
    };
    const first = line(page, { prefix }).bus;
    const released = observed(first, "released", 2);
    // Nobody sends: the queue fills up to its mark, and the audience waits.
    await first.start({ only: ["router"] });
    await first.publishEvent.modelRankChanged(event);
    await released;
    expect((await first.inspect.queues())["email"]!.waiting).toBe(1_000);
    await first.stop();
    const second = line(page, { prefix }).bus;
    const more = observed(second, "released", 4);
    await second.start();
    await more;
    expect((await second.inspect.queues())["email"]!.waiting).toBeLessThanOrEqual(1_500);
    await second.stop();
    expect(calls).toBe(2);
  });
});

it("an audience never stands before one person's message of the same priority", async () => {
  const prefix = newPrefix();
  const personal = defineSubscriber(rankChanged, {
    name: "personal",
    deliver: ({ email }) => [
      email({ to: () => "one@example.in", template: rankEmail, data: ({ data }) => ({ name: "One", rank: data.rank }), delay: 0 }),
    ],
  });
  const crowd = defineSubscriber(rankChanged, {
    name: "crowd",
    deliver: ({ email }) => [
      email({
        audience: async () => ({ recipients: supporters(50) }),
        template: rankEmail,
        data: ({ data }, { name }) => ({ name, rank: data.rank }),
      }),
    ],
  });
  const { provider, sends } = recordingProvider();
  const channels = { email: { from: "vote@example.in", providers: [provider], rateLimit: false, concurrency: 1 } } as const;
  const busOf = (subscribers: readonly Subscriber[]) =>
    newBus(() => createBus({ application: "test", topics, subscribers, redis: url, prefix, channels, send: { live: true } }));
  const first = busOf([crowd]);
  const done = observed(first, "audienceDone");
  await first.start({ only: ["router"] });
  await first.publishEvent.modelRankChanged(event);
  await done;
  await first.stop();
  // It was added later, so it begins with what is published from now on.
  const second = busOf([personal]);
  const routed = observed(second, "routed");
  await second.start({ only: ["router"] });
  await second.publishEvent.modelRankChanged(event);
  await routed;
  await second.stop();
  const workers = busOf([personal, crowd]);
  const sent = observed(workers, "sent", 51);
  await workers.start({ only: ["workers"] });
  await sent;
  expect(sends[0]!.message.to).toBe("one@example.in");
});
