import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import { base32Alphabet } from "../../src/base/ids.ts";
import { deliveryReference, parseReference } from "../../src/define/reference.ts";
import { deliveryStatuses, type DeliveryStatus } from "../../src/define/status.ts";
import type { ClaimOptions, Mark } from "../../src/workers/ledger.ts";
import { redisLedger } from "../../src/workers/redis-ledger.ts";
import type { Receipt, StatusReport } from "../../src/workers/statuses.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const redis = new Redis(url);
const other = new Redis(url);
const ledger = redisLedger(redis, prefix);
afterAll(() => {
  redis.disconnect();
  other.disconnect();
});

let made = 0;
function newDelivery() {
  const number = (made += 1);
  const end = base32Alphabet[Math.floor(number / 32) % 32]! + base32Alphabet[number % 32]!;
  return { id: `d_${"x".repeat(30)}${end}`, event: { time: "2026-01-01T00:20:00.000Z" } };
}
type Made = ReturnType<typeof newDelivery>;
const claim = (token: string, more: Partial<ClaimOptions> = {}): ClaimOptions => ({ token, lease: 60_000, mostDeaths: 5, now: 0, ...more });
const report = (status: DeliveryStatus, more: Partial<StatusReport> = {}): StatusReport => ({
  status,
  provider: "twilio",
  messageId: "SM1",
  at: 1_767_225_600_000,
  ...more,
});
const receipt: Receipt = {
  event: { id: "01a20061-8f4e-7cc3-98c4-dc0c0c07398f", type: "order.placed" },
  subscriber: "order-confirmation",
  route: "sms",
  channel: "sms",
  to: "+919845012345",
  provider: "twilio",
  at: 1_767_225_599_000,
};

/** Claims and marks; the token is that of the claim. */
async function tried(delivery: Made, mark: Mark, token = "a") {
  expect(await ledger.claim(delivery, claim(token))).toMatchObject({ kind: "go" });
  return ledger.mark(delivery, token, mark);
}
const dies = (delivery: Made) => ledger.claim(delivery, claim("a", { lease: -1 }));
const held: Mark = { kind: "held", detail: "twilio: reset", until: 3_600_000 };
const steps = async (delivery: Made) => (await ledger.timeline(delivery)).map(({ step, detail }) => `${step} ${detail}`);
const statusOf = async (delivery: Made) => (await ledger.statuses([delivery]))[0]!;

describe("the statuses of a delivery", () => {
  it("D5: end with the highest, in whatever order they come, each raised once", async () => {
    const orders = permutations(deliveryStatuses);
    for (const order of orders.filter((_, index) => index % 7 === 0)) {
      const delivery = newDelivery();
      await tried(delivery, { kind: "sent", detail: "twilio SM1" });
      let highest = -1;
      for (const status of order) {
        const rank = deliveryStatuses.indexOf(status);
        const said = await ledger.report(delivery, report(status));
        expect(said).toMatchObject({ kind: "recorded", settled: undefined });
        expect("untold" in said && said.untold.map((entry) => entry.status)).toEqual(rank > highest ? [status] : []);
        await ledger.told(delivery, status);
        highest = Math.max(highest, rank);
        expect(said).toMatchObject({ status: deliveryStatuses[highest] });
      }
      expect((await statusOf(delivery)).status).toBe("opted out");
      expect((await statusOf(delivery)).entries.map(({ status }) => status)).toEqual(order);
    }
  });

  it("change nothing when they come twice, at once and from two processes too, and the second answer says what the first was", async () => {
    const delivery = newDelivery();
    await tried(delivery, { kind: "sent", detail: "twilio SM1" });
    const second = redisLedger(other, prefix);
    const answers = await Promise.all([ledger, second, ledger, second].map((each) => each.report(delivery, report("delivered"))));
    expect(answers.filter(({ kind }) => kind === "recorded")).toHaveLength(1);
    for (const answer of answers) expect(answer).toMatchObject({ status: "delivered", untold: [{ status: "delivered" }] });
    expect(await ledger.report(delivery, report("accepted"))).toMatchObject({ kind: "recorded", status: "delivered" });
    expect(await ledger.report(delivery, report("accepted"))).toMatchObject({ kind: "repeated", status: "delivered" });
    expect((await statusOf(delivery)).entries).toHaveLength(2);
  });

  it("are untold until somebody has told them, in their order: whoever tells one knows of those below it", async () => {
    const delivery = newDelivery();
    await tried(delivery, { kind: "sent", detail: "twilio SM1" });
    const untold = async (status: DeliveryStatus) => {
      const said = await ledger.report(delivery, report(status));
      return "untold" in said ? said.untold.map((entry) => entry.status) : undefined;
    };
    expect(await untold("accepted")).toEqual(["accepted"]);
    expect(await untold("delivered")).toEqual(["accepted", "delivered"]);
    await ledger.told(delivery, "accepted");
    expect(await untold("failed")).toEqual(["delivered"]);
    expect(await untold("read")).toEqual(["delivered", "read"]);
    await ledger.told(delivery, "read");
    expect(await untold("delivered")).toEqual([]);
    expect(await untold("opted out")).toEqual(["opted out"]);
  });

  it("are kept with their times, ids and reasons, beside the receipt, and found by the reference that went along", async () => {
    const delivery = newDelivery();
    const found = parseReference(deliveryReference(delivery as never))!;
    await tried(delivery, { kind: "sent", detail: "twilio SM1", receipt: { ...receipt, messageId: "SM1", category: "orders" } });
    await ledger.report(found, report("accepted"));
    await ledger.report(found, report("bounced", { at: 1_767_225_600_500, reason: "30003\nUnreachable | handset" }));
    expect(await statusOf(delivery)).toEqual({
      status: "bounced",
      entries: [
        { status: "accepted", at: 1_767_225_600_000, provider: "twilio", messageId: "SM1" },
        { status: "bounced", at: 1_767_225_600_500, provider: "twilio", messageId: "SM1", reason: "30003 Unreachable | handset" },
      ],
    });
    const [kept, none] = await ledger.receipts([found, newDelivery()]);
    expect(kept).toEqual({ ...receipt, messageId: "SM1", category: "orders" });
    expect(none).toBeUndefined();
    expect(await ledger.statuses([newDelivery()])).toEqual([{ status: undefined, entries: [] }]);
  });

  it("of a delivery that the ledger does not know are not recorded", async () => {
    const delivery = newDelivery();
    expect(await ledger.report(delivery, report("delivered"))).toEqual({ kind: "unknown" });
    expect((await statusOf(delivery)).entries).toEqual([]);
    expect(await ledger.claim(delivery, claim("a"))).toEqual({ kind: "go", doubtful: false });
  });

  it("stay short, however many messages there were, and keep the highest", async () => {
    const delivery = newDelivery();
    await tried(delivery, { kind: "sent", detail: "twilio SM1" });
    await ledger.report(delivery, report("read"));
    for (let number = 0; number < 60; number++)
      await ledger.report(delivery, report("accepted", { messageId: `SM${number}${"x".repeat(100)}`, reason: "y".repeat(500) }));
    const { status, entries } = await statusOf(delivery);
    expect(status).toBe("read");
    expect(entries.at(-1)!.messageId).toMatch(/^SM59/);
    const [key] = (await redis.keys(`${prefix}:{${delivery.id.at(-1)}}:statuses:*`)) as [string];
    expect(Buffer.byteLength((await redis.hget(key, delivery.id))!)).toBeLessThanOrEqual(2_000);
    expect(await redis.ttl(key)).toBeGreaterThan(72 * 3_600);
  });
});

describe("the memory of Redis", () => {
  it("holds a receipt in at most 300 bytes a delivery, and three statuses in at most 300 more", async () => {
    const count = 500;
    const time = "2026-02-02T00:00:00.000Z";
    const ids = Array.from(
      { length: count },
      (_, number) =>
        `d_${String(number)
          .padStart(31, "a")
          .replaceAll(/[0-9]/g, (digit) => "abcdefghij"[Number(digit)]!)}m`,
    );
    for (const id of ids) {
      const delivery = { id, event: { time } };
      await ledger.claim(delivery, claim("abcdefghijkl"));
      const kept = {
        ...receipt,
        channel: "email",
        route: "email",
        to: `${id.slice(-9)}@example.com`,
        provider: "sendgrid",
        messageId: id.slice(2, 24),
      };
      await ledger.mark(delivery, "abcdefghijkl", { kind: "sent", detail: `sendgrid ${kept.messageId}`, receipt: kept });
      for (const status of ["accepted", "delivered", "read"] as const)
        await ledger.report(
          delivery,
          report(status, { provider: "sendgrid", messageId: kept.messageId, reason: status === "delivered" ? "250 OK" : undefined }),
        );
    }
    const hour = Date.parse(time) / 3_600_000;
    const bytes = async (name: string): Promise<number> =>
      Number(await redis.call("MEMORY", "USAGE", `${prefix}:{m}:${name}:${hour}`, "SAMPLES", "0")) / count;
    const sizes = {
      ledger: await bytes("ledger"),
      timeline: await bytes("timeline"),
      receipts: await bytes("receipts"),
      statuses: await bytes("statuses"),
    };
    expect(sizes.receipts).toBeLessThan(300);
    expect(sizes.statuses).toBeLessThan(300);
    if (process.env["BUSBAR_SIZES"] !== undefined) console.log(sizes);
  });
});

describe("a report settles doubt", () => {
  it("D5: proves that what is held was sent, for every status that says it left", async () => {
    for (const status of deliveryStatuses.filter((name) => name !== "failed")) {
      const delivery = newDelivery();
      await tried(delivery, held);
      expect(await ledger.report(delivery, report(status))).toMatchObject({ kind: "recorded", settled: "sent" });
      expect(await ledger.claim(delivery, claim("b"))).toEqual({ kind: "sent" });
      expect(await ledger.standings([delivery])).toEqual(["sent"]);
      expect(await steps(delivery)).toEqual(["held twilio: reset", `confirmed twilio SM1, by its status ${status}`]);
      // Whoever died before it woke the job asks again.
      expect(await ledger.report(delivery, report(status))).toMatchObject({ kind: "repeated", settled: "sent" });
    }
  });

  it("proves the same of what is free and perhaps sent, of what is dead, and of what a person gave up", async () => {
    const marks: Mark[] = [
      { kind: "doubtful", detail: "reset" },
      { kind: "deadInDoubt", detail: "reset" },
      { kind: "free", detail: "503" },
      { kind: "dead", detail: "400" },
    ];
    for (const mark of marks) {
      const delivery = newDelivery();
      await tried(delivery, mark);
      expect(await ledger.report(delivery, report("delivered"))).toMatchObject({ settled: "sent" });
      expect(await ledger.claim(delivery, claim("b"))).toEqual({ kind: "sent" });
    }
    const cancelled = newDelivery();
    await tried(cancelled, { kind: "doubtful", detail: "reset" });
    await ledger.cancel(cancelled, { step: "cancelled", detail: "by ravi" });
    expect(await ledger.report(cancelled, report("accepted"))).toMatchObject({ settled: "sent" });
  });

  it.each([
    ["retry", "free", { kind: "go", doubtful: false }, "returned"],
    ["pause", "free", { kind: "go", doubtful: false }, "returned"],
    ["reject", "dead", { kind: "dead", reason: "twilio reported failed: 30003" }, "dead"],
    [undefined, "dead", { kind: "dead", reason: "twilio reported failed: 30003" }, "dead"],
    ["suppress", "suppressed", { kind: "suppressed" }, "suppressed"],
  ] as const)("D5: ends what is held and reported as failed with the outcome %s as %s", async (outcome, settled, next, step) => {
    const delivery = newDelivery();
    await tried(delivery, held);
    expect(await ledger.report(delivery, report("failed", { outcome, reason: "30003" }))).toMatchObject({ settled });
    expect(await steps(delivery)).toEqual(["held twilio: reset", `${step} twilio reported failed: 30003`]);
    expect(await ledger.claim(delivery, claim("b"))).toEqual(next);
  });

  it("takes a bounce for a proof, unless its outcome says that it is to be sent again", async () => {
    const [plain, again] = [newDelivery(), newDelivery()];
    for (const delivery of [plain, again]) await tried(delivery, held);
    expect(await ledger.report(plain, report("bounced"))).toMatchObject({ settled: "sent" });
    expect(await ledger.report(again, report("bounced", { outcome: "retry" }))).toMatchObject({ settled: "free" });
  });

  it("does not let a failure that comes twice, or of an earlier message, free what is held after it", async () => {
    const delivery = newDelivery();
    await tried(delivery, held);
    const failed = report("failed", { outcome: "retry" });
    expect(await ledger.report(delivery, failed)).toMatchObject({ settled: "free" });
    await tried(delivery, held, "b");
    expect(await ledger.report(delivery, failed)).toMatchObject({ kind: "repeated", settled: "free" });
    expect(await ledger.claim(delivery, claim("c"))).toMatchObject({ kind: "held" });
    // The acceptance of the first message, later than its failure, proves nothing of the second.
    expect(await ledger.report(delivery, report("accepted"))).toMatchObject({ kind: "recorded", settled: undefined });
    expect(await ledger.claim(delivery, claim("d"))).toMatchObject({ kind: "held" });
    expect(await ledger.report(delivery, report("accepted", { messageId: "SM2" }))).toMatchObject({ settled: "sent" });
    expect(await ledger.claim(delivery, claim("e"))).toEqual({ kind: "sent" });
  });

  it("lets the arrival of a message that was reported as failed win", async () => {
    const delivery = newDelivery();
    await tried(delivery, held);
    await ledger.report(delivery, report("failed", { outcome: "retry" }));
    expect(await ledger.report(delivery, report("delivered"))).toMatchObject({ settled: "sent", status: "delivered" });
    expect(await ledger.claim(delivery, claim("b"))).toEqual({ kind: "sent" });
  });

  it("sends what comes back again and again five times at most after the first", async () => {
    const delivery = newDelivery();
    let sends = 0;
    for (let number = 0; number < 20; number++) {
      if ((await ledger.claim(delivery, claim(`t${number}`))).kind !== "go") break;
      sends += 1;
      await ledger.mark(delivery, `t${number}`, held);
      await ledger.report(delivery, report("failed", { outcome: "retry", messageId: `SM${number}` }));
    }
    expect(sends).toBe(6);
    expect(await ledger.standings([delivery])).toEqual(["dead"]);
  });

  it("changes nothing about what was sent, however it is reported", async () => {
    const delivery = newDelivery();
    await tried(delivery, { kind: "sent", detail: "twilio SM1" });
    for (const outcome of ["retry", "reject", "suppress"] as const)
      expect(await ledger.report(delivery, report("failed", { outcome, messageId: outcome }))).toMatchObject({ settled: undefined });
    expect(await ledger.claim(delivery, claim("b"))).toEqual({ kind: "sent" });
    expect(await steps(delivery)).toEqual(["sent twilio SM1"]);
  });
});

describe("a report that comes before the mark", () => {
  const kinds = ["held", "doubtful", "deadInDoubt", "free", "dead"] as const;
  it.each(kinds)("makes a mark %s sent, where it proves that", async (kind) => {
    const delivery = newDelivery();
    await ledger.claim(delivery, claim("a"));
    expect(await ledger.report(delivery, report("delivered"))).toMatchObject({ kind: "recorded", settled: undefined });
    const mark = { ...held, kind } as Mark;
    expect(await ledger.mark(delivery, "a", mark)).toBe("sent");
    expect((await steps(delivery)).at(-1)).toBe("confirmed twilio SM1, by its status delivered");
    expect(await ledger.mark(delivery, "a", mark)).toBe("sent");
    expect(await ledger.timeline(delivery)).toHaveLength(2);
    expect(await ledger.claim(delivery, claim("b"))).toEqual({ kind: "sent" });
  });

  it("leaves a mark sent as it is", async () => {
    const delivery = newDelivery();
    await ledger.claim(delivery, claim("a"));
    await ledger.report(delivery, report("failed", { outcome: "retry" }));
    expect(await ledger.mark(delivery, "a", { kind: "sent", detail: "twilio SM1", receipt })).toBe("marked");
    expect(await ledger.claim(delivery, claim("b"))).toEqual({ kind: "sent" });
    expect((await ledger.receipts([delivery]))[0]).toEqual(receipt);
  });

  it.each([
    ["retry", "free", "open"],
    ["reject", "dead", "dead"],
    ["suppress", "suppressed", "suppressed"],
  ] as const)("with the outcome %s makes a mark held %s", async (outcome, marked, standing) => {
    const delivery = newDelivery();
    await ledger.claim(delivery, claim("a"));
    await ledger.report(delivery, report("failed", { outcome }));
    expect(await ledger.mark(delivery, "a", held)).toBe(marked);
    expect(await ledger.standings([delivery])).toEqual([standing]);
  });

  it("says nothing of a later try: the failure of the first does not settle the mark of the second", async () => {
    const delivery = newDelivery();
    await tried(delivery, held);
    await ledger.report(delivery, report("failed", { outcome: "retry" }));
    await ledger.claim(delivery, claim("b"));
    expect(await ledger.mark(delivery, "b", held)).toBe("marked");
    expect(await ledger.claim(delivery, claim("c"))).toMatchObject({ kind: "held" });
  });

  it("answers a mark that was sent twice, when a report settled it in between, with what it is now", async () => {
    const delivery = newDelivery();
    await tried(delivery, held);
    await ledger.report(delivery, report("delivered"));
    expect(await ledger.mark(delivery, "a", held)).toBe("sent");
    expect(await steps(delivery)).toHaveLength(2);
  });
});

describe("a report about what its worker died sending", () => {
  it("A2: proves it to whoever takes it over, and nothing is sent again", async () => {
    const delivery = newDelivery();
    await ledger.claim(delivery, claim("a", { lease: 40 }));
    await ledger.report(delivery, report("delivered"));
    const before = await ledger.doubtful();
    await expect.poll(() => ledger.standings([delivery])).toEqual(["open"]);
    expect(await ledger.claim(delivery, claim("b"))).toEqual({ kind: "proved", provider: "twilio", messageId: "SM1" });
    expect(await ledger.claim(delivery, claim("c"))).toEqual({ kind: "sent" });
    expect(await ledger.doubtful()).toBe(before);
    expect(await steps(delivery)).toEqual(["confirmed twilio SM1, by its status delivered"]);
  });

  it("settles it at once when the lease is over, because perhaps nobody takes it over", async () => {
    const delivery = newDelivery();
    await dies(delivery);
    expect(await ledger.report(delivery, report("delivered"))).toMatchObject({ settled: "sent" });
    expect(await ledger.claim(delivery, claim("b"))).toEqual({ kind: "sent" });
    // A worker that was only paused wakes, and says what it saw.
    expect(await ledger.mark(delivery, "a", { kind: "doubtful", detail: "reset" })).toBe("sent");
  });

  it("sends again what is known not to have arrived, without doubt and without a hold", async () => {
    const delivery = newDelivery();
    await dies(delivery);
    await ledger.report(delivery, report("failed", { outcome: "retry" }));
    expect(await ledger.claim(delivery, claim("b", { hold: 60_000 }))).toEqual({ kind: "go", doubtful: false });
    expect(await steps(delivery)).toEqual(["returned twilio reported failed"]);
  });

  it("ends what can never arrive, where it would have been held", async () => {
    const delivery = newDelivery();
    await dies(delivery);
    await ledger.report(delivery, report("failed", { outcome: "reject", reason: "30003" }));
    expect(await ledger.claim(delivery, claim("b", { hold: 60_000 }))).toEqual({
      kind: "given up",
      reason: "twilio reported failed: 30003",
    });
    expect(await ledger.claim(delivery, claim("c"))).toEqual({ kind: "dead", reason: "twilio reported failed: 30003" });
  });
});

function permutations<T>(values: readonly T[]): T[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value, index) => permutations(values.toSpliced(index, 1)).map((rest) => [value, ...rest]));
}
