import { describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { suppressionControl } from "../../src/bus/suppressions.ts";
import type { Channel } from "../../src/channels/channel.ts";
import { suppressionLines } from "../../src/cli/suppressions.ts";
import { timelineLines } from "../../src/cli/timeline-lines.ts";
import { catalogOf } from "../../src/define/catalog.ts";
import type { Delivery } from "../../src/define/delivery.ts";
import { resolvePolicy } from "../../src/define/policy.ts";
import { deliver } from "../../src/workers/deliver.ts";
import type { Ledger, Mark } from "../../src/workers/ledger.ts";
import { releaseCommand, suppressedReason } from "../../src/workers/suppressed-reason.ts";
import { type NewSuppression, type Suppression, type Suppressions, withoutMailroom } from "../../src/workers/suppressions.ts";
import { withhold } from "../../src/workers/withhold.ts";
import { orderPlaced, receipt } from "../support/line.ts";

const clock = { now: () => Date.parse("2026-11-24T10:00:00Z") };
const address = "asha@example.com";
const entry: Suppression = { channel: "email", address, reason: "550 5.1.1 no such user", source: "smtp", at: clock.now() };
const delivery: Delivery = {
  id: "d_1",
  event: { id: "e-1", type: "order.placed", time: "2026-11-24T09:59:59Z" },
  subscriber: "receipt",
  route: "email",
  channel: "email",
  to: address,
  policy: resolvePolicy(),
};

const route = receipt.routes[0]!;
const asked = (): never => expect.fail("it asked Redis");

async function failing(): Promise<never> {
  throw new Error("Connection is closed.");
}

describe("why a delivery was not sent", () => {
  it("says since when, by whom, why, and how to release the address", () => {
    expect(suppressedReason(entry)).toBe(
      "its address is suppressed since 2026-11-24 by smtp: 550 5.1.1 no such user; release it with: busbar suppressions release email asha@example.com",
    );
    expect(suppressedReason({ ...entry, source: "manual", by: "ravi", category: "marketing", reason: "asked" })).toBe(
      "its address, for marketing, is suppressed since 2026-11-24 by ravi: asked; release it with: busbar suppressions release email asha@example.com --category marketing",
    );
  });

  it("fits a step of a time line: a long reason is cut, and a command that would not fit is not begun", () => {
    const long = suppressedReason({ ...entry, reason: "no such user ".repeat(50) });
    expect(long.length).toBeLessThanOrEqual(200);
    expect(long).toMatch(/no such user.*…; release it with: busbar suppressions release email asha@example\.com$/);
    const device = suppressedReason({ ...entry, channel: "push", address: "x".repeat(4_000) });
    expect(device).toMatch(/550 5\.1\.1 no such user; see busbar suppressions list --channel push$/);
  });

  it("gives a command that a shell takes as it is meant", () => {
    const [plain, acting] = ["https://a.in/hook", "https://a.in/?a=1&b=$(id)'"].map((to) =>
      releaseCommand({ channel: "webhook", address: to }),
    );
    expect(plain).toBe("busbar suppressions release webhook https://a.in/hook");
    expect(acting).toBe(`busbar suppressions release webhook 'https://a.in/?a=1&b=$(id)'\\'''`);
  });
});

describe("a worker", () => {
  it("sends nothing while it cannot be seen whether an address is suppressed, and burns nothing", async () => {
    const { work, claims, sends } = worker({ find: failing });
    expect(await work()).toEqual({ kind: "again", after: 1_000 });
    expect([claims, sends]).toEqual([[], []]);
  });

  it("marks what it does not send; where the mark does not come through, it comes back", async () => {
    const found = async (): Promise<Suppression> => entry;
    const marked = worker({ find: found });
    expect(await marked.work()).toEqual({ kind: "done", end: "suppressed" });
    expect(marked.marks).toEqual([{ kind: "suppressed", detail: suppressedReason(entry) }]);
    const away = worker({ find: found, mark: failing });
    expect(await away.work()).toEqual({ kind: "again", after: 1_000 });
    expect([marked.sends, away.sends]).toEqual([[], []]);
  });

  it("keeps what a provider said, after the mark; a failure to keep it changes nothing", async () => {
    const outcome = { kind: "suppress", reason: "no such user", category: "marketing", keep: 60_000 } as const;
    const { work, added, marks } = worker({ outcome });
    expect(await work()).toEqual({ kind: "done", end: "suppressed" });
    expect(marks).toMatchObject([{ kind: "suppressed" }]);
    const until = clock.now() + 60_000;
    expect(added).toEqual([{ channel: "email", address, reason: "no such user", source: "smtp", category: "marketing", until, after: 1 }]);
    expect(await worker({ outcome, add: failing }).work()).toEqual({ kind: "done", end: "suppressed" });
  });

  it("does not look for a handler, which has no address, and writes no address into its log", async () => {
    const lines: unknown[] = [];
    const told = (...line: unknown[]): void => void lines.push(line);
    const logger = { ...silentLogger, warn: told, error: told };
    const { entryFor, keep } = withhold({ suppressions: { find: failing, add: failing }, clock, logger });
    expect(await entryFor({ ...delivery, channel: "handler" }, route)).toBeUndefined();
    expect(lines).toEqual([]);
    expect(await entryFor(delivery, route)).toBe("unanswered");
    await keep(delivery, { kind: "suppress", reason: "no such user" }, "smtp");
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toContain("asha");
  });

  interface Stubs {
    readonly find?: Suppressions["find"];
    readonly add?: () => Promise<never>;
    readonly mark?: () => Promise<never>;
    readonly outcome?: Parameters<ReturnType<typeof withhold>["keep"]>[1];
  }

  /** A worker whose ledger, provider and list are in memory. */
  function worker({ find = async () => undefined, add, mark, outcome }: Stubs) {
    const claims: string[] = [];
    const sends: string[] = [];
    const marks: Mark[] = [];
    const added: (NewSuppression & { readonly after: number })[] = [];
    const ledger = {
      claim: async ({ id }: Delivery) => {
        claims.push(id);
        return { kind: "go", doubtful: false };
      },
      mark: mark ?? (async (_: Delivery, __: string, made: Mark) => (marks.push(made), "marked")),
    };
    const suppressions = {
      find,
      add: add ?? (async (made: NewSuppression) => void added.push({ ...made, after: marks.length })),
    };
    const channel = {
      render: async () => "message",
      send: async () => {
        sends.push("message");
        return { outcome: outcome ?? { kind: "sent" }, provider: "smtp" };
      },
    };
    const handle = deliver({
      catalog: catalogOf({ orderPlaced }, [receipt]),
      channel: channel as unknown as Channel,
      ledger: ledger as unknown as Ledger,
      suppressions: suppressions as unknown as Suppressions,
      track: async () => undefined,
      keepSent: () => undefined,
      clock,
      observe: () => undefined,
      logger: silentLogger,
      timeout: 1_000,
    });
    const job = {
      content: delivery,
      attempt: 1,
      deaths: 0,
      signal: new AbortController().signal,
      save: async () => undefined,
      progress: async () => undefined,
    };
    return { work: () => handle(job), claims, sends, marks, added };
  }
});

describe("the list of the command line", () => {
  it("has a line an address, in which nothing acts on a terminal", () => {
    const since = "2026-11-24T10:00:00.000Z";
    const device = {
      channel: "push",
      address: "token",
      category: "marketing",
      reason: "gone\u001b[2J\nall is well",
      source: "expo",
      since,
    };
    const [, line, other] = suppressionLines([device, { ...device, by: "ravi", until: since }]);
    expect(line).toMatch(/^push +token +marketing +2026-11-24 10:00:00 +- +expo +gone\\u001b\[2J all is well$/);
    expect(other).toMatch(/ 2026-11-24 10:00:00 +ravi +gone/);
  });
});

it("a time line counts no try where nothing was tried", () => {
  const at = clock.now();
  const said = { step: "suppressed", detail: "smtp: 550 5.1.1 no such user", at } as const;
  const [withheld, tried] = timelineLines([{ ...said, detail: suppressedReason(entry) }, said], at);
  expect(withheld).not.toContain("try");
  expect(tried).toMatch(/ try 1 +suppressed +smtp: 550/);
});

describe("what a person adds", () => {
  it("is refused with everything that is wrong with it", async () => {
    const control = suppressionControl({ suppressions: asked, consents: asked, audit: asked, clock });
    const add = (more: object) => control.add({ channel: "sms", address: "+919845012345", reason: "asked", ...more });
    await expect(add({ address: "98450", category: "Big News", reason: " ", keep: "0s" })).rejects.toMatchObject({
      code: "INVALID_SUPPRESSION",
      problems: [
        'address: "98450" is not a phone number such as +919845012345',
        'category: "Big News" must be lower case, such as "marketing"',
        "reason: say why, in up to 200 characters",
        "keep: must be more than 0, and 100 years at most",
      ],
    });
    await expect(add({ channel: "handler" })).rejects.toThrow('channel: "handler" is none of email, sms, whatsapp, push, webhook');
    await expect(add({ keep: "99999999d" })).rejects.toThrow("100 years at most");
    await expect(add({ keep: "soon" })).rejects.toThrow('keep: "soon" is not a length of time');
    await expect(control.release({ channel: "sms", address: "+919845012345", category: "a", all: true })).rejects.toThrow(
      "give either a category or all",
    );
    await expect(control.list({ channel: "fax" })).rejects.toThrow('"fax" is none of');
    await expect(control.find({ channel: "email", address: "asha" })).rejects.toThrow('"asha" is not an e-mail address');
  });
});

describe("a mailroom's refusal", () => {
  it("stops nothing that is sent for real, and an operator's word does", async () => {
    const sources = ["twilio (mailroom)", "manual"];
    const all = { find: async () => ({ channel: "sms", address: "+919845012345", reason: "r", source: sources.shift()!, at: 0 }) };
    const live = withoutMailroom(all as never);
    const place = { channel: "sms", address: "+919845012345", category: "transactional" } as const;
    expect(await live.find(place)).toBeUndefined();
    expect(await live.find(place)).toMatchObject({ source: "manual" });
  });
});
