import { describe, expect, it, vi } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { type ListOptions, mailInbox } from "../../src/mailroom/inbox.ts";
import type { MailRecord } from "../../src/mailroom/record.ts";

function mail(id: string, changes: Partial<MailRecord> = {}): MailRecord {
  return {
    id,
    at: "2026-01-01T00:00:00.000Z",
    provider: "smtp",
    channel: "email",
    verdict: "accepted",
    answer: 250,
    from: "shop@example.in",
    to: ["asha@example.in"],
    subject: `subject ${id}`,
    headers: [],
    attachments: [],
    size: 10,
    ...changes,
  };
}

const ids = (messages: readonly { id: string }[]): string[] => messages.map(({ id }) => id);

describe("mailInbox", () => {
  it("lists the newest first, a page at a time", () => {
    const { inbox, add } = mailInbox();
    for (const id of ["a", "b", "c", "d", "e"]) add(mail(id));
    expect(ids(inbox.list())).toEqual(["e", "d", "c", "b", "a"]);
    expect(ids(inbox.list({ limit: 2 }))).toEqual(["e", "d"]);
    expect(ids(inbox.list({ limit: 2, before: "d" }))).toEqual(["c", "b"]);
    expect(inbox.list({ before: "a" })).toEqual([]);
    expect(inbox.list({ before: "gone" })).toEqual([]);
  });

  it.each<[string, ListOptions, string[]]>([
    ["what stands in a subject, in any case", { search: "  ORDER a-1 " }, ["a"]],
    ["what stands in a text", { search: "482913" }, ["b"]],
    ["what stands in an address", { search: "ravi@" }, ["c"]],
    ["what stands in a sender", { search: "kirana" }, ["b"]],
    ["a delivery's id, in part", { search: "d_abc" }, ["b"]],
    ["nothing in particular", { search: " " }, ["c", "b", "a"]],
    ["a channel", { channel: "sms" }, ["b"]],
    ["a provider", { provider: "smtp" }, ["a"]],
    ["a recipient", { to: "ASHA@example.in" }, ["a"]],
    ["a number, without its plus", { to: "919845012345" }, ["b"]],
    ["the mailboxes of a domain", { to: "@example.in" }, ["c", "a"]],
    ["a delivery", { delivery: "d_abcd" }, ["b"]],
    ["two things that do not meet", { channel: "sms", to: "@example.in" }, []],
    ["the newest of those", { to: "@example.in", limit: 1 }, ["c"]],
    ["the older of those", { to: "@example.in", before: "c" }, ["a"]],
  ])("finds %s", (_, options, found) => {
    const { inbox, add } = mailInbox();
    add(mail("a", { subject: "Order A-1001" }));
    const { subject: _subject, ...sms } = mail("b", { provider: "twilio", channel: "sms", to: ["+919845012345"], from: "KIRANA" });
    add({ ...sms, text: "482913 is your code", deliveryId: "d_abcd" });
    add(mail("c", { provider: "sendgrid", to: ["ravi@example.in"] }));
    expect(ids(inbox.list(options))).toEqual(found);
  });

  it("forgets what it holds when it is cleared, and counts on", () => {
    const { inbox, add } = mailInbox({ maxBytes: 25 });
    for (const id of ["a", "b"]) add(mail(id));
    inbox.clear();
    expect([inbox.list(), inbox.count, inbox.get("a"), inbox.received]).toEqual([[], 0, undefined, 2]);
    for (const id of ["c", "d"]) add(mail(id));
    expect(ids(inbox.list())).toEqual(["d", "c"]);
  });

  it("lists summaries and gives whole messages", () => {
    const { inbox, add } = mailInbox();
    add(mail("a", { deliveryId: "d_1", html: "<p>hi</p>" }));
    expect(inbox.list()).toEqual([
      {
        id: "a",
        provider: "smtp",
        channel: "email",
        to: ["asha@example.in"],
        from: "shop@example.in",
        subject: "subject a",
        at: "2026-01-01T00:00:00.000Z",
        deliveryId: "d_1",
        size: 10,
      },
    ]);
    expect(inbox.get("a")?.html).toBe("<p>hi</p>");
    expect(inbox.get("b")).toBeUndefined();
  });

  it("holds the newest messages up to its number, and counts those that have gone", () => {
    const { inbox, add } = mailInbox();
    for (let index = 0; index < 1_200; index++) add(mail(`m${index}`));
    expect(inbox.count).toBe(500);
    expect(inbox.received).toBe(1_200);
    expect(inbox.list({ limit: 1_000 })).toHaveLength(500);
    expect(inbox.list({ limit: 1 })[0]?.id).toBe("m1199");
    expect(inbox.get("m699")).toBeUndefined();
    expect(inbox.get("m700")).toBeDefined();
  });

  it("holds no more bytes than allowed, but always the newest message", () => {
    const { inbox, add } = mailInbox({ maxBytes: 100 });
    for (const id of ["a", "b", "c"]) add(mail(id, { size: 40 }));
    expect(ids(inbox.list())).toEqual(["c", "b"]);
    add(mail("huge", { size: 1_000 }));
    expect(ids(inbox.list())).toEqual(["huge"]);
    add(mail("d"));
    expect(ids(inbox.list())).toEqual(["d"]);
  });

  it("tells listeners of each new message, but not of restored ones, until they end it", () => {
    const { inbox, add, restore } = mailInbox();
    const seen: string[] = [];
    const end = inbox.on("message", ({ id }) => void seen.push(id));
    restore([mail("old"), mail("older")]);
    add(mail("a"));
    end();
    add(mail("b"));
    expect(seen).toEqual(["a"]);
    expect(inbox.count).toBe(4);
    expect(inbox.received).toBe(2);
  });

  it("logs a listener that throws, and keeps the message and the other listeners", () => {
    const error = vi.fn();
    const { inbox, add } = mailInbox({ logger: { ...silentLogger, error } });
    const seen: string[] = [];
    inbox.on("message", () => {
      throw new Error("broken page");
    });
    inbox.on("message", ({ id }) => void seen.push(id));
    add(mail("a"));
    expect(seen).toEqual(["a"]);
    expect(inbox.count).toBe(1);
    expect(error).toHaveBeenCalledExactlyOnceWith({ messageId: "a", error: "broken page" }, "a listener of the inbox failed");
  });
});
