import { describe, expect, it } from "vitest";
import * as z from "zod";
import { defineTopic } from "../../src/index.ts";
import { newerVersion, newestEvent, upcastEvent } from "../../src/define/upcast.ts";

const first = defineTopic("order.placed", z.object({ orderId: z.string(), total: z.number() }), {
  key: (order) => order.orderId,
  retain: "7d",
  example: { orderId: "A-1", total: 10 },
});
const second = first.evolve(z.object({ orderId: z.string(), total: z.number(), currency: z.string() }), (old) => ({
  ...old,
  currency: "INR",
}));
const third = second.evolve(
  z.object({ id: z.string(), amount: z.object({ value: z.number(), currency: z.string() }) }),
  ({ orderId, total, currency }) => ({ id: orderId, amount: { value: total, currency } }),
  { key: ({ id }) => id },
);
const event = (dataversion: number, data: unknown) =>
  ({ id: "e", type: "order.placed", time: "2026-01-01T00:00:00Z", dataversion, data }) as never;

describe("evolve", () => {
  it("counts the versions, keeps what is not said anew, and brings the example up", () => {
    expect([first.version, second.version, third.version]).toEqual([1, 2, 3]);
    expect(third.retain).toBe(7 * 86_400_000);
    expect(second.example).toEqual({ orderId: "A-1", total: 10, currency: "INR" });
    expect(third.example).toEqual({ id: "A-1", amount: { value: 10, currency: "INR" } });
    expect(third.key!(third.example!)).toBe("A-1");
    // The versions before are still there: evolving changes nothing of them.
    expect(first.upcasts).toEqual([]);
  });

  it("brings an event up through every version after its own, and leaves one of the newest as it is", () => {
    expect(upcastEvent(third, event(1, { orderId: "B", total: 5 }))).toMatchObject({
      dataversion: 3,
      data: { id: "B", amount: { value: 5, currency: "INR" } },
    });
    expect(upcastEvent(third, event(2, { orderId: "B", total: 5, currency: "EUR" })).data).toEqual({
      id: "B",
      amount: { value: 5, currency: "EUR" },
    });
    const newest = event(3, { anything: "it is not parsed again" });
    expect(upcastEvent(third, newest)).toBe(newest);
  });

  it("says which upcast threw, what did not fit, and that an event is of a newer version", () => {
    const throwing = first.evolve(z.object({ orderId: z.string() }), ({ orderId, total }) => {
      if (total === 13) throw new Error("unlucky");
      return { orderId };
    });
    expect(() => upcastEvent(throwing, event(1, { orderId: "B", total: 13 }))).toThrow(
      "the upcast of order.placed from version 1 threw: unlucky",
    );
    expect(() => upcastEvent(third, event(1, { orderId: 7, total: 5 }))).toThrow(/made of version 1 does not fit version 3: id: /);
    expect(() => upcastEvent(second, event(3, {}))).toThrow(
      "the event is of version 3 of order.placed, and this build knows versions up to 2",
    );
  });

  it("takes no version that is none", () => {
    for (const version of [0, -1, 1.5, "2"]) expect(() => upcastEvent(third, event(version as never, {}))).toThrow("which is none");
  });

  it("shows an event in the newest version, and as it was written where it cannot be brought up", () => {
    expect(newestEvent([third], event(1, { orderId: "B", total: 5 })).data).toEqual({ id: "B", amount: { value: 5, currency: "INR" } });
    for (const written of [event(1, { orderId: 7 }), event(4, { any: "thing" })]) expect(newestEvent([third], written)).toBe(written);
    expect(newerVersion([third], event(4, {}))).toEqual({ topic: "order.placed", version: 4, known: 3 });
    expect(newerVersion([third], event(3, {}))).toBeUndefined();
  });

  it("refuses, when it is defined, a key that the new payload does not have and an upcast that throws on the example", () => {
    expect(() => second.evolve(z.object({ id: z.string() }), ({ orderId }) => ({ id: orderId }))).toThrow(
      /Version 3 of topic "order.placed"[\s\S]*key must return text/,
    );
    expect(() =>
      first.evolve(z.object({ id: z.string() }), () => {
        throw new Error("not yet written");
      }),
    ).toThrow(/upcast threw on the example of the version before: not yet written/);
    expect(() => first.evolve(z.object({ id: z.string().min(9) }), ({ orderId }) => ({ id: orderId }), { key: ({ id }) => id })).toThrow(
      /its example does not match its schema: id/,
    );
  });
});
