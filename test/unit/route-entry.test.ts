import { expect, it } from "vitest";
import { encodeEvent } from "../../src/define/event.ts";
import { routeEntry } from "../../src/router/route-entry.ts";
import { orderPlaced, receipt } from "../support/line.ts";

const position = { topic: orderPlaced.name, partition: 0, group: "test.receipt" };
const event = { specversion: "1.0", id: "e-1", source: "/shop", type: orderPlaced.name, time: "2026-01-01T00:00:00.000Z" };
const json = encodeEvent({ ...event, data: { orderId: "A-1", email: "asha@example.com" } } as never);
const routed = (deliveries: number) =>
  routeEntry({ id: "1-0", number: 1, json, deliveries }, position, { subscriber: receipt, options: { application: "test" } });

it("an entry that was handed out six times is put aside, and one that was handed out five times is planned", () => {
  expect(routed(5)).toMatchObject({ kind: "planned" });
  expect(routed(6)).toMatchObject({
    kind: "unroutable",
    routing: { poison: true, reason: "poison: its plan ended 5 routers" },
    record: { eventId: "e-1", deliveries: [] },
  });
});
