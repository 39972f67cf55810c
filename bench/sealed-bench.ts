import * as z from "zod";
import { createBus, defineTopic, pii, secret } from "../src/index.ts";
import { newKey } from "../src/vault/key-ring.ts";
import { percentile } from "./percentile.ts";
import type { Result } from "./result.ts";
import { withRedis } from "./temporary.ts";

const rounds = 12;
const eventsInRound = 3_000;
const atOnce = Number(process.env["AT"] ?? 64);
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

/** How the publish rate of an encrypted topic stands to that of a plain one, side by side in turns. */
export function sealedBench(): Promise<Result[]> {
  return withRedis("everysec", async ({ redis }) => {
    const bus = createBus({ application: "bench", topics: { plainNoted, sealedNoted }, redis: redis.url, keys: [newKey("bench")] });
    const rates = { plainNoted: [] as number[], sealedNoted: [] as number[] };
    const round = async (name: keyof typeof rates): Promise<number> => {
      const start = performance.now();
      let next = 0;
      const one = async (): Promise<void> => {
        while (next < eventsInRound) await bus.publishEvent[name](payload(next++));
      };
      await Promise.all(Array.from({ length: atOnce }, one));
      return (eventsInRound / (performance.now() - start)) * 1_000;
    };
    try {
      for (const name of ["plainNoted", "sealedNoted"] as const) await round(name);
      for (let turn = 0; turn < rounds; turn++)
        for (const name of turn % 2 === 0 ? (["plainNoted", "sealedNoted"] as const) : (["sealedNoted", "plainNoted"] as const))
          rates[name].push(await round(name));
    } finally {
      await bus.stop();
    }
    const plain = percentile(rates.plainNoted, 0.5);
    const sealed = percentile(rates.sealedNoted, 0.5);
    const count = rounds * eventsInRound;
    return [
      { what: "events a second into a plain topic, 64 at once", unit: "", p50: plain, p99: undefined, count, goal: undefined },
      {
        what: "  into an encrypted one (a secret, three fields of a person)",
        unit: "",
        p50: sealed,
        p99: undefined,
        count,
        goal: undefined,
      },
      { what: "  how many times longer the encrypted one takes", unit: "×", p50: plain / sealed, p99: undefined, count, goal: 1.25 },
    ];
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
