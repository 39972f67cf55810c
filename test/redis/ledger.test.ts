import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import type { ClaimOptions } from "../../src/workers/ledger.ts";
import { redisLedger } from "../../src/workers/redis-ledger.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const redis = new Redis(url);
const ledger = redisLedger(redis, prefix);
afterAll(() => redis.disconnect());

let made = 0;
const newDelivery = () => ({ id: `d_${"x".repeat(31)}${(made += 1)}`, event: { time: "2026-01-01T00:00:00.000Z" } });
const claim = (token: string, more: Partial<ClaimOptions> = {}): ClaimOptions => ({ token, lease: 60_000, mostDeaths: 5, now: 0, ...more });

/** A claim whose holder dies at once: its lease is over when this returns. */
async function claimAndDie(delivery: ReturnType<typeof newDelivery>, token: string): Promise<void> {
  expect(await ledger.claim(delivery, claim(token, { lease: -1 }))).toMatchObject({ kind: "go" });
}

describe("the ledger", () => {
  it("lets one of two claims go, and tells the other when to come back", async () => {
    const delivery = newDelivery();
    const claims = await Promise.all([ledger.claim(delivery, claim("a")), ledger.claim(delivery, claim("b"))]);
    expect(claims[0]).toEqual({ kind: "go", doubtful: false });
    expect(claims[1]).toMatchObject({ kind: "busy" });
    expect("after" in claims[1]! && claims[1].after).toBeGreaterThan(59_000);
  });

  it("says sent to whoever comes after the send", async () => {
    const delivery = newDelivery();
    await ledger.claim(delivery, claim("a"));
    expect(await ledger.mark(delivery, "a", { kind: "sent", detail: "sendgrid m-1" })).toBe("marked");
    expect(await ledger.claim(delivery, claim("b"))).toEqual({ kind: "sent" });
    expect(await ledger.timeline(delivery)).toMatchObject([{ step: "sent", detail: "sendgrid m-1" }]);
  });

  it("A2: goes on after a holder that died, and says that it may have sent", async () => {
    const delivery = newDelivery();
    await claimAndDie(delivery, "a");
    expect(await ledger.claim(delivery, claim("b"))).toEqual({ kind: "go", doubtful: true });
    expect(await ledger.timeline(delivery)).toMatchObject([{ step: "takeover" }]);
  });

  it("frees the claim of a known failure at once, without doubt; of an unknown outcome with doubt, which it counts", async () => {
    const [known, unknown] = [newDelivery(), newDelivery()];
    const before = await ledger.doubtful();
    await ledger.claim(known, claim("a"));
    await ledger.mark(known, "a", { kind: "free", detail: "503" });
    expect(await ledger.claim(known, claim("b"))).toEqual({ kind: "go", doubtful: false });
    await ledger.claim(unknown, claim("a"));
    await ledger.mark(unknown, "a", { kind: "doubtful", detail: "reset" });
    expect(await ledger.claim(unknown, claim("b"))).toEqual({ kind: "go", doubtful: true });
    expect((await ledger.doubtful()) - before).toBe(1);
  });

  it("holds what may have been sent, where that is asked for, and gives it up when its time is over", async () => {
    const delivery = newDelivery();
    const before = await ledger.doubtful();
    await ledger.claim(delivery, claim("a"));
    expect(await ledger.mark(delivery, "a", { kind: "held", detail: "sendgrid: reset", until: 5_000 })).toBe("marked");
    expect(await ledger.claim(delivery, claim("b", { now: 4_000 }))).toEqual({ kind: "held", after: 1_000, begun: false });
    expect(await ledger.standings([delivery])).toEqual(["busy"]);
    const reason = "it may have been sent, and no word of that came in its time";
    expect(await ledger.claim(delivery, claim("c", { now: 5_000 }))).toEqual({ kind: "given up", reason });
    expect(await ledger.claim(delivery, claim("d", { now: 5_000 }))).toEqual({ kind: "dead", reason });
    expect((await ledger.doubtful()) - before).toBe(0);
    expect((await ledger.timeline(delivery)).map(({ step }) => step)).toEqual(["held", "dead"]);
    // A person may say that it is to be sent all the same: it may then arrive twice.
    expect(await ledger.reopen(delivery)).toBe("open");
    expect(await ledger.claim(delivery, claim("e"))).toEqual({ kind: "go", doubtful: true });
  });

  it("holds what its holder may have sent before it died, where that is asked for", async () => {
    const delivery = newDelivery();
    await claimAndDie(delivery, "a");
    expect(await ledger.claim(delivery, claim("b", { now: 1_000, hold: 60_000 }))).toEqual({ kind: "held", after: 60_000, begun: true });
    expect(await ledger.claim(delivery, claim("c", { now: 2_000, hold: 60_000 }))).toEqual({ kind: "held", after: 59_000, begun: false });
    expect((await ledger.timeline(delivery)).map(({ step }) => step)).toEqual(["held"]);
    expect(await ledger.cancel(delivery, { step: "cancelled", detail: "by hand" })).toBe("cancelled");
  });

  it("calls a delivery poison when its holders died five times, whatever happened in between", async () => {
    const delivery = newDelivery();
    for (const token of ["a", "b", "c", "d", "e"]) await claimAndDie(delivery, token);
    expect(await ledger.claim(delivery, claim("f"))).toEqual({ kind: "poison", deaths: 5 });
  });

  it("records a success that comes late, because it is true, and lets nobody send again", async () => {
    const delivery = newDelivery();
    await claimAndDie(delivery, "slow");
    await ledger.claim(delivery, claim("quick"));
    expect(await ledger.mark(delivery, "slow", { kind: "sent", detail: "m-1" })).toBe("late");
    expect(await ledger.claim(delivery, claim("third"))).toEqual({ kind: "sent" });
    expect((await ledger.timeline(delivery)).at(-1)).toMatchObject({ step: "late" });
  });

  it("lets nobody but the holder free a claim", async () => {
    const delivery = newDelivery();
    await claimAndDie(delivery, "slow");
    await ledger.claim(delivery, claim("quick"));
    expect(await ledger.mark(delivery, "slow", { kind: "free", detail: "503" })).toBe("late");
    expect(await ledger.claim(delivery, claim("third"))).toMatchObject({ kind: "busy" });
  });

  it("renews a claim for its holder alone", async () => {
    const delivery = newDelivery();
    await claimAndDie(delivery, "a");
    expect(await ledger.renew(delivery, "a", 60_000)).toBe(true);
    expect(await ledger.claim(delivery, claim("b"))).toMatchObject({ kind: "busy" });
    expect(await ledger.renew(delivery, "b", 60_000)).toBe(false);
  });

  it("answers a call that was sent twice the same: a reply lost on the way is no doubt", async () => {
    const delivery = newDelivery();
    await ledger.claim(delivery, claim("a"));
    expect(await ledger.claim(delivery, claim("a"))).toEqual({ kind: "go", doubtful: false });
    await ledger.mark(delivery, "a", { kind: "sent", detail: "m" });
    expect(await ledger.mark(delivery, "a", { kind: "sent", detail: "m" })).toBe("marked");
    expect(await ledger.timeline(delivery)).toHaveLength(1);
  });

  it("remembers why a delivery is dead", async () => {
    const delivery = newDelivery();
    await ledger.claim(delivery, claim("a"));
    await ledger.mark(delivery, "a", { kind: "dead", detail: "sendgrid: too large" });
    expect(await ledger.claim(delivery, claim("b"))).toEqual({ kind: "dead", reason: "sendgrid: too large" });
  });

  it("keeps records of at most 100 bytes, in buckets that expire", async () => {
    const delivery = newDelivery();
    await ledger.claim(delivery, claim("abcdefghijkl"));
    await ledger.mark(delivery, "abcdefghijkl", { kind: "dead", detail: "x".repeat(5_000) });
    const [key] = (await redis.keys(`${prefix}:{${delivery.id.at(-1)}}:ledger:*`)) as [string];
    expect(Buffer.byteLength((await redis.hget(key, delivery.id))!)).toBeLessThanOrEqual(100);
    expect(await redis.ttl(key)).toBeGreaterThan(72 * 3_600);
  });

  it("keeps a time line short: its beginning and its end", async () => {
    const delivery = newDelivery();
    for (let step = 0; step < 60; step++) await ledger.note(delivery, { step: "retry", detail: `try ${step} ${"x".repeat(150)}` });
    const timeline = await ledger.timeline(delivery);
    expect(timeline[0]!.detail).toMatch(/^try 0 /);
    expect(timeline.at(-1)!.detail).toMatch(/^try 59 /);
    expect(JSON.stringify(timeline).length).toBeLessThan(4_000);
  });

  it("C3: ends a delivery on a person's word, and tells whoever claims it later", async () => {
    const delivery = newDelivery();
    expect(await ledger.cancel(delivery, { step: "cancelled", detail: "by ravi" })).toBe("cancelled");
    expect(await ledger.cancel(delivery, { step: "cancelled", detail: "by ravi, again" })).toBe("cancelled");
    expect(await ledger.claim(delivery, claim("a"))).toEqual({ kind: "cancelled" });
    expect(await ledger.timeline(delivery)).toMatchObject([{ step: "cancelled", detail: "by ravi" }]);
  });

  it("B6: ends a dead one for good where it is discarded: nobody opens it again, or says that it waits", async () => {
    for (const kind of ["dead", "deadInDoubt"] as const) {
      const delivery = newDelivery();
      await ledger.claim(delivery, claim("a"));
      await ledger.mark(delivery, "a", { kind, detail: "m" });
      expect(await ledger.cancel(delivery, { step: "discarded", detail: "by ravi" })).toBe("cancelled");
      expect(await ledger.reopen(delivery)).toBe("cancelled");
      await ledger.note(delivery, { step: "redriven", detail: "by asha" });
      expect((await ledger.timeline(delivery)).map(({ step }) => step)).toEqual(["dead", "discarded"]);
      expect(await ledger.standings([delivery])).toEqual(["cancelled"]);
    }
  });

  it("cancels nothing that is being sent or has ended, and says where each delivery stands", async () => {
    const [untouched, sending, abandoned, sent, dead, cancelled] = Array.from({ length: 6 }, newDelivery);
    await ledger.claim(sending!, claim("a"));
    await claimAndDie(abandoned!, "a");
    for (const [delivery, kind] of [[sent!, "sent"] as const, [dead!, "deadInDoubt"] as const]) {
      await ledger.claim(delivery, claim("a"));
      await ledger.mark(delivery, "a", { kind, detail: "m" });
    }
    await ledger.cancel(cancelled!, { step: "cancelled", detail: "by ravi" });
    const all = [untouched!, sending!, abandoned!, sent!, dead!, cancelled!];
    expect(await ledger.standings(all)).toEqual(["open", "busy", "open", "sent", "dead", "cancelled"]);
    expect(
      await Promise.all([sending!, sent!, dead!].map((delivery) => ledger.cancel(delivery, { step: "cancelled", detail: "by ravi" }))),
    ).toEqual(["busy", "sent", "dead"]);
    expect(await ledger.cancel(abandoned!, { step: "cancelled", detail: "by ravi" })).toBe("cancelled");
  });
});
