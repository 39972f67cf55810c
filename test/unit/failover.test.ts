import { describe, expect, it } from "vitest";
import type { Outcome } from "../../src/define/outcome.ts";
import { combined, nextStep, providerChain } from "../../src/providers/failover.ts";
import type { Provider } from "../../src/providers/provider.ts";

const retry = (after?: number): Outcome => ({ kind: "retry", reason: "later", ...(after === undefined ? {} : { after }) });
const pause: Outcome = { kind: "pause", reason: "bad key" };
const attempt = { deliveryId: "d_1", signal: new AbortController().signal };

const of = (...outcomes: Outcome[]) => combined(outcomes.map((outcome, index) => ({ outcome, provider: `p${index + 1}` })));

const provider = (name: string, outcome: Outcome | Error, calls: string[] = []): Provider<string> => ({
  name,
  async send(message) {
    calls.push(`${name} ${message}`);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  },
  async close() {
    calls.push(`${name} closed`);
  },
});

describe("nextStep", () => {
  it.each<[string, Outcome, "stop" | "next"]>([
    ["sent", { kind: "sent" }, "stop"],
    ["reject", { kind: "reject", reason: "" }, "stop"],
    ["suppress", { kind: "suppress", reason: "" }, "stop"],
    ["unknown", { kind: "unknown", reason: "" }, "stop"],
    ["pause", pause, "next"],
    ["retry", retry(), "next"],
    ["retry after 30 s", retry(30_000), "stop"],
    ["retry after more than 30 s", retry(30_001), "next"],
  ])("after %s", (_, outcome, step) => expect(nextStep(outcome)).toBe(step));
});

describe("combined", () => {
  it("is the only outcome as it is", () => expect(of(retry(5_000))).toEqual({ provider: "p1", outcome: retry(5_000) }));

  it("is the last outcome where that one ended the try, with what those before it said", () => {
    expect(of(pause, { kind: "sent", messageId: "m" })).toEqual({
      provider: "p2",
      outcome: { kind: "sent", messageId: "m" },
      before: "p1: bad key",
    });
    expect(of(retry(), { kind: "suppress", reason: "dead" }).outcome.kind).toBe("suppress");
    expect(of(pause, { kind: "unknown", reason: "lost" }).outcome.kind).toBe("unknown");
  });

  it("is pause where all are paused, with what each said", () => {
    expect(of(pause, { kind: "pause", reason: "535" })).toEqual({
      provider: "p2",
      outcome: { kind: "pause", reason: "p1: bad key; p2: 535" },
    });
  });

  it("is retry where one may work later, in either order, by that one's name", () => {
    expect(of(pause, retry())).toMatchObject({ provider: "p2", outcome: { kind: "retry" } });
    expect(of(retry(), pause)).toMatchObject({ provider: "p1", outcome: { kind: "retry" } });
    expect(of(retry(), retry()).outcome).not.toHaveProperty("after");
  });

  it("waits for the first of those that asked for a wait, where all did", () => {
    expect(of(retry(90_000), retry(40_000)).outcome).toMatchObject({ after: 40_000 });
    expect(of(retry(90_000), pause).outcome).toMatchObject({ after: 90_000 });
  });

  it("waits as long as a part asked, at most five minutes, so that no attempt is burned meanwhile", () => {
    expect(of(retry(45_000), retry()).outcome).toMatchObject({ kind: "retry", after: 45_000 });
    expect(of(retry(3_600_000), retry()).outcome).toMatchObject({ kind: "retry", after: 300_000 });
  });
});

describe("providerChain", () => {
  it("B2: goes to the second provider when the first fails, and says who sent", async () => {
    const calls: string[] = [];
    const chain = providerChain([provider("first", retry(), calls), provider("second", { kind: "sent" }, calls)]);
    expect(await chain.send("hello", attempt)).toEqual({ outcome: { kind: "sent" }, provider: "second", before: "first: later" });
    expect(calls).toEqual(["first hello", "second hello"]);
  });

  it("does not try the second when the first may have sent", async () => {
    const calls: string[] = [];
    const chain = providerChain([
      provider("first", { kind: "unknown", reason: "reset" }, calls),
      provider("second", { kind: "sent" }, calls),
    ]);
    expect(await chain.send("hello", attempt)).toMatchObject({ outcome: { kind: "unknown" }, provider: "first" });
    expect(calls).toEqual(["first hello"]);
  });

  it("goes no further once the attempt was stopped", async () => {
    const calls: string[] = [];
    const stop = new AbortController();
    const first: Provider<string> = { ...provider("first", retry()), send: async () => (stop.abort(), retry()) };
    const chain = providerChain([first, provider("second", { kind: "sent" }, calls)]);
    expect(await chain.send("hello", { deliveryId: "d_1", signal: stop.signal })).toEqual({ outcome: retry(), provider: "first" });
    expect(calls).toEqual([]);
  });

  it("takes a provider that throws for one that may have sent", async () => {
    const chain = providerChain([provider("first", new Error("bug")), provider("second", { kind: "sent" })]);
    expect(await chain.send("hello", attempt)).toEqual({
      outcome: { kind: "unknown", reason: "the provider threw: bug" },
      provider: "first",
    });
  });

  it("closes all of its providers", async () => {
    const calls: string[] = [];
    await providerChain([provider("a", pause, calls), provider("b", pause, calls)]).close();
    expect(calls).toEqual(["a closed", "b closed"]);
  });

  it("refuses to be empty, and two providers of one name", () => {
    expect(() => providerChain([])).toThrow(/at least one provider/);
    expect(() => providerChain([provider("a", pause), provider("a", pause)])).toThrow(/called alike/);
  });
});
