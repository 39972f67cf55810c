import { describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import type { Outcome } from "../../src/define/outcome.ts";
import { circuitsOf, memoryCircuits, type Provider, providerChain, type ProviderFact } from "../../src/providers/index.ts";

const second = 1_000;
const outage = { from: 60 * second, to: 660 * second };
const end = 780 * second;

interface Send {
  readonly at: number;
  readonly id: string;
  readonly provider: string;
  readonly outcome: Outcome["kind"];
}

const attempt = (id: string) => ({ deliveryId: id, signal: new AbortController().signal });

/** Two processes of five sends each share the circuits; every tick of 200 ms each sends five: 50 a second. */
async function run(backup: boolean): Promise<{ sends: Send[]; facts: ProviderFact[]; done: Set<string>; waits: number }> {
  let now = 0;
  const sends: Send[] = [];
  const facts: ProviderFact[] = [];
  const clock = { now: () => now, random: () => 0.5 };
  const store = memoryCircuits();
  const provider = (name: string, answer: () => Outcome): Provider<string> => ({
    name,
    async send(id) {
      const outcome = answer();
      // The others are under way meanwhile.
      await Promise.resolve();
      sends.push({ at: now, id, provider: name, outcome: outcome.kind });
      return outcome;
    },
    close: async () => undefined,
  });
  const sendgrid = () =>
    provider("sendgrid", () => (now >= outage.from && now < outage.to ? { kind: "retry", reason: "503" } : { kind: "sent" }));
  const chains = [1, 2].map(() => {
    const circuits = circuitsOf({ store, clock, logger: silentLogger, onChange: (fact) => facts.push(fact) });
    return providerChain(backup ? [sendgrid(), provider("smtp", () => ({ kind: "sent" }))] : [sendgrid()], circuits.of("email"));
  });
  const waiting: { readonly id: string; readonly due: number }[] = [];
  const done = new Set<string>();
  let waits = 0;
  let made = 0;
  for (now = 0; now < end; now += 200) {
    await Promise.all(
      chains.flatMap((chain) => {
        const due = waiting.filter((entry) => entry.due <= now).slice(0, 5);
        for (const entry of due) waiting.splice(waiting.indexOf(entry), 1);
        const fresh = Array.from({ length: 5 - due.length }, () => `m${(made += 1)}`);
        return [...due.map(({ id }) => id), ...fresh].map(async (id) => {
          const { outcome } = await chain.send(id, attempt(id));
          if (outcome.kind === "sent") return void done.add(id);
          // No attempt is burned but by the failures that open the circuit.
          if (outcome.kind === "retry" && outcome.after !== undefined) waits += 1;
          waiting.push({ id, due: now + (outcome.kind === "retry" ? (outcome.after ?? 2_000) : 2_000) });
        });
      }),
    );
  }
  expect(done.size + waiting.length).toBe(made);
  return { sends, facts, done, waits };
}

describe("a provider that answers 503 for ten minutes at 50 messages a second", () => {
  it("B2: is passed over after at most 20 failures, carries nothing but one probe in 5 s, and is used again when it recovers", async () => {
    const { sends, facts, done } = await run(true);
    const refused = sends.filter(({ outcome }) => outcome === "retry").map(({ at }) => at);
    const opened = facts[0]!.since;
    expect(refused.filter((at) => at <= opened).length).toBeLessThanOrEqual(20);
    const probes = refused.filter((at) => at > opened);
    expect(probes.length).toBeGreaterThan(5);
    expect(probes.every((at, index) => at - (probes[index - 1] ?? opened) >= 5 * second)).toBe(true);

    // None lost, none doubled: each message was accepted once, at once.
    const accepted = sends.filter(({ outcome }) => outcome === "sent");
    expect(accepted.length).toBe((end / 200) * 10);
    expect(done.size).toBe(accepted.length);
    const during = accepted.filter(({ at }) => at > opened && at < outage.to);
    expect(new Set(during.map(({ provider }) => provider))).toEqual(new Set(["smtp"]));
    const back = facts[1]!.until!;
    expect(back - outage.to).toBeLessThanOrEqual(60 * second);
    // The other process looks at what they share once a second.
    expect(new Set(accepted.filter(({ at }) => at > back + 1_200).map(({ provider }) => provider))).toEqual(new Set(["sendgrid"]));
    expect(facts).toMatchObject([
      { kind: "degraded", channel: "email", provider: "sendgrid", reason: "503", backup: "smtp" },
      { kind: "recovered", channel: "email", provider: "sendgrid" },
    ]);
  });

  it("lets all wait without burning attempts where there is no backup, and goes on by itself", async () => {
    const { sends, facts, done, waits } = await run(false);
    const refused = sends.filter(({ outcome }) => outcome === "retry");
    // Those that opened the circuit, and a probe a minute at most from then on.
    expect(refused.length).toBeLessThan(20 + 600 / 5);
    expect(waits).toBeGreaterThan(100);
    const accepted = sends.filter(({ outcome }) => outcome === "sent");
    expect(new Set(accepted.map(({ id }) => id)).size).toBe(accepted.length);
    expect(facts.map(({ kind, backup }) => ({ kind, backup }))).toEqual([
      { kind: "degraded", backup: undefined },
      { kind: "recovered", backup: undefined },
    ]);
    expect(done.size).toBe(accepted.length);
  });
});
