import { describe, expect, it } from "vitest";
import { deliveryState } from "../../src/workers/delivery-state.ts";
import { eventView, freshFor, subscriberViews } from "../../src/dashboard/event-view.ts";
import type { BusEvent } from "../../src/define/event.ts";
import type { TimelineEntry, TimelineStepName } from "../../src/workers/ledger.ts";

const timeline = (...steps: readonly (readonly [TimelineStepName, string])[]): TimelineEntry[] =>
  steps.map(([step, detail], index) => ({ at: 1_000 + index, step, detail }));

const delivery = (id: string, steps: readonly TimelineEntry[]) => ({ id, route: "email", channel: "email", timeline: steps });

describe("the state of a delivery", () => {
  it.each([
    ["waits while nothing has been noted", timeline(), { state: "waiting" }],
    ["is sent", timeline(["sent", "sendgrid x1"]), { state: "sent" }],
    ["is sent after tries that failed", timeline(["retry", "smtp: 451"], ["sent", "smtp <a@b>"]), { state: "sent" }],
    ["stays sent whatever is noted later", timeline(["sent", "smtp <a@b>"], ["late", "smtp: 451 later"]), { state: "sent" }],
    ["is sent when a success came late", timeline(["takeover", "1"], ["late", "sendgrid (mailroom) x1"]), { state: "sent" }],
    [
      "is not sent when a failure came late",
      timeline(["takeover", "1"], ["stale", "smtp: 451 later"]),
      { state: "retrying", reason: "smtp: 451 later" },
    ],
    ["is retrying after a failed try", timeline(["retry", "smtp: 451 later"]), { state: "retrying", reason: "smtp: 451 later" }],
    ["is retrying while it is in doubt", timeline(["doubtful", "smtp: reset"]), { state: "retrying", reason: "smtp: reset" }],
    [
      "is retrying after its worker died",
      timeline(["takeover", "2"]),
      { state: "retrying", reason: "its worker died while sending it (2)" },
    ],
    ["is dead with its reason", timeline(["retry", "smtp: 451"], ["dead", "smtp: 550"]), { state: "dead", reason: "smtp: 550" }],
    [
      "lives again when it is tried after its end",
      timeline(["dead", "smtp: 550"], ["retry", "smtp: 451"]),
      { state: "retrying", reason: "smtp: 451" },
    ],
    ["is suppressed with its reason", timeline(["suppressed", "smtp: 550 5.1.1"]), { state: "suppressed", reason: "smtp: 550 5.1.1" }],
    [
      "waits when it was only put back",
      timeline(["deferred", "this build has no route"]),
      { state: "waiting", reason: "this build has no route" },
    ],
    [
      "is retrying when it was put back after a try",
      timeline(["retry", "smtp: 451"], ["deferred", "this build has no route"]),
      { state: "retrying", reason: "this build has no route" },
    ],
  ] as const)("%s", (_name, steps, expected) => {
    expect(deliveryState(steps)).toEqual(expected);
  });
});

const listener = (name: string) => ({ name, identity: name });

describe("what the subscribers made of an event", () => {
  const sent = { subscriber: "receipt", problem: undefined, skipped: [], more: 0, deliveries: [delivery("d_a", timeline(["sent", "x"]))] };
  const waiting = { subscriber: "receipt", problem: undefined, skipped: [], more: 0, deliveries: [delivery("d_a", timeline())] };
  const unplanned = { subscriber: "receipt", problem: "to threw", skipped: [], more: 0, deliveries: [] };

  it("lists those who listen and have not read it, beside those who have", () => {
    const views = subscriberViews([sent], [listener("receipt"), listener("digest")]);
    expect(views.map(({ name, read }) => ({ name, read }))).toEqual([
      { name: "digest", read: false },
      { name: "receipt", read: true },
    ]);
  });

  it("calls a renamed subscriber by its new name, and says how many deliveries are not listed", () => {
    const renamed = { name: "confirmation", identity: "receipt" };
    expect(subscriberViews([{ ...sent, more: 400 }], [renamed])).toMatchObject([{ name: "confirmation", read: true, more: 400 }]);
  });

  it("keeps those who have read it and are no longer defined", () => {
    expect(subscriberViews([sent], [])).toMatchObject([
      { name: "receipt", read: true, gone: true, deliveries: [{ id: "d_a", state: "sent" }] },
    ]);
    expect(subscriberViews([sent], [listener("receipt")])[0]).not.toHaveProperty("gone");
  });

  it("is looked up again at once while something can still happen, and seldom when all has ended", () => {
    expect(freshFor(subscriberViews([waiting], [listener("receipt")]), 1_000)).toBe(0);
    expect(freshFor(subscriberViews([], [listener("receipt")]), 1_000)).toBe(0);
    expect(freshFor(subscriberViews([unplanned], [listener("receipt")]), 1_000)).toBe(0);
    expect(freshFor(subscriberViews([waiting], [listener("receipt")]), 61_000)).toBe(5_000);
    expect(freshFor(subscriberViews([sent], [listener("receipt")]), 1_000)).toBe(15_000);
  });
});

it("shows a long payload in part, and says how long it is", () => {
  const event: BusEvent = {
    specversion: "1.0",
    id: "e-1",
    source: "/test",
    type: "order.placed",
    time: "2026-01-01T00:00:00.000Z",
    datacontenttype: "application/json",
    dataversion: 1,
    data: "x".repeat(10_000),
  };
  const { payload } = eventView(event, undefined);
  expect(payload.length).toBeLessThan(6_100);
  expect(payload).toContain("10002 characters in all");
});
