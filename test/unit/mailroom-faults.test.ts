import { describe, expect, it } from "vitest";
import { faultProblems } from "../../src/mailroom/fault.ts";
import { faultScript } from "../../src/mailroom/faults.ts";

const to = ["asha@example.in"];

describe("faultScript", () => {
  it("strikes as many times as it says, in the order of scripting, each provider for itself", () => {
    const faults = faultScript();
    faults.add("sendgrid", { status: 503, times: 2 });
    faults.add("sendgrid", { status: 429 });
    faults.add("smtp", { smtpCode: 451 });
    expect([1, 2, 3, 4].map(() => faults.take("sendgrid", { to })?.status)).toEqual([503, 503, 429, undefined]);
    expect([1, 2].map(() => faults.take("smtp", { to })?.smtpCode)).toEqual([451, undefined]);
  });

  it("strikes at its own stage alone", () => {
    const faults = faultScript();
    faults.add("smtp", { smtpCode: 550, stage: "recipient" });
    expect(faults.take("smtp", { to })).toBeUndefined();
    expect(faults.take("smtp", { to: [], stage: "login" })).toBeUndefined();
    expect(faults.take("smtp", { to, stage: "recipient" })?.smtpCode).toBe(550);
  });

  it("strikes for ever with Infinity, until it is lifted", () => {
    const faults = faultScript();
    const { id } = faults.add("sendgrid", { hang: true, times: Infinity });
    expect(Array.from({ length: 1_000 }, () => faults.take("sendgrid", { to })).every((fault) => fault?.hang)).toBe(true);
    expect([faults.lift(id), faults.lift(id)]).toEqual([true, false]);
    expect(faults.take("sendgrid", { to })).toBeUndefined();
  });

  it("strikes only requests to its address, or to a mailbox of its domain, and lets the faults behind it strike the others", () => {
    const faults = faultScript();
    faults.add("smtp", { bounce: true, to: "Asha@Example.in", times: 2 });
    faults.add("smtp", { smtpCode: 451, to: "@example.org", times: 2 });
    const struck = (...recipients: string[]) => faults.take("smtp", { to: recipients });
    expect(struck("ravi@example.in")).toBeUndefined();
    expect(struck("asha@example.in.example.org")).toBeUndefined();
    expect(struck("ravi@EXAMPLE.ORG")?.smtpCode).toBe(451);
    expect(struck("ravi@example.in", "asha@example.in")?.bounce).toBe(true);
    expect(faults.list().map(({ left }) => left)).toEqual([1, 1]);
  });

  it.each([
    ["+919845012345", "919845012345"],
    ["919845012345", "whatsapp:+919845012345"],
    ['{"endpoint":"https://push.example.com/1","keys":{}}', "https://push.example.com/1"],
    ["https://hooks.example.in/A", "https://hooks.example.in/a"],
    ["ExponentPushToken[abc]", "ExponentPushToken[abc]"],
  ])("takes %j for %j", (meant, address) => {
    const faults = faultScript();
    faults.add("twilio", { status: 500, to: meant });
    expect(faults.take("twilio", { to: [`${address}0`] })).toBeUndefined();
    expect(faults.take("twilio", { to: [address] })?.status).toBe(500);
  });

  it.each([
    [0.05, 1_000, 50],
    [0.29, 100, 29],
    [0.5, 7, 3],
    [1, 5, 5],
  ])("strikes an even share of %d: of %i requests %i", (share, requests, struck) => {
    const faults = faultScript();
    faults.add("sendgrid", { status: 500, share });
    const hits = Array.from({ length: requests }, () => faults.take("sendgrid", { to }) !== undefined);
    expect(hits.filter(Boolean)).toHaveLength(struck);
  });

  it("strikes every 20th request with a share of 0.05", () => {
    const faults = faultScript();
    faults.add("sendgrid", { status: 500, share: 0.05 });
    const hits = Array.from({ length: 60 }, (_, index) => (faults.take("sendgrid", { to }) ? [index + 1] : [])).flat();
    expect(hits).toEqual([20, 40, 60]);
  });

  it("lists what waits, in the order of scripting, and forgets all of it when it is cleared", () => {
    const faults = faultScript();
    const first = faults.add("meta", { bounce: true, to: "+919845012345", times: 3 });
    const second = faults.add("fcm", { status: 503, share: 0.1 });
    expect(first).toEqual({
      id: expect.stringMatching(/^f_[0-9a-f]{12}$/) as string,
      provider: "meta",
      fault: { bounce: true, to: "+919845012345", times: 3 },
      left: 3,
    });
    expect(second.left).toBe(Infinity);
    faults.take("meta", { to: ["919845012345"] });
    expect(faults.list()).toEqual([{ ...first, left: 2 }, second]);
    faults.clear();
    expect(faults.list()).toEqual([]);
    expect(faults.take("fcm", { to })).toBeUndefined();
  });

  it("refuses a fault that makes no sense, naming every problem", () => {
    const kinds = "say exactly one of status, smtpCode, bounce, hang and resetAfterAccept, or delay alone";
    expect(faultProblems("sendgrid", { smtpCode: 250, times: 0, stage: "login", share: 2, to: "@" })).toEqual([
      "sendgrid speaks HTTP: say status, not smtpCode",
      "smtpCode must be a whole number from 400 to 599, not 250",
      "times must be a whole number from 1, or Infinity, not 0",
      "share must be more than 0 and at most 1, not 2",
      "to must be an address, or @ and the domain of mailboxes",
      "only smtp has stages",
      'at the stage "login" no recipient is known: leave out to',
    ]);
    expect(faultProblems("smtp", {})).toEqual([kinds]);
    expect(faultProblems("meta", { bounce: true, status: 400 })).toEqual([kinds]);
    expect(faultProblems("smtp", { status: 500, hang: true })).toContain("smtp has no HTTP status: say smtpCode, not status");
    expect(faultProblems("smtp", { hang: true, stage: "login" })).toEqual(['only smtpCode can strike at the stage "login"']);
    expect(faultProblems("smtp", { bounce: true, stage: "recipient" })).toEqual([]);
    expect(faultProblems("sendgrid", { bounce: true })).toEqual([
      "sendgrid takes what will bounce (202) and tells of it later by its event webhook: it cannot refuse an address",
    ]);
    expect(faultProblems("telegraph" as never, { bounce: true })).toEqual([
      expect.stringMatching(/^there is no provider "telegraph": it is one of sendgrid, .*webhook$/),
    ]);
    expect(faultProblems("expo", { hang: true, delay: "11m" })).toEqual(["delay and hang: what never answers cannot be late"]);
    expect(faultProblems("expo", { delay: "11m" })).toEqual(["delay may be 10 minutes at most"]);
    expect(faultProblems("expo", { status: 500, message: "two\r\nlines" })).toEqual([
      "message must be one line of text of at most 4096 characters",
    ]);
    expect(() => faultScript().add("smtp", { smtpCode: 451, retryAfter: "2s" })).toThrow(/retryAfter goes with status/);
    expect(() => faultScript().add("sendgrid", { status: 429, retryAfter: "soon" as never })).toThrow(
      /retryAfter: "soon" is not a length of time/,
    );
  });
});
