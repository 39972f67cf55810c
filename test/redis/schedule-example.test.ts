import { expect, it } from "vitest";
import { createTestBus } from "../../src/testing/index.ts";
import stockCheck from "../../schedules/stock-check.ts";
import { memoryServices } from "../../subscribers/_services/index.ts";
import lowStockAlert from "../../subscribers/low-stock-alert.ts";
import maintenance from "../../subscribers/maintenance.ts";
import * as topics from "../../topics/index.ts";

it("the warehouse hears every night of what runs out", async () => {
  await using bus = await createTestBus({
    topics,
    subscribers: [maintenance, lowStockAlert],
    schedules: [stockCheck],
    services: memoryServices(),
    now: "2026-11-28T20:00:00Z",
  });
  await bus.clock.advance("30m");
  await bus.expectNotSent();
  // 02:30 in India.
  await bus.clock.advance("30m");
  await bus.expectSent({ channel: "email", to: "stock.bengaluru@example.in", text: "TEA-ASM-500" });
  expect(await bus.schedules.list()).toMatchObject([{ name: "stock-check", last: { time: "2026-11-28T21:00:00.000Z" }, missed: 0 }]);
});
