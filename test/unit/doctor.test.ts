import { describe, expect, it } from "vitest";
import type { ChannelView } from "../../src/bus/channels.ts";
import { connectionVerdict } from "../../src/bus/doctor/connection-verdict.ts";
import type { Diagnosis } from "../../src/bus/doctor/diagnosis.ts";
import { idleFinding } from "../../src/bus/doctor/idle-cost.ts";
import type { ServerFacts } from "../../src/bus/doctor/redis-facts.ts";
import { serverFindings } from "../../src/bus/doctor/server-findings.ts";
import { type WorkFacts, workFindings } from "../../src/bus/doctor/work-findings.ts";

const failed = { shown: "redis://cache:6379", tls: false, code: undefined, message: "", answersOtherwise: false };

describe("D6: the verdict on a connection that failed", () => {
  it.each([
    [{ code: "ENOTFOUND" }, /cannot be resolved/, /Correct the name/],
    [{ code: "ECONNREFUSED" }, /Nothing listens/, /Start Redis there/],
    [{ code: "ETIMEDOUT" }, /does not answer/, /firewall/],
    [{ answersOtherwise: true, code: "ETIMEDOUT" }, /asks for TLS/, /rediss:\/\//],
    [{ answersOtherwise: true, tls: true }, /does not speak TLS/, /redis:\/\//],
    [{ tls: true, code: "SELF_SIGNED_CERT_IN_CHAIN" }, /not trusted \(SELF_SIGNED/, /NODE_EXTRA_CA_CERTS/],
    [{ tls: true, code: "ERR_TLS_CERT_ALTNAME_INVALID" }, /not trusted/, /name that stands in the certificate/],
    [{ message: "WRONGPASS invalid username-password pair or user is disabled." }, /refuses the user or the password/, /%40/],
    [{ message: "NOAUTH Authentication required." }, /asks for a password/, /REDIS_PASSWORD/],
    [{ message: "NOPERM this user has no permissions to run the 'eval' command" }, /may not do what busbar needs/, /ACL SETUSER/],
    [{ message: "ERR DB index is out of range" }, /does not have the database/, /REDIS_DB/],
    [{ message: "LOADING Redis is loading the dataset in memory" }, /still reading/, /Wait/],
    [{ message: 'Unknown RESP type 72 "H". Please report this.' }, /no Redis/, /host and port/],
    [{ message: "something else" }, /does not answer \(something else\)/, /correct REDIS_URL/],
  ])("of %j says what is wrong and what to do", (what, message, fix) => {
    const verdict = connectionVerdict({ ...failed, ...what });
    expect(verdict).toEqual({
      level: "error",
      about: "connection",
      message: expect.stringMatching(message),
      fix: expect.stringMatching(fix),
    });
    expect(verdict.message).toContain("cache");
  });
});

const healthy: ServerFacts = {
  version: "7.2.4",
  evictionPolicy: "noeviction",
  appendOnly: true,
  appendFsync: "always",
  replicas: { online: 0, coming: 0 },
  usedMemory: 50 * 1_048_576,
  maxMemory: 1_073_741_824,
  systemMemory: 8 * 1_073_741_824,
  clockAhead: 3,
  keys: { looked: 10, all: 10, foreign: [] },
  clients: new Map(),
};
const notOk = (found: readonly Diagnosis[]): string[] =>
  found.filter(({ level }) => level !== "ok").map(({ level, about }) => `${level} ${about}`);

describe("what the doctor says of a Redis", () => {
  it("is all well on one that keeps what it is given", () => {
    expect(notOk(serverFindings(healthy, "fsync"))).toEqual([]);
  });

  it.each<[Partial<ServerFacts>, "memory" | "fsync" | undefined, string]>([
    [{ version: "6.2.1" }, undefined, "error version"],
    [{ evictionPolicy: "allkeys-lru" }, undefined, "error eviction"],
    [{ evictionPolicy: undefined }, undefined, "warning eviction"],
    [{ appendOnly: false }, undefined, "warning persistence"],
    [{ appendOnly: false }, "memory", "error persistence"],
    [{ appendFsync: "everysec" }, "fsync", "error persistence"],
    [{ appendFsync: undefined }, "fsync", "warning persistence"],
    [{ appendOnly: undefined, appendFsync: undefined }, "memory", "warning persistence"],
    [{ usedMemory: 800 * 1_048_576 }, undefined, "warning memory"],
    [{ usedMemory: 1_000 * 1_048_576 }, undefined, "error memory"],
    [{ usedMemory: 7.5 * 1_073_741_824, maxMemory: 0 }, undefined, "error memory"],
    [{ maxMemory: undefined }, undefined, "warning memory"],
    [{ clockAhead: -1_500 }, undefined, "warning clock"],
    [{ clockAhead: 31_000 }, undefined, "error clock"],
    [{ keys: { looked: 10, all: 10, foreign: [{ beginning: "sess", keys: 4 }] } }, undefined, "warning keys"],
    [{ keys: undefined }, undefined, "warning keys"],
  ])("of %j, asked for %s, is %s", (fact, asked, expected) => {
    const found = serverFindings({ ...healthy, ...fact }, asked);
    expect(notOk(found)).toEqual([expected]);
    for (const { level, fix } of found) expect(fix !== undefined, "a fix is there just where one is needed").toBe(level !== "ok");
  });

  it("asks for no more than was asked for", () => {
    expect(notOk(serverFindings({ ...healthy, appendFsync: "everysec" }, "memory"))).toEqual([]);
    expect(notOk(serverFindings({ ...healthy, appendFsync: "everysec" }, undefined))).toEqual([]);
  });
});

const now = Date.parse("2026-11-24T10:00:00Z");
const channel: ChannelView = {
  name: "email",
  on: true,
  paused: false,
  waiting: 0,
  active: 0,
  delayed: 0,
  completed: 0,
  dead: 0,
  concurrency: 5,
  rateLimit: false,
  workers: 1,
};
const position = {
  name: "receipt",
  topics: ["order.placed"],
  state: "running" as const,
  lag: 0,
  pending: 0,
  gaps: 0,
  seen: "2026-11-24T09:59:56Z",
};
const outbox = { waiting: 0, oldestAge: 0, refused: 0, unknownTopics: [] };
const idle: WorkFacts = {
  channels: [channel],
  subscribers: [position],
  unknownGroups: [],
  reconciled: { missing: 0 },
  unplanned: [],
  newer: [],
  now,
};

describe("what the doctor says of the work", () => {
  it.each<[string, Partial<WorkFacts>, string[]]>([
    ["nothing where all is done", {}, []],
    ["work without a worker", { channels: [{ ...channel, waiting: 3, workers: 0 }] }, ["error workers"]],
    ["nothing of work that has one", { channels: [{ ...channel, waiting: 3 }] }, []],
    ["workers that cannot be seen", { channels: [{ ...channel, waiting: 3, workers: undefined! }] }, ["warning workers"]],
    ["a pause, and not its idle workers", { channels: [{ ...channel, waiting: 3, workers: 0, paused: true }] }, ["warning pauses"]],
    [
      "what a channel that is off holds",
      { channels: [{ ...channel, on: false, off: "it is off", waiting: 1, workers: 0 }] },
      ["warning channels"],
    ],
    [
      "a subscriber that no router looks after",
      { subscribers: [{ ...position, lag: 2, seen: "2026-11-24T09:58:00Z" }] },
      ["error subscribers"],
    ],
    ["a subscriber that is paused", { subscribers: [{ ...position, lag: 2, state: "paused" }] }, ["warning pauses"]],
    ["nothing of one that is being read", { subscribers: [{ ...position, lag: 2 }] }, []],
    ["a group that nobody knows", { unknownGroups: [{ group: "shop.old", name: "old", topics: ["order.placed"] }] }, ["warning groups"]],
    [
      "events that could not be planned so far",
      {
        channels: [{ ...channel, name: "routing", delayed: 3 }],
        unplanned: [{ topic: "order.placed", event: "e-1", subscriber: "receipt", state: "delayed", made: 2, most: 4 }],
      },
      ["warning routing"],
    ],
    [
      "events that wait for a newer process, and those that this build could take",
      {
        newer: [
          { topic: "order.placed", version: 3, events: 2, known: 2 },
          { topic: "order.placed", version: 2, events: 1, known: 2 },
        ],
      },
      ["warning versions", "warning versions"],
    ],
    [
      "limits that were set at run time",
      {
        channels: [
          {
            ...channel,
            rateLimit: { max: 2, per: 1_000 },
            configured: { concurrency: 5, rateLimit: false },
            atRunTime: { rateLimit: { by: "asha", at: "2026-11-28T10:00:00Z" } },
          },
        ],
      },
      ["warning limits"],
    ],
    ["dead letters", { channels: [{ ...channel, dead: 2 }] }, ["warning dead letters"]],
    ["nothing of an outbox that is being relayed", { outbox: { ...outbox, waiting: 3, oldestAge: 59_000 } }, []],
    ["an outbox without a relay", { outbox: { ...outbox, waiting: 3, oldestAge: 61_000 } }, ["error outbox"]],
    ["an outbox that cannot be seen", { outbox: { problem: "the database cannot be reached" } }, ["error outbox"]],
    ["events that were set aside", { outbox: { ...outbox, refused: 1 } }, ["warning outbox"]],
    [
      "events of a topic of another build, and not its relay",
      { outbox: { ...outbox, waiting: 2, oldestAge: 61_000, unknownTopics: [{ topic: "order.later", waiting: 2 }] } },
      ["warning outbox"],
    ],
  ])("names %s", (_, facts, expected) => {
    expect(notOk(workFindings({ ...idle, ...facts }))).toEqual(expected);
  });

  it.each([
    ["email", "--only workers"],
    ["routing", "--only router"],
  ])("names the role that is missing for %s", (name, role) => {
    const found = workFindings({ ...idle, channels: [{ ...channel, name, waiting: 1, workers: 0 }] });
    expect(found.find(({ about }) => about === "workers")?.fix).toContain(role);
  });
});

describe("D9: the figure of commands that an idle set-up sends", () => {
  it("grows with the routers and workers that are connected", () => {
    const clients = new Map([
      ["busbar-bell", 2],
      ["busbar-worker-routing", 2],
      ["busbar-worker-audiences", 2],
      ["busbar-worker-email", 3],
      ["somebody", 9],
    ]);
    expect(idleFinding(clients, 4).message).toBe(
      "What runs now, 2 routers and 3 channel workers, sends about 800,000 commands a day while nothing happens, 24,000,000 a month.",
    );
  });

  it("is what one process would send where none runs, and unseen where Redis does not say", () => {
    expect(idleFinding(new Map([["busbar-doctor", 1]]), 4).message).toMatch(
      /^No router and no worker runs; .* about 600,000 commands a day/,
    );
    expect(idleFinding(undefined, 4).level).toBe("warning");
  });
});
