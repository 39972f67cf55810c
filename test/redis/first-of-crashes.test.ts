import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { base32Alphabet } from "../../src/base/ids.ts";
import { silentLogger } from "../../src/base/logger.ts";
import type { Channel } from "../../src/channels/channel.ts";
import { catalogOf } from "../../src/define/catalog.ts";
import type { Delivery } from "../../src/define/delivery.ts";
import type { Outcome } from "../../src/define/outcome.ts";
import type { DeliveryStatus } from "../../src/define/status.ts";
import { defineSubscriber, defineTopic, pushTemplate, smsTemplate } from "../../src/index.ts";
import type { DeliveryQueue, FoundJob, Job, Verdict } from "../../src/queues/delivery-queue.ts";
import { plan } from "../../src/router/plan.ts";
import { eventOf } from "../../src/testing/index.ts";
import { deliver } from "../../src/workers/deliver.ts";
import { type Followers, followers } from "../../src/workers/followers.ts";
import type { Ledger } from "../../src/workers/ledger.ts";
import { redisLedger } from "../../src/workers/redis-ledger.ts";
import { stepByStep } from "../../src/workers/step-by-step.ts";
import type { Suppressions } from "../../src/workers/suppressions.ts";
import { testRedis } from "../support/redis.ts";

/**
 * The enumeration of crash points: the ledger is the real one, the queues are in memory, and the n-th call to either ends the process,
 * before it is made or after. Whatever it was, the next process comes to the same end.
 */
const { url, prefix } = testRedis();
const redis = new Redis(url);
const ledgerOf = (number: number): Ledger => redisLedger(redis, `${prefix}-${number}`);
afterAll(() => redis.disconnect());

const minute = 60_000;
const paid = defineTopic("payout.made", z.object({ device: z.string(), phone: z.e164() }), {
  example: { device: "ExponentPushToken[xxxxxxxxxxxxxxxxxxxxxx]", phone: "+919845012345" },
});
const data = z.object({});
const note = pushTemplate({ name: "paid", data, title: "Paid", body: "It is paid." });
const text = smsTemplate({ name: "paid", data, text: "It is paid." });
const told = defineSubscriber(paid, {
  name: "told",
  retry: { delay: "4m", attempts: 4, jitter: 0 },
  deliver: ({ push, sms, firstOf }) => [
    firstOf(
      push({ to: (event) => event.data.device, template: note, data: () => ({}) }),
      sms({ to: (event) => event.data.phone, template: text, data: () => ({}) }),
      { within: "10m" },
    ),
  ],
});

/** A process was killed. */
class Killed extends Error {}

interface Scenario {
  readonly name: string;
  /** What the provider of push answers at each try; the last one again and again. */
  readonly push: readonly Outcome[];
  /** Who carries push. Default: one that reports later. */
  readonly provider?: string;
  /** What that reports, as soon as it took the message. */
  readonly status?: DeliveryStatus;
  readonly change?: (delivery: Delivery) => Delivery;
  /** All of it is routed so many minutes late, and the last step is looked at first. */
  readonly late?: number;
  /** Whose providers are asked in the end. */
  readonly asked: readonly ("push" | "sms")[];
  /** When the last of them is; nobody has to wait for word that a killed process owed. */
  readonly minutes: number;
  /** Whose may be spared where the process dies before it can ask. */
  readonly spared?: "push";
}

const sent: Outcome = { kind: "sent", messageId: "m-1" };
const scenarios: readonly Scenario[] = [
  { name: "the first step arrives", push: [sent], status: "delivered", asked: ["push"], minutes: 0 },
  { name: "the first step is carried by a provider that says no more", push: [sent], provider: "fcm", asked: ["push"], minutes: 0 },
  { name: "the first step comes back", push: [sent], status: "bounced", asked: ["push", "sms"], minutes: 0 },
  { name: "nothing is heard of the first step, and all was routed late", push: [sent], late: 60, asked: ["push", "sms"], minutes: 70 },
  {
    name: "the first step is still tried, and all was routed late",
    push: [{ kind: "retry", reason: "503" }],
    late: 60,
    asked: ["push", "sms"],
    minutes: 70,
  },
  { name: "nothing is heard of the first step", push: [sent], asked: ["push", "sms"], minutes: 10 },
  { name: "the first step is refused", push: [{ kind: "reject", reason: "no" }], asked: ["push", "sms"], minutes: 0 },
  { name: "the first step's address is dead", push: [{ kind: "suppress", reason: "gone" }], asked: ["push", "sms"], minutes: 0 },
  {
    name: "the first step is still tried when its time is over",
    push: [{ kind: "retry", reason: "503" }],
    asked: ["push", "sms"],
    minutes: 10,
  },
  {
    name: "the first step is held when its time is over",
    push: [{ kind: "unknown", reason: "reset" }],
    asked: ["push", "sms"],
    minutes: 10,
    spared: "push",
  },
  {
    name: "the first step expires",
    push: [sent],
    change: (one) => (one.channel === "push" ? { ...one, expiresAt: 1 } : one),
    asked: ["sms"],
    minutes: 0,
  },
  {
    name: "the first step can never be sent",
    push: [sent],
    change: (one) => (one.channel === "push" ? { ...one, refusal: "to: wrong" } : one),
    asked: ["sms"],
    minutes: 0,
  },
];

let runs = 0;

/** Runs one event of a scenario to its end, in processes of which the first dies at a call. */
async function run(
  { push, provider = "expo", status, change = (one) => one, late = 0 }: Scenario,
  death?: { readonly at: number; readonly after: boolean },
) {
  const real = ledgerOf((runs += 1));
  let now = Date.parse("2026-01-01T00:00:00.000Z");
  const clock = { now: () => now, random: () => 0 };
  const id = base32Alphabet[Math.floor(runs / 32) % 32]! + base32Alphabet[runs % 32]!;
  const event = eventOf(paid, undefined, { id: `evt_${id}`, time: new Date(now).toISOString() });
  const deliveries = plan(told, event, { application: "test" }).deliveries.map((one) =>
    change({
      ...one,
      policy: { ...one.policy, ...(push[0]!.kind === "unknown" && one.channel === "push" ? { hold: 24 * 60 * minute } : {}) },
    }),
  );

  if (late > 0) deliveries.reverse();
  now += late * minute;

  let calls = 0;
  let killed = false;
  const dying = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return async (...args: unknown[]) => {
          // Whatever the killed process still does, nobody hears of it.
          if (killed && worker === first) throw new Killed("killed");
          const dies = !killed && death !== undefined && (calls += 1) === death.at;
          if (death === undefined) calls += 1;
          if (dies && !death.after) throw kill();
          const answer: unknown = await (method as (...given: unknown[]) => unknown).apply(target, args);
          if (dies) throw kill();
          return answer;
        };
      },
    });
  /** Nothing that the killed process still does counts. */
  const kill = (): Killed => ((killed = true), new Killed("killed"));

  const jobs = new Map<string, { content: Delivery; state: FoundJob<Delivery>["state"]; due: number; tries: number }>();
  const queueOf = (channel: string): DeliveryQueue<Delivery> =>
    ({
      name: channel,
      find: async (one: string) => {
        const job = jobs.get(one);
        return job && { content: job.content, state: job.state, attempts: job.tries };
      },
      wake: async (ids: readonly string[]) => {
        for (const one of ids) if (jobs.get(one)?.state === "delayed") Object.assign(jobs.get(one)!, { state: "waiting", due: now });
        return [];
      },
      remove: async (one: string) => jobs.get(one)?.state !== "active" && jobs.delete(one),
    }) as Partial<DeliveryQueue<Delivery>> as DeliveryQueue<Delivery>;

  const sends: string[] = [];
  let lastAt = now;
  const observed: string[] = [];
  const workerOf = (): {
    readonly handle: (job: Job<Delivery>) => Promise<Verdict<Delivery>>;
    readonly others: Followers;
    readonly ledger: Ledger;
  } => {
    // A lease that is over at once: the next process need not wait for it.
    const ledger = dying<Ledger>({ ...real, claim: (delivery, options) => real.claim(delivery, { ...options, lease: 0 }) });
    const queues = (channel: string) => dying(queueOf(channel));
    const observe = ((name: string, fact: { delivery?: Delivery }) => observed.push(`${name} ${fact.delivery?.channel}`)) as never;
    const others = followers({ ledger, queues, observe, logger: silentLogger });
    const channel = {
      render: async ({ channel: name }: { channel: string }) => name,
      send: async (name: string) => {
        const tries = sends.filter((one) => one === name).length;
        sends.push(name);
        lastAt = now;
        return name === "sms" ? { outcome: sent, provider: "none" } : { outcome: push[tries] ?? push.at(-1)!, provider };
      },
    };
    const shared = { ledger, queues, followers: others, clock, observe, logger: silentLogger };
    const suppressions = { find: async () => undefined, add: async () => undefined } as unknown as Suppressions;
    const handle = stepByStep(
      shared,
      deliver({
        ...shared,
        suppressions,
        track: async () => undefined,
        keepSent: () => undefined,
        catalog: catalogOf({ payoutMade: paid }, [told]),
        channel: channel as unknown as Channel,
        timeout: 1_000,
      }),
    );
    return { handle, others, ledger };
  };

  let worker = workerOf();
  const work = async (job: NonNullable<ReturnType<typeof jobs.get>>): Promise<void> => {
    job.state = "active";
    const verdict = await worker.handle({
      content: job.content,
      attempt: job.tries + 1,
      deaths: 0,
      signal: new AbortController().signal,
      save: async (content) => void (job.content = content),
      progress: async () => undefined,
    });
    // A port that failed may have been taken for a Redis that is away: a killed process says nothing to the queue all the same.
    if (killed && worker === first) throw new Killed("killed");
    if (verdict.kind === "done") job.state = "completed";
    else if (verdict.kind === "dead") job.state = "dead";
    else {
      if (verdict.kind === "again" && verdict.content !== undefined) job.content = verdict.content;
      Object.assign(job, {
        state: "delayed",
        due: now + (verdict.kind === "again" ? verdict.after : 4 * minute),
        tries: job.tries + (verdict.kind === "failed" ? 1 : 0),
      });
    }
  };
  const first = worker;
  const orDie = async (work_: () => Promise<void>): Promise<void> => {
    try {
      await work_();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      worker = workerOf();
      for (const job of jobs.values()) if (job.state === "active") job.state = "waiting";
      await work_();
    }
  };

  // The provider's report is a job of its own, done again until it is done.
  let reported = status === undefined;
  const report = async (): Promise<void> => {
    const delivery = deliveries.find(({ channel }) => channel === "push");
    await worker.ledger.report(delivery!, { status: status!, provider, messageId: "m-1", at: now });
    const [receipt] = await worker.ledger.receipts([delivery!]);
    if (receipt?.firstOf !== undefined)
      await worker.others.heard(
        { id: delivery!.id, event, firstOf: receipt.firstOf },
        { standing: "sent", status, acceptedAt: receipt.at },
      );
    if (killed && worker === first) throw new Killed("killed");
    reported = true;
  };

  for (const content of deliveries)
    jobs.set(content.id, {
      content,
      state: content.notBefore === undefined ? "waiting" : "delayed",
      due: content.notBefore ?? 0,
      tries: 0,
    });
  for (let rounds = 0; rounds < 60; rounds++) {
    const next = [...jobs.values()].find((job) => job.state === "waiting" || (job.state === "delayed" && job.due <= now));
    if (next !== undefined) await orDie(() => work(next));
    else if (!reported && sends.includes("push")) await orDie(report);
    else {
      const due = [...jobs.values()].flatMap((job) => (job.state === "delayed" ? [job.due] : []));
      if (due.length === 0) break;
      now = Math.min(...due);
    }
  }
  const open = [...jobs.values()].filter(({ state }) => state === "waiting" || state === "delayed" || state === "active");
  return {
    sends,
    open,
    calls,
    killed,
    observed,
    minutes: (lastAt - Date.parse(event.time)) / minute,
    standings: await real.standings(deliveries),
  };
}

describe.each(scenarios)("where $name, a firstOf", (scenario) => {
  it(`asks the providers of ${scenario.asked.join(", then ")}, and ends`, async () => {
    const { sends, open, minutes } = await run(scenario);
    expect([...new Set(sends)]).toEqual(scenario.asked);
    expect(open).toEqual([]);
    expect(minutes).toBe(scenario.minutes);
  });

  it("comes to the same wherever a process is killed", async () => {
    const { calls } = await run(scenario);
    expect(calls).toBeGreaterThanOrEqual(8);
    for (let at = 1; at <= calls; at += 1) {
      for (const after of [false, true]) {
        const { sends, open, killed, minutes } = await run(scenario, { at, after });
        const place = `killed ${after ? "after" : "before"} call ${at} of ${calls}: ${sends.join()}`;
        expect(killed, place).toBe(true);
        expect([...new Set([...sends, ...(scenario.spared ? [scenario.spared] : [])])].toSorted(), place).toEqual(scenario.asked);
        expect(open, place).toEqual([]);
        expect(minutes, place).toBeLessThanOrEqual(scenario.minutes + 0.1);
        // One more at most: what the killed process was sending.
        expect(sends.filter((one) => one === "sms").length, place).toBeLessThanOrEqual(scenario.asked.includes("sms") ? 2 : 0);
      }
    }
  });
});
