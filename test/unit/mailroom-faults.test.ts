import { describe, expect, it } from "vitest";
import { faultProblems, faultScript } from "../../src/mailroom/faults.ts";

describe("faultScript", () => {
  it("strikes as many times as it says, in the order of scripting, each provider for itself", () => {
    const faults = faultScript();
    faults.add("sendgrid", { status: 503, times: 2 });
    faults.add("sendgrid", { status: 429 });
    faults.add("smtp", { smtpCode: 451 });
    expect([1, 2, 3, 4].map(() => faults.take("sendgrid")?.status)).toEqual([503, 503, 429, undefined]);
    expect([1, 2].map(() => faults.take("smtp")?.smtpCode)).toEqual([451, undefined]);
  });

  it("strikes at its own stage alone", () => {
    const faults = faultScript();
    faults.add("smtp", { smtpCode: 550, stage: "recipient" });
    expect(faults.take("smtp")).toBeUndefined();
    expect(faults.take("smtp", "login")).toBeUndefined();
    expect(faults.take("smtp", "recipient")?.smtpCode).toBe(550);
  });

  it("strikes for ever with Infinity, until it is lifted", () => {
    const faults = faultScript();
    const lift = faults.add("sendgrid", { hang: true, times: Infinity });
    expect(Array.from({ length: 1_000 }, () => faults.take("sendgrid")).every((fault) => fault?.hang)).toBe(true);
    lift();
    lift();
    expect(faults.take("sendgrid")).toBeUndefined();
  });

  it("refuses a fault that makes no sense, naming every problem", () => {
    expect(faultProblems("sendgrid", { smtpCode: 250, times: 0, stage: "login" })).toEqual([
      "sendgrid speaks HTTP: say status, not smtpCode",
      "smtpCode must be a whole number from 400 to 599, not 250",
      "times must be a whole number from 1, or Infinity, not 0",
      "only smtp has stages",
    ]);
    expect(faultProblems("smtp", {})).toEqual(["say exactly one of status, smtpCode, hang and resetAfterAccept"]);
    expect(faultProblems("smtp", { status: 500, hang: true })).toContain("smtp has no HTTP status: say smtpCode, not status");
    expect(faultProblems("smtp", { hang: true, stage: "login" })).toEqual(['only smtpCode can strike at the stage "login"']);
    expect(() => faultScript().add("smtp", { smtpCode: 451, retryAfter: "2s" })).toThrow(/retryAfter goes with status/);
    expect(() => faultScript().add("sendgrid", { status: 429, retryAfter: "soon" as never })).toThrow(
      /retryAfter: "soon" is not a length of time/,
    );
  });
});
