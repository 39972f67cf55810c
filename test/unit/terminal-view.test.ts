import { EventEmitter } from "eventemitter3";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Bus } from "../../src/bus/bus.ts";
import { terminalLogger } from "../../src/cli/terminal-logger.ts";
import { terminalView } from "../../src/cli/terminal-view.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const event = { id: "e", type: "order.placed", time: "2026-01-01T00:00:00Z" };
const delivery = { id: "d_1", channel: "handler", to: "audit", subscriber: "audit", event };

it("counts what it cannot print in a second, and never a failure among it", () => {
  const bus = new EventEmitter();
  const lines: string[] = [];
  const view = terminalView(bus as unknown as Bus, (line) => lines.push(line));
  for (let index = 0; index < 100; index += 1) bus.emit("published", { event, repeated: false });
  bus.emit("dead", { delivery, reason: "no ledger\u001b[31m\nforged  line\u202e" });
  vi.advanceTimersByTime(1_000);
  view.stop();
  expect(lines.filter((line) => line.includes("published"))).toHaveLength(20);
  expect(lines.at(-1)).toContain("… and 80 more");
  const dead = lines.find((line) => line.includes("audit: "))!;
  expect(dead).toContain(String.raw`no ledger\u001b[31m forged line\u202e`);
});

it("counts failures too where there are more than fifty in a second, and says where to look", () => {
  const bus = new EventEmitter();
  const lines: string[] = [];
  const view = terminalView(bus as unknown as Bus, (line) => lines.push(line));
  for (let index = 0; index < 70; index += 1) bus.emit("dead", { delivery, reason: "no ledger" });
  vi.advanceTimersByTime(1_000);
  view.stop();
  expect(lines).toHaveLength(51);
  expect(lines.at(-1)).toContain("… and 20 more failures: busbar dead-letters list shows what ended");
});

it("logs what handlers say and what the bus warns of, but nothing that the view shows anyway", () => {
  const lines: string[] = [];
  const log = terminalLogger((line) => lines.push(line));
  log.info({}, "started");
  log.warn({ observation: "unroutable", reason: "x" }, "an event could not be routed");
  log.warn({ queue: "email" }, "a queue refuses");
  log.child({ delivery: "d_1", event: "e" }).info({ rows: 7 }, "rows\nread");
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain("a queue refuses queue=email");
  expect(lines[1]).toMatch(/info.*rows read rows=7$/);
});
