import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrivals, type FirstOfPlace } from "../../src/define/first-of-place.ts";
import { deliveryStatuses } from "../../src/define/status.ts";
import { type KnownDelivery, turnOf } from "../../src/workers/fallback-turn.ts";

const since = Date.parse("2026-01-01T00:00:00.000Z");
const minute = 60_000;
const hour = 60 * minute;
const place = (more: Partial<FirstOfPlace> = {}, within: number | "no limit" = 10 * minute): FirstOfPlace => {
  const time = within === "no limit" ? {} : { within };
  const steps = [
    { route: "push", channel: "push", ids: ["p"], ...time },
    { route: "whatsapp", channel: "whatsapp", ids: ["w"], ...time },
    { route: "sms", channel: "sms", ids: ["s"] },
  ] as const;
  return { until: "delivered", steps, step: 1, since, ...more };
};
const unsent: KnownDelivery = { id: "p", standing: "open", job: "waiting" };
/** Accepted by a provider that reports more later. */
const sent = (more: Partial<KnownDelivery> = {}): KnownDelivery => ({ id: "p", standing: "sent", acceptedAt: since, ...more });
const turn = (known: KnownDelivery, at: number, where = place()) => turnOf(where, [[known]], since + at);

describe("a step of a firstOf", () => {
  it("is not needed when the one before arrived, at any time", () => {
    for (const [known, reason] of [
      [sent({ status: "delivered" }), "not needed: push was delivered"],
      [sent({ status: "read" }), "not needed: push was read"],
      [sent({ status: "opted out" }), "not needed: push arrived, and its reader opted out"],
      // It is known before the worker that sent it could write it down.
      [{ ...unsent, status: "delivered" }, "not needed: push was delivered"],
      // A provider that reports nothing: that it took the message is all that is ever known.
      [sent({ acceptedAt: undefined }), "not needed: push was accepted, and its provider says no more"],
    ] as const)
      for (const at of [0, 11 * minute, 80 * hour]) expect(turn(known, at)).toEqual({ kind: "not needed", reason });
  });

  it("goes at once when the one before ended without arriving", () => {
    for (const [known, reason] of [
      [{ ...unsent, standing: "dead" }, "push is a dead letter"],
      [{ ...unsent, standing: "suppressed" }, "push was suppressed"],
      [{ ...unsent, standing: "cancelled" }, "push was cancelled"],
      [sent({ status: "failed" }), "push failed"],
      [sent({ status: "bounced" }), "push bounced"],
      // Only its queue knows: it was given up without a verdict, or dropped.
      [{ ...unsent, job: "dead" }, "push is a dead letter"],
      [{ ...unsent, job: "completed" }, "push was not sent"],
    ] as const)
      expect(turn(known, 0)).toEqual({ kind: "go", reason, over: [] });
  });

  it("waits while the one before has time, and goes when that is over; what is unsent then is named", () => {
    expect(turn(sent({ acceptedAt: since + 1_000, status: "accepted" }), 2_000)).toEqual({
      kind: "wait",
      until: since + 2_000 + minute,
      reason: "waits for push: it was accepted, and not delivered yet, until 2026-01-01T00:10:01.000Z at the latest",
    });
    expect(turn(sent({ acceptedAt: since + 1_000 }), 10 * minute)).toMatchObject({ kind: "wait", until: since + 10 * minute + 1_000 });
    expect(turn(sent({ acceptedAt: since + 1_000 }), 10 * minute + 1_000)).toEqual({
      kind: "go",
      reason: "push was not delivered in its time",
      over: [],
    });
    expect(turn(unsent, 0)).toMatchObject({ kind: "wait", reason: /^waits for push: it is not sent yet, until 2026-01-01T00:10:00/ });
    expect(turn({ ...unsent, standing: "busy" }, 10 * minute)).toMatchObject({
      kind: "go",
      reason: "push was not sent in its time",
      over: [{ id: "p" }],
    });
  });

  it("looks after a minute, then after as long as it has waited, and never later than one's time is over", () => {
    const looks = [0];
    for (let next = turn(sent(), 0, place({}, hour)); next.kind === "wait"; next = turn(sent(), looks.at(-1)!, place({}, hour)))
      looks.push(next.until - since);
    expect(looks.map((at) => at / minute)).toEqual([0, 1, 2, 4, 8, 16, 32, 60]);
  });

  it("without within waits for outcomes alone; what nobody reports anything of in 72 h has arrived", () => {
    const patient = place({}, "no limit");
    expect(turn(sent(), 71 * hour, patient)).toMatchObject({
      kind: "wait",
      reason: "waits for push: it was accepted, and not delivered yet",
    });
    expect(turn(sent(), 72 * hour, patient)).toMatchObject({ kind: "not needed", reason: /nothing was heard of it for 72 h/ });
    expect(turn(unsent, 90 * hour, patient)).toMatchObject({ kind: "wait" });
    expect(turn({ ...unsent, standing: "dead" }, 0, patient)).toMatchObject({ kind: "go" });
  });

  it("takes what its firstOf says for arriving", () => {
    const accepted = place({ until: "accepted" });
    expect(turn(sent(), 0, accepted)).toEqual({ kind: "not needed", reason: "not needed: push was accepted" });
    expect(turn(sent({ status: "failed" }), 0, accepted)).toMatchObject({ kind: "not needed" });
    const read = place({ until: "read" });
    expect(turn(sent({ status: "delivered" }), 0, read)).toMatchObject({ kind: "wait", reason: /accepted, and not read yet/ });
    expect(turn(sent({ status: "read" }), 0, read)).toMatchObject({ kind: "not needed" });
    expect(turn(sent({ acceptedAt: undefined }), 10 * minute, read)).toMatchObject({ kind: "go", reason: "push was not read in its time" });
  });

  it("does not go before its own time, and is not needed before it either", () => {
    const later = place({ due: since + hour });
    expect(turn({ ...unsent, standing: "dead" }, 0, later)).toMatchObject({ kind: "wait", until: since + hour });
    expect(turn(sent({ status: "delivered" }), 0, later)).toMatchObject({ kind: "not needed" });
    expect(turn({ ...unsent, standing: "dead" }, hour, later)).toMatchObject({ kind: "go" });
  });

  it("whose turn has come goes on, whatever the one before still does, unless that one arrives", () => {
    const mine = place({ turn: true });
    expect(turn(unsent, 0, mine)).toMatchObject({ kind: "go", over: [] });
    expect(turn(sent({ status: "delivered" }), 0, mine)).toMatchObject({ kind: "not needed" });
  });

  it("goes third when both before it ended, or their times are over: each from when it was sent, or else from when it was due", () => {
    const third = (push: KnownDelivery, whatsapp: KnownDelivery, at: number) =>
      turnOf(place({ step: 2 }), [[push], [whatsapp]], since + at);
    const dead: KnownDelivery = { ...unsent, standing: "dead" };
    const chat = sent({ id: "w", acceptedAt: since + 5_000 });
    expect(third(dead, chat, 10 * minute)).toMatchObject({ kind: "wait", until: since + 10 * minute + 5_000 });
    expect(third(dead, chat, 10 * minute + 5_000)).toMatchObject({ kind: "go" });
    // It ended before its turn, and the first still has its time.
    expect(third(sent(), { ...dead, id: "w" }, minute)).toMatchObject({ kind: "wait", reason: /^waits for push:/ });
    expect(third(sent(), { ...unsent, id: "w" }, 20 * minute)).toMatchObject({ kind: "go", over: [{ id: "w" }] });
    expect(third(sent(), { ...unsent, id: "w" }, 19 * minute)).toMatchObject({ kind: "wait", reason: /^waits for whatsapp:/ });
    expect(third(sent({ status: "delivered" }), { ...dead, id: "w" }, 0)).toMatchObject({
      kind: "not needed",
      reason: "not needed: push was delivered",
    });
  });

  it("of several recipients needs one that arrived, or the end of all", () => {
    const dead: KnownDelivery = { ...unsent, standing: "dead" };
    expect(turnOf(place(), [[dead, sent({ status: "delivered" })]], since)).toMatchObject({ kind: "not needed" });
    expect(turnOf(place(), [[dead, unsent]], since)).toMatchObject({ kind: "wait" });
    expect(turnOf(place(), [[dead, dead]], since)).toMatchObject({ kind: "go" });
  });

  it("comes to an end whatever is known of the others: it always goes, is not needed, or looks again later than now", () => {
    const known = fc.record({
      id: fc.constant("p"),
      standing: fc.constantFrom("open", "busy", "sent", "suppressed", "dead", "cancelled"),
      job: fc.constantFrom(undefined, "waiting", "active", "delayed", "completed", "dead"),
      status: fc.option(fc.constantFrom(...deliveryStatuses), { nil: undefined }),
      acceptedAt: fc.option(fc.integer({ min: since, max: since + hour }), { nil: undefined }),
    }) as fc.Arbitrary<KnownDelivery>;
    const where = fc.record({
      until: fc.constantFrom(...arrivals),
      within: fc.option(fc.integer({ min: 0, max: hour }), { nil: undefined }),
    });
    fc.assert(
      fc.property(known, known, where, fc.integer({ min: 0, max: 80 * hour }), (push, chat, { until, within }, at) => {
        const made = turnOf(place({ until, step: 2 }, within ?? "no limit"), [[push], [chat]], since + at);
        const now = since + at;
        const broken = {
          "it looks again now": made.kind === "wait" && made.until <= now,
          "with a time for each step it waits for ever": made.kind === "wait" && within !== undefined && at > 4 * hour,
          "who was sent or has ended is ended": made.kind === "go" && made.over.some(({ standing }) => !/open|busy/.test(standing)),
        };
        expect(Object.entries(broken).filter(([, is]) => is)).toEqual([]);
      }),
    );
  });
});
