import { describe, expect, it } from "vitest";
import type { ChannelView } from "../../src/bus/channels.ts";
import type { Stats } from "../../src/bus/stats.ts";
import { channelLines } from "../../src/cli/channels.ts";
import { pausedLine } from "../../src/cli/paused-line.ts";
import { statisticsLine } from "../../src/cli/statistics-line.ts";
import { statsLines } from "../../src/cli/stats-lines.ts";
import { subscriberLines } from "../../src/cli/subscribers.ts";

const email: ChannelView = {
  name: "email",
  on: true,
  paused: false,
  waiting: 3,
  active: 1,
  delayed: 0,
  completed: 1_198,
  dead: 2,
  concurrency: 5,
  rateLimit: { max: 10, per: 1_000 },
  configured: { concurrency: 5, rateLimit: { max: 10, per: 1_000 } },
  oldestAge: 4_200,
  workers: 2,
};
const sms: ChannelView = {
  ...email,
  name: "sms",
  on: false,
  off: "the channel sms is switched off",
  paused: true,
  rateLimit: { max: 1_000, per: 1_500 },
};
const stats: Stats = {
  topics: [
    { name: "order.placed", published: 1_204, held: 900, losses: 0 },
    { name: "order.refunded", published: 0, held: 0, losses: 0 },
  ],
  subscribers: [
    { name: "receipt", topics: ["order.placed"], state: "paused", lag: 7, oldestAge: 61_000, pending: 1, gaps: 0 },
    { name: "booking", topics: ["order.placed"], state: "running", lag: 0, pending: 0, gaps: 0, seen: "2026-11-24T10:00:00.000Z" },
  ],
  channels: [email],
  redis: { keys: 1_500, memoryBytes: 3_565_158, clients: 9, version: "7.0.15" },
  doubtful: 0,
  reconciled: { missing: 0 },
  unplanned: [],
  newer: [],
};

describe("A11 D4: the line of statistics", () => {
  it("sums up the system, and what has come since it was seen last", () => {
    expect(statisticsLine(stats)).toBe("published 1,204  waiting 3  active 1  delayed 0  completed 1,198  dead 2  lag 7");
    const before: Stats = {
      ...stats,
      topics: [{ name: "order.placed", published: 1_173, held: 900, losses: 0 }],
      // Finished deliveries were forgotten since.
      channels: [{ ...email, completed: 1_500, dead: 1 }],
    };
    expect(statisticsLine(stats, before)).toBe(
      "published 1,204 (+31)  waiting 3  active 1  delayed 0  completed 1,198  dead 2 (+1)  lag 7",
    );
  });

  it("names what is out of the ordinary only where there is some", () => {
    const odd: Stats = {
      ...stats,
      channels: [{ ...email, paused: true, atRunTime: { rateLimit: { by: "asha", at: "2026-11-28T10:00:00.000Z" } } }],
      subscribers: [{ ...stats.subscribers[0]!, gaps: 4 }],
      doubtful: 2,
      reconciled: { missing: 0 },
      unplanned: [],
      newer: [],
    };
    expect(statisticsLine(odd)).toMatch(/ {2}lag 7 {2}gaps 4 {2}perhaps twice 2 {2}paused email {2}limits set email$/);
  });
});

describe("A11: the tables", () => {
  it("have a cell everywhere, so that programs can cut them, and say why a channel is off", () => {
    const lines = channelLines([email, sms, { ...email, name: "routing", rateLimit: undefined, concurrency: undefined }]);
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ["CHANNEL", "STATE", "WAITING", "ACTIVE", "DELAYED", "COMPLETED", "DEAD", "OLDEST", "WORKERS", "CONCURRENCY", "RATE"],
      ["email", "on", "3", "1", "0", "1,198", "2", "4.2 s", "2", "5", "10/1s"],
      ["sms", "off, paused", "3", "1", "0", "1,198", "2", "4.2 s", "2", "5", "1000/1500ms"],
      ["routing", "on", "3", "1", "0", "1,198", "2", "4.2 s", "2", "-", "-"],
      [""],
      ["sms is off: the channel sms is switched off"],
    ]);
  });

  it("say loudly what a person has changed, who, when and why, and how it is changed back", () => {
    const asha = { by: "asha", at: "2026-11-28T10:00:00.000Z", reason: "the provider\nasked" };
    const changed = {
      paused: true,
      pausedBy: { by: "ravi", at: "2026-11-28T11:00:00.000Z" },
      atRunTime: { rateLimit: asha, concurrency: asha },
    };
    const [, , ...lines] = channelLines([{ ...email, ...changed, concurrency: 1, rateLimit: { max: 100, per: 3_600_000 } }]);
    expect(lines).toEqual([
      "",
      "email: PAUSED by ravi 2026-11-28 11:00:00; busbar channels resume email lets it go on",
      "email: RATE 100/1h and not 10/1s, SET by asha 2026-11-28 10:00:00: the provider asked; busbar channels reset email goes back",
      "email: CONCURRENCY 1 and not 5, SET by asha 2026-11-28 10:00:00: the provider asked; busbar channels reset email goes back",
    ]);
  });

  it("tell who has held up a subscriber, and who asks for a pause second who was first", () => {
    const held = { heldSince: "2026-11-28T10:00:00.000Z", heldBy: { by: "asha", reason: "wrong\nprices" } };
    expect(subscriberLines([{ ...stats.subscribers[0]!, ...held }]).slice(2)).toEqual([
      "",
      "receipt: PAUSED by asha 2026-11-28 10:00:00: wrong prices; busbar subscribers resume receipt lets it go on",
    ]);
    const said = { told: ": it waits", back: "busbar channels resume email" };
    expect(pausedLine("email", {}, said)).toBe("email is paused for all processes: it waits. Go on: busbar channels resume email");
    const already = { by: "asha", at: "2026-11-28T10:00:00.000Z", reason: "wrong\nprices" };
    expect(pausedLine("email", { already }, said)).toBe(
      "email was paused already, by asha 2026-11-28 10:00:00 (UTC): wrong prices. That stays. Go on: busbar channels resume email",
    );
    expect(pausedLine("email", { already: {} }, said)).toBe("email was paused already. That stays. Go on: busbar channels resume email");
  });

  it("tell of subscribers only those that are behind, and of topics those that are used", () => {
    const text = statsLines(stats).join("\n");
    expect(text).toMatch(/^receipt +paused +7 +61 s +1 +0 +never +order\.placed\n1 of 2 subscribers up to date$/m);
    expect(text).toMatch(/^order\.placed +1,204 +900\n1,204 events of 1 of 2 topics$/m);
    expect(text).not.toContain("order.refunded");
    const unplanned = [{ topic: "order.placed", event: "e-1", subscriber: "receipt", state: "delayed", made: 2, most: 4 }] as const;
    expect(statsLines({ ...stats, unplanned })).toContain(
      "order.placed e-1 could not be planned for receipt: 2 of 4 tries failed; busbar trace says why",
    );
    expect(text).toMatch(/\nRedis 7\.0\.15: 1,500 keys, 3\.4 MB, 9 clients$/);
  });
});
