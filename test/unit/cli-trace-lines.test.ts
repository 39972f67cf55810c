import { describe, expect, it } from "vitest";
import type { RoutingTries } from "../../src/bus/routing-tries.ts";
import type { Trace, TracedDelivery, TracedSubscriber } from "../../src/bus/trace.ts";
import { timelineLines } from "../../src/cli/timeline-lines.ts";
import { traceChanges, traceEnded, traceLines } from "../../src/cli/trace-lines.ts";
import type { TimelineEntry } from "../../src/workers/ledger.ts";

const time = "2026-11-24T23:59:58.000Z";
const at = (seconds: number): number => Date.parse(time) + seconds * 1_000;

const subscriber = (name: string, more: Partial<TracedSubscriber> = {}): TracedSubscriber => ({
  name,
  state: "routed",
  skipped: [],
  deliveries: [],
  more: 0,
  ...more,
});
const delivery = (state: TracedDelivery["state"], timeline: readonly TimelineEntry[] = []): TracedDelivery => ({
  id: "d_1",
  route: "receipt",
  channel: "email",
  state,
  timeline,
});
const tries = (state: RoutingTries["state"]): RoutingTries => ({
  id: "r_1",
  state,
  made: 2,
  most: 4,
  reason: "no price",
  next: "2026-11-25T00:00:18.000Z",
});
const traceOf = (...subscribers: readonly TracedSubscriber[]): Trace => ({
  event: {
    specversion: "1.0",
    id: "e-1",
    source: "/shop",
    type: "order.placed",
    time,
    datacontenttype: "application/json",
    dataversion: 1,
    causationid: "e-0",
    data: {},
  },
  subscribers,
});

const link = (id: string, topic: string) => ({ id, topic, time });

it("a trace draws the chain of causes as a tree, and marks where it stands", () => {
  const caused = [
    { ...link("e-2", "report.ready"), caused: [{ ...link("e-4", "mail.read\u001b"), caused: [] }] },
    { ...link("e-3", "file.ready"), caused: [] },
  ];
  const lines = traceLines({ ...traceOf(), chain: { causes: [link("e-0", "report.requested")], caused, more: true } });
  expect(lines.slice(lines.indexOf("  chain"), -1)).toEqual([
    "  chain",
    "    report.requested e-0 2026-11-24 23:59:58",
    "    └─ order.placed e-1 2026-11-24 23:59:58  ← this one",
    "       └─ report.ready e-2 2026-11-24 23:59:58",
    "          └─ mail.read\\u001b e-4 2026-11-24 23:59:58",
    "       └─ file.ready e-3 2026-11-24 23:59:58",
    "    … and more",
  ]);
  expect(traceLines({ ...traceOf(), chain: { causes: [], caused: [], more: false } })).not.toContain("  chain");
});

describe("a time line", () => {
  it("counts the tries, begins anew when a person queued it again, and names the day when it is another", () => {
    const timeline: TimelineEntry[] = [
      { at: at(0.02), step: "deferred", detail: "this build has no route" },
      { at: at(1), step: "retry", detail: "smtp: 421 busy\u001b[2J" },
      { at: at(5), step: "dead", detail: "smtp: 550 (try 2 of 2)" },
      { at: at(60), step: "redriven", detail: "by asha" },
      { at: at(61), step: "sent", detail: "sendgrid m-1" },
    ];
    expect(timelineLines(timeline, at(0))).toEqual([
      "23:59:58.020  +20 ms            put back     this build has no route",
      "23:59:59.000  +1.0 s    try 1   failed       smtp: 421 busy\\u001b[2J",
      "2026-11-25 00:00:03  +5.0 s    try 2   dead         smtp: 550 (try 2 of 2)",
      "2026-11-25 00:00:58  +60 s             redriven     by asha",
      "2026-11-25 00:00:59  +61 s     try 1   sent         sendgrid m-1",
    ]);
  });
});

describe("what a provider reported later", () => {
  it("stands below the tries in the same columns, and what it settled counts as no try", () => {
    const timeline: TimelineEntry[] = [
      { at: at(1), step: "held", detail: "twilio: reset" },
      { at: at(2), step: "returned", detail: "twilio reported failed: 30008" },
      { at: at(3), step: "held", detail: "twilio: reset" },
      { at: at(4), step: "dead", detail: "twilio reported failed: 30003" },
    ];
    const statuses = [
      { status: "failed", at: at(1.5), provider: "twilio", messageId: "SM1", reason: "30008" },
      { status: "opted out", at: at(3_600), provider: "twilio" },
    ] as const;
    const lines = traceLines(
      traceOf(subscriber("receipts", { deliveries: [{ ...delivery("dead", timeline), status: "opted out", statuses }] })),
    );
    expect(lines.slice(-7)).toEqual([
      "    d_1 email (receipt): dead, opted out",
      "      23:59:59.000  +1.0 s    try 1   held         twilio: reset",
      "      2026-11-25 00:00:00  +2.0 s            came back    twilio reported failed: 30008",
      "      2026-11-25 00:00:01  +3.0 s    try 2   held         twilio: reset",
      "      2026-11-25 00:00:02  +4.0 s            dead         twilio reported failed: 30003",
      "      23:59:59.500  +1.5 s    status  failed       twilio SM1: 30008",
      "      2026-11-25 00:59:58  +60 min   status  opted out    twilio",
    ]);
    const before = traceOf(
      subscriber("receipts", { deliveries: [{ ...delivery("dead", timeline), status: "failed", statuses: statuses.slice(0, 1) }] }),
    );
    const after = traceOf(subscriber("receipts", { deliveries: [{ ...delivery("dead", timeline), status: "opted out", statuses }] }));
    expect(traceChanges(before, after)).toEqual(["email d_1  2026-11-25 00:59:58  +60 min   status  opted out    twilio"]);
  });
});

describe("C10: a trace", () => {
  it("is a tree: how it was published, what each subscriber made of it and why, each delivery, each step", () => {
    const trace = traceOf(
      subscriber("late", { state: "unread" }),
      subscriber("large", { state: "unmatched", reason: "amount: 10 is not > 1000" }),
      subscriber("broken", { state: "problem", reason: "no\nprice", tries: tries("delayed") }),
      subscriber("dead", { state: "problem", reason: "no price", tries: tries("dead") }),
      subscriber("given-up", { state: "problem", reason: "no price" }),
      subscriber("left", { gone: "code", deliveries: [delivery("waiting")] }),
      subscriber("moved", { gone: "topic" }),
      subscriber("old", { state: "forgotten" }),
      subscriber("passed-by", { state: "passed" }),
      subscriber("quiet"),
      subscriber("receipt", {
        skipped: [{ route: "sms", reason: "the channel sms is switched off" }],
        deliveries: [{ ...delivery("sent", [{ at: at(0.005), step: "sent", detail: "sendgrid m-1" }]), progress: { done: 2, total: 5 } }],
        more: 900,
      }),
    );
    expect(traceLines(trace)).toEqual([
      "order.placed e-1",
      "  published        2026-11-24T23:59:58.000Z by /shop",
      "  caused by        e-0",
      "  late: has not read it yet",
      "  large: its filter turned it away: amount: 10 is not > 1000",
      "  broken: could not plan it: no price; tried again by itself: 2 of 4 tries failed, next 2026-11-25 00:00:18 (UTC)",
      "  dead: could not plan it: no price; a dead letter of routing after 2 tries: busbar dead-letters show r_1",
      "  given-up: could not plan it: no price; the queue routing holds it no more: its dead letter was given up, or has passed its time",
      "  left (no longer in the code of this build): matched: 1 delivery",
      "    d_1 email (receipt): waiting",
      "  moved (listens to this topic no longer): made no delivery of it",
      "  old: has read it; what it made of it is no longer kept (96 hours)",
      "  passed-by: stands behind it, and made nothing of it: it was moved past it, or began behind it",
      "  quiet: matched; nothing was to be sent",
      "  receipt: matched: 901 deliveries",
      "    sms skipped: the channel sms is switched off",
      "    d_1 email (receipt): sent  2 of 5",
      "      23:59:58.005  +5 ms     try 1   sent         sendgrid m-1",
      "    … and 900 more deliveries",
    ]);
    expect(traceLines(traceOf()).at(-1)).toBe("  nobody listens to this topic");
  });

  it("has ended when everybody has read the event and no delivery waits", () => {
    expect(traceEnded(traceOf(subscriber("a", { deliveries: [delivery("sent")] }), subscriber("b", { state: "unmatched" })))).toBe(true);
    for (const state of ["waiting", "retrying"] as const)
      expect(traceEnded(traceOf(subscriber("a", { deliveries: [delivery("sent"), delivery(state)] })))).toBe(false);
    expect(traceEnded(traceOf(subscriber("a", { state: "unread" })))).toBe(false);
    expect(traceEnded(traceOf(subscriber("a", { state: "taken" })))).toBe(false);
    const planned = (state: "delayed" | "dead") => traceOf(subscriber("a", { state: "problem", reason: "no price", tries: tries(state) }));
    expect([traceEnded(planned("delayed")), traceEnded(planned("dead"))]).toEqual([false, true]);
    expect(traceChanges(planned("delayed"), planned("dead"))).toEqual([expect.stringContaining("a dead letter of routing after 2 tries")]);
    expect(traceChanges(planned("dead"), planned("dead"))).toEqual([]);
  });

  it("says what is new since it was seen last, and nothing where nothing is", () => {
    const first: TimelineEntry = { at: at(1), step: "retry", detail: "smtp: 421" };
    const unread = traceOf(subscriber("receipt", { state: "unread" }));
    const tried = traceOf(subscriber("receipt", { deliveries: [delivery("retrying", [first])] }));
    const sent = traceOf(
      subscriber("receipt", { deliveries: [delivery("sent", [first, { at: at(1.5), step: "sent", detail: "smtp m-1" }])] }),
    );
    expect(traceChanges(unread, tried)).toEqual([
      "receipt: matched: 1 delivery",
      "email d_1  23:59:59.000  +1.0 s    try 1   failed       smtp: 421",
    ]);
    expect(traceChanges(tried, sent)).toEqual(["email d_1  23:59:59.500  +1.5 s    try 2   sent         smtp m-1"]);
    expect(traceChanges(sent, sent)).toEqual([]);
  });
});
