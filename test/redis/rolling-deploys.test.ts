/** router.md's rolling deploys: two builds of an application overlap under load, and each event still goes to each of its subscribers once. */
import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { defineSubscriber, type Subscriber } from "../../src/index.ts";
import { bullmqQueue } from "../../src/queues/bullmq-queue.ts";
import { observed, orderPlaced, receiptEmail, recordingProvider, testLine } from "../support/line.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix: filePrefix } = testRedis();
const line = testLine();
const redis = new Redis(url);
afterAll(() => redis.disconnect());

/** Events that are on their way at once. */
const onTheirWay = 10;
/** So many messages leave between two deploys. */
const sendsBetween = 15;
/** Past the wait of a delivery that a worker did not know. */
const laterMs = 60_000;

type Build = readonly Subscriber[];

/** Writes to an address of its own, which a new name does not change. */
const subscriber = (name: string, formerly?: string): Subscriber =>
  defineSubscriber(orderPlaced, {
    name,
    ...(formerly === undefined ? {} : { formerly }),
    deliver: ({ email }) => [
      email({ to: () => `${formerly ?? name}@example.com`, template: receiptEmail, data: ({ data }) => ({ orderId: data.orderId }) }),
    ],
  });

describe("rolling deploys under load lose nothing and double nothing", () => {
  it("of a build with an added subscriber: it gets exactly what came since its registration", async () => {
    const [without, with_] = [[subscriber("mail")], [subscriber("mail"), subscriber("added")]];
    const { published, sent } = await deploy([without, with_, without, with_]);
    expect(of("mail", sent)).toEqual(published.toSorted());
    const added = of("added", sent);
    const first = published.findIndex((id) => added.includes(id));
    expect(first).toBeGreaterThan(0);
    expect(added).toEqual(published.slice(first).toSorted());
  });

  it("of a build without a removed subscriber: should it come back, it goes on where it was", async () => {
    const [without, with_] = [[subscriber("mail")], [subscriber("mail"), subscriber("removed")]];
    const { published, sent } = await deploy([with_, without, with_, without, with_]);
    expect(of("mail", sent)).toEqual(published.toSorted());
    expect(of("removed", sent)).toEqual(published.toSorted());
  });

  it("of a build that renamed a subscriber, with `formerly`: both names are one", async () => {
    const [before, after] = [[subscriber("mail")], [subscriber("letters", "mail")]];
    const { published, sent } = await deploy([before, after, before, after]);
    expect(of("mail", sent)).toEqual(published.toSorted());
    expect(sent).toHaveLength(published.length);
  });
});

type Running = ReturnType<typeof line.bus>;
let made = 0;

/** Lets each build take the place of the one before, under load, and says what was published, in the order of the log, and sent. */
async function deploy(builds: readonly Build[]): Promise<{ published: readonly string[]; sent: readonly string[] }> {
  const prefix = `${filePrefix}-${(made += 1)}`;
  const publisher = line.bus({ url, prefix });
  const publishing = new Set<Promise<unknown>>();
  let count = 0;
  let over = false;
  const publish = (): void => {
    const publication = publisher.publishEvent.orderPlaced({ orderId: `A-${(count += 1)}`, email: "" });
    publishing.add(publication.finally(() => publishing.delete(publication)));
  };
  const { provider, sends } = recordingProvider(({ message }) => {
    if (message.to === "mail@example.com" && !over) publish();
    return { kind: "sent" };
  });

  const start = async (subscribers: Build) => {
    const bus = line.bus({ url, prefix, provider, subscribers });
    const some = observed(bus, "sent", sendsBetween);
    await bus.start();
    return { bus, some };
  };
  let running = await start(builds[0]!);
  for (let each = 0; each < onTheirWay; each++) publish();
  await running.some;
  for (const build of builds.slice(1)) {
    const next = await start(build);
    await running.bus.stop();
    await next.some;
    running = next;
  }
  over = true;
  await Promise.all(publishing);

  // What a worker of the other build put back for later.
  await handOutLater(prefix);
  await settled(running.bus);
  await running.bus.stop();
  const entries = await redis.xrange(`${prefix}:{0}:log:order.placed`, "-", "+");
  return {
    published: entries.map(([, fields]) => (JSON.parse(fields[3]!) as { data: { orderId: string } }).data.orderId),
    sent: sends.map(({ message }) => `${message.to} ${message.subject}`),
  };
}

const of = (name: string, sent: readonly string[]): string[] =>
  sent.flatMap((each) => (each.startsWith(`${name}@`) ? [each.split(" ").at(-1)!] : [])).toSorted();

async function handOutLater(prefix: string): Promise<void> {
  const clock = { now: () => Date.now() + laterMs };
  const options = { url, prefix, application: "test", name: "email", logger: silentLogger, clock };
  const queue = bullmqQueue({ ...options, keepCompleted: { age: laterMs, count: 10 } });
  await queue.handOutDue();
  await queue.close();
}

/** Resolves when everybody has read everything and no job waits; those under way are finished by a stop. */
async function settled(bus: Running): Promise<void> {
  const isSettled = async (): Promise<boolean> => {
    const [positions, queues] = await Promise.all([bus.subscribers.list(), bus.inspect.queues()]);
    return (
      positions.every(({ lag, pending }) => lag === 0 && pending === 0) &&
      Object.values(queues).every(({ waiting, delayed }) => waiting + delayed === 0)
    );
  };
  await new Promise<void>((resolve) => {
    const look = (): void => void isSettled().then((is) => is && resolve());
    bus.on("routed", look);
    bus.on("sent", look);
    look();
  });
}
