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

/** The same payload twice: once in the clear, once with a secret and three fields under the key of their person. */
const fields = { id: z.string(), customerId: z.string(), amount: z.number(), reason: z.string() };
const plainNoted = defineTopic(
  "plain.noted",
  z.object({ ...fields, code: z.string(), name: z.string(), email: z.email(), phone: z.string() }),
  {
    key: ({ id }) => id,
  },
);
const subject = "customerId";
const sealedNoted = defineTopic(
  "sealed.noted",
  z.object({
    ...fields,
    code: secret(z.string()),
    name: pii(z.string(), { subject }),
    email: pii(z.email(), { subject }),
    phone: pii(z.string(), { subject }),
  }),
  { key: ({ id }) => id },
);

/** How the publish rate of an encrypted topic stands to that of a plain one, side by side in turns: by one publisher, and by many at once. */
export function sealedBench(): Promise<Result[]> {
  return withRedis("everysec", async ({ redis }) => {
    const bus = createBus({ application: "bench", topics: { plainNoted, sealedNoted }, redis: redis.url, keys: [newKey("bench")] });
    const round = async (name: "plainNoted" | "sealedNoted", atOnce: AtOnce): Promise<{ readonly rate: number; readonly own: number }> => {
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
      const rates = { plainNoted: [] as number[], sealedNoted: [] as number[] };
      const own = { plainNoted: [] as number[], sealedNoted: [] as number[] };
      for (let turn = -1; turn < rounds; turn++) {
        const names = turn % 2 === 0 ? (["plainNoted", "sealedNoted"] as const) : (["sealedNoted", "plainNoted"] as const);
        for (const name of names) {
          const done = await round(name, atOnce);
          // The first round warms up.
          if (turn < 0) continue;
          rates[name].push(done.rate);
          own[name].push(done.own);
        }
      }
      const [plain, sealed] = [percentile(rates.plainNoted, 0.5), percentile(rates.sealedNoted, 0.5)];
      const shared = { p99: undefined, count: rounds * eventsInRound[atOnce] };
      const who = atOnce === 1 ? "one publisher" : `${atOnce} publishers at once`;
      return [
        { what: `events a second into a plain topic, ${who}`, unit: "", p50: plain, goal: undefined, ...shared },
        { what: "  into an encrypted one (a secret, three fields of a person)", unit: "", p50: sealed, goal: undefined, ...shared },
        // 0.8 of the rate.
        { what: "  how many times as long that takes", unit: "×", p50: plain / sealed, goal: atOnce === 1 ? 1.25 : undefined, ...shared },
        {
          what: "processor time of a publish into the plain one",
          unit: "µs",
          p50: percentile(own.plainNoted, 0.5),
          goal: undefined,
          ...shared,
        },
        { what: "  into the encrypted one", unit: "µs", p50: percentile(own.sealedNoted, 0.5), goal: undefined, ...shared },
      ];
    };
    try {
      return [...(await measured(1)), ...(await measured(64))];
    } finally {
      await bus.stop();
    }
  });
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
