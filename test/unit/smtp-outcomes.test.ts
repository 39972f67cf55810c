import { describe, expect, it } from "vitest";
import { smtpCodes, type SmtpFailure, smtpOutcome } from "../../src/providers/smtp-outcomes.ts";

const failure = (fields: Partial<SmtpFailure>): SmtpFailure => ({ message: "failed", contentLeft: false, ...fields });
const answered = (response: string, command: string, code?: string): SmtpFailure =>
  failure({ response, responseCode: Number(response.slice(0, 3)), command, code });

describe("the outcome table of SMTP: an answer of the server", () => {
  it.each([
    ["421 closing", "RCPT TO", "EENVELOPE", "retry"],
    ["421 4.7.0 too many connections", "CONN", "EPROTOCOL", "retry"],
    ["450 4.2.1 mailbox busy", "RCPT TO", "EENVELOPE", "retry for this recipient"],
    ["451 4.7.1 greylisted", "RCPT TO", "EENVELOPE", "retry for this recipient"],
    ["452 4.2.2 mailbox full", "DATA", "EMESSAGE", "retry for this recipient"],
    ["454 4.7.0 temporary authentication failure", "AUTH PLAIN", "EAUTH", "retry"],
    ["503 5.5.1 bad sequence", "RCPT TO", "EENVELOPE", "retry"],
    ["530 5.7.0 authentication required", "MAIL FROM", "EENVELOPE", "pause"],
    ["534 5.7.9 mechanism too weak", "AUTH PLAIN", "EAUTH", "pause"],
    ["535 5.7.8 credentials invalid", "AUTH PLAIN", "EAUTH", "pause"],
    ["538 5.7.11 encryption required", "AUTH PLAIN", "EAUTH", "pause"],
    ["500 unknown", "AUTH LOGIN", "EAUTH", "pause"],
    ["554 5.7.1 your address is blocked", "CONN", "EPROTOCOL", "pause"],
    ["550 5.7.1 sender not allowed", "MAIL FROM", "EENVELOPE", "pause"],
    ["552 5.3.4 too large", "MAIL FROM", "EENVELOPE", "reject"],
    ["550 5.1.1 no such user", "RCPT TO", "EENVELOPE", "suppress"],
    ["550-5.1.1 no such user", "RCPT TO", "EENVELOPE", "suppress"],
    ["550 5.1.10 null MX", "RCPT TO", "EENVELOPE", "suppress"],
    ["550 5.1.1 no such user", "DATA", "EMESSAGE", "suppress"],
    ["550 no such user", "RCPT TO", "EENVELOPE", "reject"],
    ["550 5.7.1 refused by policy", "RCPT TO", "EENVELOPE", "reject"],
    ["554 5.7.1 spam", "DATA", "EMESSAGE", "reject"],
    ["552 5.2.3 too large", "DATA", "EMESSAGE", "reject"],
    ["553 5.1.3 bad syntax", "RCPT TO", "EENVELOPE", "reject"],
    ["501 syntax", "RCPT TO", "EENVELOPE", "reject"],
  ])("%s after %s (%s) is %s", (response, command, code, kind) => {
    const [name, ...scope] = kind.split(" for this ");
    const own = scope.length === 0 ? {} : { scope: scope[0] };
    expect(smtpOutcome(answered(response, command, code))).toEqual({ kind: name, reason: `${code} ${response}`, ...own });
  });

  it("counts after the content left too: a refusal is known", () => {
    expect(smtpOutcome({ ...answered("451 4.3.0 try later", "DATA", "EMESSAGE"), contentLeft: true }).kind).toBe("retry");
  });

  it("is not trusted when it is neither success nor refusal", () => {
    expect(smtpOutcome({ ...answered("250 what", "DATA"), contentLeft: true }).kind).toBe("unknown");
  });
});

describe("the outcome table of SMTP: no answer", () => {
  const rows = {
    EAUTH: "pause",
    ENOAUTH: "pause",
    EOAUTH2: "pause",
    ECONFIG: "pause",
    EREQUIRETLS: "pause",
    EENVELOPE: "reject",
    EMESSAGE: "reject",
    EMAXRECIPIENTS: "reject",
    EFILEACCESS: "reject",
    EURLACCESS: "reject",
    ESTREAM: "reject",
    ETLS: "retry",
    EDNS: "retry",
    EPROXY: "retry",
  } as const;
  it.each(Object.entries(rows))("%s is %s", (code, kind) => expect(smtpOutcome(failure({ code })).kind).toBe(kind));

  it("has a test for every row", () => expect(Object.keys(smtpCodes)).toEqual(Object.keys(rows)));

  it.each(["ECONNECTION", "ESOCKET", "ETIMEDOUT", "EABORT", "EPROTOCOL", "ESOMETHING", undefined])(
    "%s is retry before the content left, and unknown after",
    (code) => {
      expect(smtpOutcome(failure({ code })).kind).toBe("retry");
      expect(smtpOutcome(failure({ code, contentLeft: true })).kind).toBe("unknown");
    },
  );
});

describe("a team's own rows win", () => {
  it.each([
    ["by enhanced code", { "5.7.1": "suppress" }, answered("550 5.7.1 refused by policy", "RCPT TO"), "suppress"],
    ["by reply code", { 554: "pause" }, answered("554 no reason", "DATA"), "pause"],
    ["by nodemailer's code", { ETIMEDOUT: "retry" }, failure({ code: "ETIMEDOUT", contentLeft: true }), "retry"],
    [
      "the most exact first",
      { EENVELOPE: "retry", 550: "pause", "5.1.1": "reject" },
      answered("550 5.1.1 x", "RCPT TO", "EENVELOPE"),
      "reject",
    ],
    ["and leave the others as they are", { 551: "retry" }, answered("550 5.1.1 no such user", "RCPT TO"), "suppress"],
  ] as const)("%s", (_, outcomes, given, kind) => expect(smtpOutcome(given, outcomes).kind).toBe(kind));

  it("with what goes along with them", () => {
    expect(
      smtpOutcome(answered("451 4.7.1 greylisted", "RCPT TO"), { "4.7.1": { kind: "retry", after: "5m", scope: "recipient" } }),
    ).toEqual({
      kind: "retry",
      reason: "451 4.7.1 greylisted",
      after: 300_000,
      scope: "recipient",
    });
  });
});
