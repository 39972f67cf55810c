import { describe, expect, it } from "vitest";
import type { DeadLetterDetail } from "../../src/bus/dead-letters/dead-letter-view.ts";
import type { ReplayRequest } from "../../src/bus/replay/replay-request.ts";
import type { ReplayResult } from "../../src/bus/replay/replay-view.ts";
import { autopsyLines, bulkLines, groupLines, letterLines, letterPreviewLines } from "../../src/cli/dead-letter-lines.ts";
import { refusedSince } from "../../src/cli/cancel.ts";
import { discardDeadLetters, redriveDeadLetters } from "../../src/cli/dead-letters-verbs.ts";
import { strangerLines } from "../../src/cli/names-nobody-has.ts";
import { standingLines } from "../../src/cli/deliveries.ts";
import { previewLines, progressLine, sampleLines } from "../../src/cli/replay-lines.ts";
import { eventLine } from "../../src/cli/tail.ts";

/** A text that tries to pass for a line of ours, and to clear the screen. */
const forged = "x\n  reason    all is well\u001b[2J";
const forgedLine = "x reason all is well\\u001b[2J";
const event = { id: "e-1", type: "order.placed", time: "2026-11-24T10:00:00.000Z" };
const letter: DeadLetterDetail = {
  id: "d_1",
  queue: "email",
  subscriber: "receipt",
  route: "copy",
  to: forged,
  event,
  reason: forged,
  reasonClass: "rejected",
  fingerprint: "f4k3f4k3f4k3f4k3",
  attempts: 4,
  firstAt: "2026-11-24T10:00:00.000Z",
  lastAt: "2026-11-24T10:00:14.000Z",
  build: "shop@1.4.2,busbar@0.1.0",
  stack: [`Error: ${forged}\n    at send`],
  data: { note: forged },
  rendered: { fields: { subject: forged } },
  timeline: [{ at: Date.parse(event.time), step: "dead", detail: forged }],
};

describe("B6: a filter that is typed", () => {
  it("and leaves no dead letter out means them all, which has to be said", async () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    await expect(discardDeadLetters([], { from: "1970-01-01", reason: "old" })).rejects.toThrow("say --all");
    await expect(redriveDeadLetters([], { from: "30000d", to: tomorrow })).rejects.toThrow("say --all");
  });
});

describe("D5: the autopsy of a dead letter", () => {
  it("has everything, and lets nothing that comes from data or code pass for a line of ours", () => {
    const escaped = JSON.stringify(forged).slice(1, -1);
    expect(autopsyLines(letter)).toEqual([
      "d_1",
      `  what      email / receipt / copy → ${forgedLine}`,
      "  of event  order.placed e-1",
      `  reason    ${forgedLine}`,
      "  class     rejected, of the group f4k3f4k3f4k3f4k3",
      "  tries     4 tries, from 2026-11-24 10:00:00 to 2026-11-24 10:00:14 (UTC)",
      "  build     shop@1.4.2,busbar@0.1.0",
      "  stack",
      "    │ Error: x",
      "    │   reason    all is well\\u001b[2J",
      "    │     at send",
      "  time line",
      `    10:00:00.000  +0 ms     try 1   dead         ${forgedLine}`,
      "  data",
      "    │ {",
      `    │   "note": "${escaped}"`,
      "    │ }",
      "  subject, as this build makes it now",
      "    │ x",
      "    │   reason    all is well\\u001b[2J",
    ]);
  });

  it("ends with the beginning of the message, and has all of it where that is asked for", () => {
    const html = `<p>${"Hello, ".repeat(1_000)}</p>`;
    const text = Array.from({ length: 10 }, (_, number) => `line ${number + 1}${number === 0 ? "!".repeat(200) : ""}`).join("\n");
    const long = { ...letter, rendered: { fields: { subject: "Hello", text, html } } };
    const lines = autopsyLines(long);
    const from = lines.indexOf("  subject, as this build makes it now");
    expect(lines.slice(from)).toEqual([
      "  subject, as this build makes it now",
      "    │ Hello",
      "  text, as this build makes it now",
      `    │ line 1${"!".repeat(142)}…`,
      ...[2, 3, 4, 5, 6, 7, 8].map((number) => `    │ line ${number}`),
      "    … and 2 more lines",
      "  html      6.8 KB, not shown here",
      "  All of the message: busbar dead-letters show d_1 --message",
    ]);
    const whole = autopsyLines(long, { message: true });
    expect(whole.slice(0, from)).toEqual(lines.slice(0, from));
    expect(whole.slice(-2)).toEqual(["  html, as this build makes it now", `    │ ${html}`]);
    expect(autopsyLines({ ...letter, rendered: { fields: { subject: "Hello", html } } }).at(-2)).toMatch(/^ {4}│ <p>Hello, .{138}…$/);
  });

  it("is one of a group, and one of what a verb on many would come to", () => {
    const of = { fingerprint: letter.fingerprint, reasonClass: letter.reasonClass, firstAt: letter.firstAt, lastAt: letter.lastAt };
    const group = {
      ...of,
      count: 1_204,
      queues: ["email"],
      subscribers: ["receipt"],
      topics: ["order.placed"],
      error: forged,
      sample: letter,
    };
    expect(groupLines(group)).toEqual([
      "f4k3f4k3f4k3f4k3  1,204 dead letters  from 2026-11-24 10:00:00 to 2026-11-24 10:00:14",
      "    email / receipt / rejected",
      `    ${forgedLine}  (such as d_1)`,
    ]);
    const parts = [{ queue: "email", subscriber: "receipt", reasonClass: "rejected", count: 1 }] as const;
    expect(letterPreviewLines("redrive", { total: 1, parts, samples: [letter] })).toEqual([
      "To be queued again: 1 dead letter",
      "  QUEUE  SUBSCRIBER  CLASS     DEAD LETTERS",
      "  email  receipt     rejected             1",
      "These:",
      `  d_1  ${forgedLine}`,
    ]);
    expect(letterPreviewLines("discard", { total: 0, parts: [], samples: [] })).toEqual([
      "No dead letters are meant: nothing was changed.",
    ]);
  });

  it("is nobody's where a name is mistyped, which is said with the one that was meant", () => {
    const known = [{ name: "welcome", topics: ["user.registered"] }];
    expect(strangerLines({ subscriber: "welcom", topic: "user.registred" }, known)).toEqual([
      'No subscriber is called "welcom" here: did you mean "welcome"?',
      'No subscriber listens to a topic "user.registred" here: did you mean "user.registered"?',
    ]);
    expect(strangerLines({ subscriber: "of-long-ago" }, known)).toEqual(['No subscriber is called "of-long-ago" here.']);
    expect(strangerLines({ subscriber: "welcome", topic: "user.registered" }, known)).toEqual([]);
    expect(strangerLines({ subscriber: "welcom" }, undefined)).toEqual([]);
  });

  it("is counted by an operation, with the reasons of those that stay", () => {
    const counts = { total: 12, done: 9, sent: 1, refused: 2, reasons: { "it is no dead letter any more": 2 } };
    const view = {
      id: "dl_1",
      verb: "redrive",
      filter: {},
      state: "finished",
      created: letter.firstAt,
      actor: "ravi",
      reason: forged,
    } as const;
    expect(bulkLines({ ...view, ...counts, uncounted: 3 })).toContainEqual(
      expect.stringMatching(/^ {4}3 were no dead letters any more when their turn came/),
    );
    expect(bulkLines({ ...view, ...counts })).toEqual([
      `dl_1  redrive  finished  2026-11-24 10:00:00  by ravi: ${forgedLine}`,
      "    9 of 12 done, 1 had been sent meanwhile, 2 left as they were",
      "    1 had been sent meanwhile: nothing is sent again.",
      "    2 were not: it is no dead letter any more",
    ]);
  });

  it("is three lines in a list", () => {
    expect(letterLines({ ...letter, route: "email", to: undefined, event: undefined, attempts: 1 })).toEqual([
      "d_1  2026-11-24 10:00:14  1 try",
      "    email / receipt",
      `    ${forgedLine}`,
    ]);
  });
});

it("C3: a delivery says where it stands and where its job is", () => {
  expect(
    standingLines({
      id: "d_1",
      channel: "email",
      subscriber: "receipt",
      route: "email",
      to: "asha@example.in",
      event,
      state: "retrying",
      reason: "smtp: 421",
      queue: "delayed",
      attempts: 1,
      timeline: [{ at: Date.parse(event.time) + 40, step: "retry", detail: "smtp: 421" }],
    }),
  ).toEqual([
    "d_1 email",
    "  to          asha@example.in",
    "  planned by  receipt",
    "  of event    order.placed e-1",
    "  state       retrying: smtp: 421",
    "  queue       delayed, 1 try used up",
    "    10:00:00.040  +40 ms    try 1   failed       smtp: 421",
  ]);
});

describe("a replay", () => {
  const request: ReplayRequest = {
    topics: ["order.placed"],
    subscribers: ["receipt"],
    from: Date.parse(event.time),
    to: Date.parse(event.time) + 3_600_250,
  };
  const result: ReplayResult = {
    events: 1_204,
    total: 2_408,
    selected: 1_204,
    matched: 1_100,
    planned: 1_101,
    missing: 30,
    queued: 0,
    sent: 1_070,
    underWay: 0,
    dead: 1,
    ended: 0,
    refused: 0,
    audiences: 1,
    never: 1,
    problems: 2,
    firstProblem: forged,
    parts: [],
    rate: 301,
    left: 4_000,
    samples: [
      {
        delivery: "d_1",
        subscriber: "receipt",
        channel: "email",
        route: "email",
        to: "asha@example.in",
        event: "e-1",
        time: event.time,
        rendered: { subject: "Order A-1", text: forged, html: "<p>" },
      },
    ],
    finished: false,
  };

  it("is told in figures, with some of what is missing", () => {
    expect([...previewLines(request, result), ...sampleLines(result)]).toEqual([
      "order.placed for receipt, from 2026-11-24 10:00:00 to 2026-11-24 11:00:00 (UTC)",
      "  1,204 events, of which 1,100 match its subscriber's filter; 1,101 deliveries planned:",
      "    missing       30  would be queued",
      "    sent       1,070",
      "    under way      0",
      "    dead           1  busbar dead-letters redrive queues them again",
      "    ended          0",
      "    refused        0",
      '  1 route left out: they refuse replays (replay: "never")',
      "  1 audience looked up again",
      `  2 events could not be planned; the first: ${forgedLine}`,
      "  Missing, for example:",
      "    2026-11-24 10:00:00 email → asha@example.in d_1 of event e-1",
      "      subject: Order A-1",
      expect.not.stringContaining("\n") as string,
    ]);
  });

  it("says how far it is, how fast, and how long it still takes", () => {
    expect(progressLine(result)).toBe("1,204 of 2,408 events read, 30 missing, 0 queued, 301 a second, 4.0 s left");
  });
});

it("a reason why deliveries were left as they are is said once, before the question or after it", () => {
  const told = { refused: { "it has ended": 3, "it is under way": 1 } };
  expect(refusedSince(told, { refused: { "it has ended": 3, "it is under way": 2, "it was too late": 1 } })).toEqual({
    "it is under way": 2,
    "it was too late": 1,
  });
});

it("an event is one line: when, topic, id, key, and its payload where that is asked for", () => {
  const whole = {
    ...event,
    specversion: "1.0",
    source: "/shop",
    datacontenttype: "application/json",
    dataversion: 1,
    partitionkey: "A 1\u001b[2J",
    data: { a: 1 },
  } as const;
  expect(eventLine(whole)).toBe("2026-11-24T10:00:00.000Z order.placed e-1 A 1\\u001b[2J");
  expect(eventLine({ ...whole, partitionkey: undefined } as never, true)).toBe('2026-11-24T10:00:00.000Z order.placed e-1  {"a":1}');
});
