import * as z from "zod";
import { createBus, defineTopic, pii, secret } from "../src/index.ts";
import { newKey } from "../src/vault/key-ring.ts";
import { ownTime } from "./own-time.ts";
import { percentile } from "./percentile.ts";
import type { Result } from "./result.ts";
import { withRedis } from "./temporary.ts";

const rounds = 12;
const eventsInRound = { 1: 500, 64: 3_000 } as const;
type AtOnce = keyof typeof eventsInRound;
/** As many people as publish within the five seconds that a process remembers their keys. */
const people = 1_000;

/** One payload in four topics: all of it in the clear; with a secret; with three fields under the key of their person; with both. */
const shared = { id: z.string(), customerId: z.string(), amount: z.number(), reason: z.string() };
const clear = { code: z.string(), name: z.string(), email: z.email(), phone: z.string() };
const subject = "customerId";
const code = { code: secret(clear.code) };
const person = { name: pii(clear.name, { subject }), email: pii(clear.email, { subject }), phone: pii(clear.phone, { subject }) };
const key = ({ id }: { readonly id: string }): string => id;
const topics = {
  plainNoted: defineTopic("plain.noted", z.object({ ...shared, ...clear }), { key }),
  secretNoted: defineTopic("secret.noted", z.object({ ...shared, ...clear, ...code }), { key }),
  personNoted: defineTopic("person.noted", z.object({ ...shared, ...clear, ...person }), { key }),
  bothNoted: defineTopic("both.noted", z.object({ ...shared, ...code, ...person }), { key }),
};
type Name = keyof typeof topics;
const names = Object.keys(topics) as Name[];
const words: Readonly<Record<Name, string>> = {
  plainNoted: "a plain topic",
  secretNoted: "one with a secret",
  personNoted: "one with three fields of a person",
  bothNoted: "one with both",
};

interface Round {
  /** Events a second. */
  readonly rate: number;
  /** Processor time of the publishing thread, microseconds an event. */
  readonly own: number;
}

/** How the publish rate of encrypted topics stands to that of a plain one, side by side in turns: by one publisher, and by many at once. */
export function sealedBench(): Promise<Result[]> {
  return withRedis("everysec", async ({ redis }) => {
    const bus = createBus({ application: "bench", topics, redis: redis.url, keys: [newKey("bench")] });
    const round = async (name: Name, atOnce: AtOnce): Promise<Round> => {
      const [start, own, count] = [performance.now(), ownTime(), eventsInRound[atOnce]];
      let next = 0;
      const one = async (): Promise<void> => {
        while (next < count) await bus.publishEvent[name](payload(next++));
      };
      await Promise.all(Array.from({ length: atOnce }, one));
      const rate = (count / (performance.now() - start)) * 1_000;
      return { rate, own: ((ownTime() - own) / count) * 1_000 };
    };
    const measured = async (atOnce: AtOnce): Promise<Result[]> => {
      const done: Record<Name, Round[]> = { plainNoted: [], secretNoted: [], personNoted: [], bothNoted: [] };
      for (let turn = -1; turn < rounds; turn++)
        for (const name of turn % 2 === 0 ? names : names.toReversed()) {
          const one = await round(name, atOnce);
          // The first round warms up.
          if (turn >= 0) done[name].push(one);
        }
      return names.flatMap((name) => rowsOf(name, atOnce, done));
    };
    try {
      return [...(await measured(1)), ...(await measured(64))];
    } finally {
      await bus.stop();
    }
  });
}

function rowsOf(name: Name, atOnce: AtOnce, done: Readonly<Record<Name, readonly Round[]>>): Result[] {
  const median = (of: Name, what: keyof Round): number =>
    percentile(
      done[of].map((round) => round[what]),
      0.5,
    );
  const row = { p99: undefined, count: rounds * eventsInRound[atOnce], goal: undefined };
  const who = name === "plainNoted" ? `, ${atOnce === 1 ? "one publisher" : `${atOnce} publishers at once`}` : "";
  const rates: Result[] = [
    { what: `events a second into ${words[name]}${who}`, unit: "", p50: median(name, "rate"), ...row },
    { what: "  processor time of a publish", unit: "µs", p50: median(name, "own"), ...row },
  ];
  if (name === "plainNoted") return rates;
  // 0.8 of the rate.
  return [
    ...rates,
    {
      ...row,
      what: "  how many times as long as the plain one",
      unit: "×",
      p50: median("plainNoted", "rate") / median(name, "rate"),
      goal: 1.25,
    },
  ];
}

function payload(index: number) {
  return {
    id: `n-${index}`,
    customerId: `c-${index % people}`,
    amount: index,
    reason: "order",
    code: String(100_000 + index),
    name: "Asha Iyer",
    email: "asha.iyer@example.in",
    phone: "+919845012345",
  };
}
