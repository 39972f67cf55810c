import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deliveryId } from "../../src/define/delivery.ts";
import type { BusEvent } from "../../src/define/event.ts";
import { defineSubscriber } from "../../src/index.ts";
import { plan } from "../../src/router/plan.ts";
import { orderPlaced, receipt, receiptEmail } from "../support/line.ts";

const eventOf = (data: object): BusEvent => ({
  specversion: "1.0",
  id: "e-1",
  source: "/test",
  type: "order.placed",
  time: "2026-01-01T00:00:00.000Z",
  datacontenttype: "application/json",
  dataversion: 1,
  data,
});
const options = { application: "shop" };
const event = eventOf({ orderId: "A-1", email: "asha@example.com" });

function subscriberTo(to: (event: { data: { email: string } }) => string | readonly string[] | undefined) {
  return defineSubscriber(orderPlaced, {
    name: "s",
    deliver: ({ email }) => [email({ to, template: receiptEmail, data: ({ data }) => ({ orderId: data.orderId }) })],
  });
}

describe("plan", () => {
  it("makes a self-contained delivery that is the same each time", () => {
    const { deliveries, skipped } = plan(receipt, event, options);
    expect(skipped).toEqual([]);
    expect(deliveries).toEqual(plan(receipt, event, options).deliveries);
    expect(deliveries[0]).toMatchObject({
      event: { id: "e-1", type: "order.placed" },
      subscriber: "receipt",
      route: "email",
      channel: "email",
      to: "asha@example.com",
      template: { name: "receipt", version: 1 },
      data: { orderId: "A-1" },
      policy: { priority: "normal", attempts: 4, delay: 20 },
    });
  });

  it("gives every intended send an id of its own that BullMQ takes", () => {
    const base = { application: "a", eventId: "e", subscriber: "s", route: "r", channel: "email", recipient: "x@y.z", epoch: 0 } as const;
    const changed = [
      { application: "b" },
      { eventId: "f" },
      { subscriber: "t" },
      { route: "q" },
      { channel: "sms" as const },
      { recipient: "y@y.z" },
      { epoch: 1 },
    ];
    const ids = [base, ...changed.map((change) => ({ ...base, ...change }))].map(deliveryId);
    expect(new Set(ids).size).toBe(8);
    for (const id of ids) expect(id).toMatch(/^d_[a-z2-7]{32}$/);
  });

  it("cannot be confused by names that run into one another", () => {
    const text = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        const id = (subscriber: string, route: string): string =>
          deliveryId({ application: "a", eventId: "e", subscriber, route, channel: "email", recipient: c, epoch: 0 });
        expect(id(a + b, "x") === id(a, `${b}x`)).toBe(b === "");
      }),
    );
  });

  it("refuses an answer of when that is neither true nor false, and to, when and data that are async", () => {
    const mail = { to: () => "a@b.co", template: receiptEmail, data: () => ({ orderId: "1" }) };
    const of = (more: object) => () =>
      plan(defineSubscriber(orderPlaced, { name: "s", deliver: ({ email }) => [email({ ...mail, ...more })] }), event, options);
    expect(of({ when: () => "yes" })).toThrow('route "email": when must return true or false, and returned "yes"');
    expect(of({ when: async () => true })).toThrow("when must not be async");
    expect(of({ to: async () => "a@b.co" })).toThrow("to must not be async: it returned a promise; look recipients up in an audience");
    expect(of({ data: async () => ({ orderId: "1" }) })).toThrow("data must not be async");
    expect(of({ expiresIn: () => "soon" })).toThrow(/expiresIn returned what is no time/);
    expect(of({ deliverAt: () => "tomorrow" })).toThrow(/deliverAt: "tomorrow" is no time/);
  });

  it("a message's category travels with it where it is not transactional", () => {
    const planned = [{}, { category: "transactional" }, { category: "marketing" }].map(
      (more) =>
        plan(
          defineSubscriber(orderPlaced, {
            name: "s",
            deliver: ({ email }) => [email({ to: () => "a@b.co", template: receiptEmail, data: () => ({ orderId: "1" }), ...more })],
          }),
          event,
          options,
        ).deliveries[0]!,
    );
    expect(planned.map(({ category }) => category)).toEqual([undefined, undefined, "marketing"]);
    expect(planned[0]).not.toHaveProperty("category");
  });

  it("makes one delivery a recipient, and one only where an address comes twice", () => {
    const { deliveries } = plan(
      subscriberTo(() => ["a@example.com", "b@example.com", "a@EXAMPLE.com"]),
      event,
      options,
    );
    expect(deliveries.map(({ to }) => to)).toEqual(["a@example.com", "b@example.com"]);
  });

  it("skips a route whose when says no, that has no recipient, or whose channel is off, and says so", () => {
    const never = defineSubscriber(orderPlaced, {
      name: "s",
      deliver: ({ email }) => [email({ when: () => false, to: () => "a@b.co", template: receiptEmail, data: () => ({ orderId: "" }) })],
    });
    expect(plan(never, event, options)).toEqual({ deliveries: [], audiences: [], skipped: [{ route: "email", reason: "when said no" }] });
    expect(
      plan(
        subscriberTo(() => undefined),
        event,
        options,
      ).skipped,
    ).toEqual([{ route: "email", reason: "no recipient" }]);
    expect(
      plan(
        subscriberTo(() => []),
        event,
        options,
      ).skipped,
    ).toEqual([{ route: "email", reason: "no recipient" }]);
    expect(plan(receipt, event, { ...options, channels: { email: { enabled: false } } }).skipped).toEqual([
      { route: "email", reason: "the channel email is switched off" },
    ]);
  });

  it("turns a wrong address into a delivery that will be a dead letter, naming the field", () => {
    for (const bad of ["not an address", "a@b.co\r\nBcc: x@y.z", "A <a@b.co>", "a@b.co,c@d.co", "+919876543210"]) {
      const { deliveries } = plan(
        subscriberTo(() => bad),
        event,
        options,
      );
      expect(deliveries[0]!.refusal, bad).toMatch(/^to: .* is not an e-mail address$/);
    }
  });

  it("names subscriber, route and function when the subscriber's own code throws", () => {
    const broken = subscriberTo(() => {
      throw new TypeError("no customer");
    });
    expect(() => plan(broken, event, options)).toThrow('subscriber "s", route "email": to threw: no customer');
  });

  it("names the missing field when data does not fit the template", () => {
    const broken = defineSubscriber(orderPlaced, {
      name: "s",
      deliver: ({ email }) => [email({ to: () => "a@b.co", template: receiptEmail, data: () => ({}) as { orderId: string } })],
    });
    expect(() => plan(broken, event, options)).toThrow(/subscriber "s", route "email": data does not fit template "receipt": orderId: /);
  });

  it("B1: takes the policy of the nearest level: channel, subscriber, route", () => {
    const policy = plan(receipt, event, { ...options, channels: { email: { priority: "low", retry: { attempts: 9, delay: "1m" } } } })
      .deliveries[0]!.policy;
    expect(policy).toMatchObject({ priority: "low", attempts: 9, delay: 20 });
  });
});
