import { describe, expect, it } from "vitest";
import { catalogOf } from "../../src/define/catalog.ts";
import type { Policy } from "../../src/define/policy.ts";
import { parsePayload } from "../../src/define/topic.ts";
import type { Subscriber } from "../../src/index.ts";
import { plan } from "../../src/router/plan.ts";
import * as topics from "../../topics/index.ts";
import { deliveriesOf, exampleOf, planOf, problems, subscriberCalled, subscribers } from "../support/reference-domain.ts";

/** Every reaction: topic → subscriber → channel (and the route's name, where it has one of its own), priority, times. */
const table: Readonly<Record<string, readonly string[]>> = {
  "vote.created": ["vote-confirmation: email, normal"],
  "model.progress_milestone": ["progress-update: email to an audience, low"],
  "model.rank_changed": ["rank-update: email to an audience, critical", "rank-update: push to an audience, critical"],
  "reward.earned": ["reward-delivery: email, high, at 2025-10-19T03:30:00.000Z"],
  "referral.joined": ["referral-join: email, low"],
  "referral.milestone": ["referral-milestone: email, critical"],
  "user.registered": ["welcome: email, low"],
  "otp.requested": [
    "otp: sms, critical, until 2025-10-18T12:05:00.000Z",
    // Queued for where the SMS does not arrive.
    "otp: whatsapp, critical, at 2025-10-18T12:00:45.000Z, until 2025-10-18T12:05:00.000Z",
  ],
  "password.reset_requested": ["password-reset: email, critical, until 2025-10-18T12:30:00.000Z"],
  "order.placed": [
    "order-confirmation: email, high",
    "order-confirmation: sms, high",
    "order-confirmation: whatsapp, high",
    "order-confirmation: whatsapp (cod-confirmation), high",
  ],
  "order.status_changed": ["order-status: email, normal", "order-status: push, normal"],
  "order.refunded": ["refund-confirmation: email, normal", "refund-confirmation: sms, normal"],
  "cashback.confirmed": ["cashback-confirmed: email, normal", "cashback-credited: sms, normal"],
  "withdrawal.requested": ["withdrawal-requested: email, normal"],
  "withdrawal.processed": ["withdrawal-processed: email, high", "withdrawal-processed: sms, high", "withdrawal-processed: push, high"],
  "withdrawal.rejected": ["withdrawal-rejected: email, high", "withdrawal-rejected: sms, high"],
  "inventory.low_stock": ["low-stock-alert: email, high", "low-stock-alert: webhook, high"],
  "inventory.sync_requested": ["inventory-sync: handler, normal"],
  "report.requested": ["report-generation: handler, normal"],
  "report.ready": ["download-ready: email, normal"],
  "file.import_requested": ["file-import: handler, normal"],
  "file.export_requested": ["file-export: handler, normal"],
  "file.export_ready": ["download-ready: email, normal"],
  "affiliate.sync_due": ["affiliate-sync: handler, normal"],
  "maintenance.due": [
    "maintenance: handler (stock-check), normal",
    "maintenance: old-files skipped, when said no",
    "maintenance: old-deliveries skipped, when said no",
  ],
};

const listenersTo = (topic: string): readonly Subscriber[] => subscribers.filter((each) => each.topics.some(({ name }) => name === topic));

/** The rows of the table that the example of a topic makes, and what was skipped. */
function reactionsTo(topic: (typeof topics)[keyof typeof topics]): string[] {
  return listenersTo(topic.name).flatMap((subscriber) => {
    const { deliveries, audiences, skipped } = plan(subscriber, exampleOf(topic), { application: "test" });
    const row = (route: string, channel: string, { priority }: Policy, more = ""): string =>
      `${subscriber.name}: ${channel}${route === channel ? "" : ` (${route})`}${more}, ${priority}`;
    return [
      ...audiences.map(({ route, channel, policy }) => row(route, channel, policy, " to an audience")),
      ...deliveries.map(({ route, channel, policy, notBefore, expiresAt, refusal }) =>
        [row(route, channel, policy), time("at", notBefore), time("until", expiresAt), refusal ?? ""].join(""),
      ),
      ...skipped.map(({ route, reason }) => `${subscriber.name}: ${route} skipped, ${reason}`),
    ];
  });
}

const time = (word: string, at: number | undefined): string => (at === undefined ? "" : `, ${word} ${new Date(at).toISOString()}`);

describe("the reference domain", () => {
  it("has every topic of its table, and every subscriber file can be used", () => {
    expect(problems).toEqual([]);
    const { topics: known } = catalogOf(topics, subscribers);
    expect(known.map(({ name }) => name).toSorted()).toEqual(Object.keys(table).toSorted());
  });

  it.each(Object.values(topics).map((topic) => [topic.name, topic] as const))("%s makes the reactions of its row", (name, topic) => {
    expect(reactionsTo(topic).toSorted()).toEqual([...table[name]!].toSorted());
  });

  it.each(Object.values(topics).map((topic) => [topic.name, topic] as const))("%s has an example, a description and a key", (_, topic) => {
    expect(topic.description).toMatch(/\.$/);
    expect(parsePayload(topic, topic.example)).toHaveProperty("data");
    expect(topic.key!(topic.example as never)).toEqual(expect.stringMatching(/./));
  });

  it("has subscribers that say what they do, each in a file of its name", () => {
    for (const { name, description } of subscribers) expect([name, description]).toEqual([name, expect.stringMatching(/\.$/)]);
    expect(subscribers.map(({ name }) => name)).toEqual(
      [
        ...new Set(
          Object.values(table)
            .flat()
            .map((row) => row.split(":")[0]),
        ),
      ].toSorted(),
    );
  });
});

const skippedOf = (name: string, changes: object): unknown => planOf(name, changes).skipped;

describe("the reactions", () => {
  it("D3: a rank update goes to all 500 supporters, and to the devices of those who have the app", async () => {
    const deliveries = await deliveriesOf(subscriberCalled("rank-update"), exampleOf(topics.modelRankChanged));
    const on = (channel: string): Set<string> => new Set(deliveries.filter((each) => each.channel === channel).map(({ to }) => to));
    expect([on("email").size, on("push").size, deliveries.length]).toEqual([500, 125, 625]);
    expect(deliveries.filter(({ refusal }) => refusal !== undefined)).toEqual([]);
    const again = await deliveriesOf(subscriberCalled("rank-update"), exampleOf(topics.modelRankChanged));
    expect(again.map(({ id }) => id)).toEqual(deliveries.map(({ id }) => id));
  });

  it("D1: a reward goes out at the time that its event names, else at once", () => {
    const [delivery] = planOf("reward-delivery", { deliverAt: undefined }).deliveries;
    expect(delivery).toBeDefined();
    expect(delivery).not.toHaveProperty("notBefore");
  });

  it("a reset link's mail expires with the link", () => {
    const [delivery] = planOf("password-reset", { validMinutes: 90 }).deliveries;
    expect(delivery).toMatchObject({ expiresAt: Date.parse("2025-10-18T13:30:00Z"), data: { validFor: "90 minutes" } });
  });

  it("a prepaid order is not asked for a confirmation, and one without a phone goes by e-mail alone", () => {
    expect(skippedOf("order-confirmation", { paymentMethod: "prepaid" })).toEqual([{ route: "cod-confirmation", reason: "when said no" }]);
    const { deliveries, skipped } = planOf("order-confirmation", { customer: { name: "Asha Iyer", email: "asha.iyer@example.in" } });
    expect(deliveries.map(({ channel }) => channel)).toEqual(["email"]);
    expect(skipped).toEqual(["sms", "whatsapp", "cod-confirmation"].map((route) => ({ route, reason: "no recipient" })));
  });

  it("packing an order is nobody's news, and a customer without the app gets no push", () => {
    expect(skippedOf("order-status", { status: "packed" })).toEqual(
      ["email", "push"].map((route) => ({ route, reason: expect.stringMatching(/^filter: status is "packed"/) as unknown })),
    );
    const { deliveries } = planOf("order-status", { customer: { name: "Asha", email: "asha.iyer@example.in" } });
    expect(deliveries.map(({ channel }) => channel)).toEqual(["email"]);
  });

  it("a status that was written before parcels were named is read as one without a parcel", () => {
    const { parcel: _, ...old } = topics.orderStatusChanged.example!;
    const written = { ...exampleOf(topics.orderStatusChanged), dataversion: 1, data: old };
    const [delivery] = plan(subscriberCalled("order-status"), written, { application: "test" }).deliveries;
    expect(delivery!.data).toMatchObject({ orderId: "KR-48213", parcel: null });
  });

  it("cashback of a user without a phone is not texted", () => {
    const user = { id: "u", name: "Joseph Thomas", email: "joseph.thomas@example.in" };
    expect(skippedOf("cashback-credited", { user })).toEqual([
      { route: "sms", reason: expect.stringMatching(/^filter: user\.phone/) as unknown },
    ]);
    expect(planOf("cashback-confirmed", { user }).deliveries).toHaveLength(1);
  });

  it("the operations tool gets what it needs of a low stock, and no more", () => {
    const hook = planOf("low-stock-alert").deliveries.find(({ channel }) => channel === "webhook");
    expect(hook).toMatchObject({ to: "https://operations.example.in/hooks/low-stock" });
    expect(hook!.data).toEqual({
      alertId: "e-inventory.low_stock",
      sku: "TEA-ASM-500",
      stock: 8,
      threshold: 25,
      warehouse: "wh_blr",
      noticedAt: "2025-10-18T20:30:00Z",
    });
  });

  it.each([
    ["2025-10-01", "2025-10-01", []],
    ["2024-01-01", "2024-12-31", []],
    ["2025-10-02", "2025-10-01", ["to: a report is about one day to a year: to must not be before from"]],
    ["2024-01-01", "2025-01-01", ["to: a report is about one day to a year: to must not be before from"]],
  ])("a report is about one day to a year: from %s to %s", (from, to, expected) => {
    const parsed = parsePayload(topics.reportRequested, { ...topics.reportRequested.example, from, to });
    expect("problems" in parsed ? parsed.problems : []).toEqual(expected);
  });
});
