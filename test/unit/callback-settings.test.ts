import { describe, expect, it } from "vitest";
import { BusbarError } from "../../src/base/errors.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { callbackWarnings } from "../../src/bus/callbacks/callback-warnings.ts";
import { configuredOptions } from "../../src/bus/config.ts";
import { readEnvironment } from "../../src/bus/environment/environment.ts";
import { type BusOptions, parseOptions, type Settings } from "../../src/bus/options.ts";
import { mailroomStatusCallback, statusCallbackOf } from "../../src/bus/callbacks/status-callback.ts";
import { sendgridPair } from "../support/signed-callbacks.ts";

const { publicKey } = sendgridPair();
const right = {
  PUBLIC_URL: "https://shop.example.com/busbar/",
  SENDGRID_WEBHOOK_PUBLIC_KEY: publicKey,
  META_APP_SECRET: "0123456789abcdef0123456789abcdef",
  META_VERIFY_TOKEN: "a-token-that-we-made-up",
  MSG91_CALLBACK_SECRET: "a-secret-that-we-made-up",
};

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof BusbarError) return error.problems;
  }
  return [];
}

function settingsOf(env: Readonly<Record<string, string>>, config: Partial<BusOptions> = {}): Settings {
  return parseOptions(configuredOptions({ application: "test", topics: {}, ...config }, readEnvironment(env), silentLogger));
}

describe("the settings of callbacks", () => {
  it("come from the environment, and the public address loses its last slash", () => {
    const { callbacks, publicUrl } = settingsOf(right);
    expect(publicUrl).toBe("https://shop.example.com/busbar");
    expect(callbacks).toEqual({
      sendgrid: { publicKey },
      meta: { appSecret: right.META_APP_SECRET, verifyToken: right.META_VERIFY_TOKEN },
      msg91: { secret: right.MSG91_CALLBACK_SECRET },
    });
    expect(settingsOf({})).toMatchObject({ callbacks: {}, publicUrl: undefined });
  });

  it("of one provider, environment and configuration stand together; the environment wins", () => {
    const callbacks = { sendgrid: { publicKey: "wrong", statuses: { open: "nothing" } }, msg91: { fields: { status: ["was"] } } } as const;
    expect(settingsOf(right, { callbacks }).callbacks).toMatchObject({
      sendgrid: { publicKey, statuses: { open: "nothing" } },
      msg91: { secret: right.MSG91_CALLBACK_SECRET, fields: { status: ["was"] } },
    });
  });

  it("everything that is wrong is told at once, by its variable, and no secret is repeated", () => {
    const wrong = {
      PUBLIC_URL: "shop.example.com",
      SENDGRID_WEBHOOK_PUBLIC_KEY: "SG.secret",
      META_APP_SECRET: "se cret",
      META_VERIFY_TOKEN: "secret",
      MSG91_CALLBACK_SECRET: "secret",
    };
    const problems = problemsOf(() => readEnvironment(wrong));
    expect(problems.map((problem) => /^[A-Z0-9_]+/.exec(problem)?.[0]).toSorted()).toEqual(Object.keys(wrong).toSorted());
    expect(problems.join().replaceAll("_SECRET", "")).not.toMatch(/se ?cret(?!s? of|,? or| of)/);
  });

  it.each([
    "ftp://shop.example.com",
    "https://me:pw@shop.example.com",
    "https://shop.example.com/?a=1",
    "https://shop.example.com/#a",
    "x",
  ])("%s is no public address", (address) => {
    expect(problemsOf(() => readEnvironment({ PUBLIC_URL: address }))).toEqual([expect.stringContaining("PUBLIC_URL: must")]);
    expect(problemsOf(() => settingsOf({}, { publicUrl: address }))).toEqual([expect.stringContaining("publicUrl: must")]);
  });

  it("of Meta's two, one alone is told with the other", () => {
    const { META_APP_SECRET, META_VERIFY_TOKEN } = right;
    for (const env of [{ META_APP_SECRET }, { META_VERIFY_TOKEN }])
      expect(problemsOf(() => readEnvironment(env))).toEqual([expect.stringContaining("give META_APP_SECRET and META_VERIFY_TOKEN")]);
  });

  it("options are checked as the environment is, their tables too", () => {
    const callbacks = {
      sendgrid: { publicKey: "x", statuses: { open: "seen" } },
      twilio: { authTokens: [""], statuses: { 30007: { status: "failed", outcome: "sent" } } },
      msg91: { secret: "short", statuses: { 1: { status: "failed", outcome: { kind: "retry", after: "soon" } } } },
      smtp: {},
    };
    const problems = problemsOf(() => settingsOf({}, { callbacks: callbacks as never }));
    expect(problems.map((problem) => problem.split(":")[0])).toEqual([
      "callbacks",
      "callbacks.sendgrid.publicKey",
      "callbacks.twilio.authTokens",
      "callbacks.msg91.secret",
      "callbacks.sendgrid.statuses",
      "callbacks.twilio.statuses",
      "callbacks.msg91.statuses",
    ]);
    expect(problemsOf(() => parseOptions({ application: "test", topics: {}, callbacks: 5 as never }))).toHaveLength(1);
  });
});

describe("where Twilio is told to call back", () => {
  it("is the public address, and never one that Twilio cannot reach", () => {
    expect(statusCallbackOf({ publicUrl: "https://shop.example.com" })).toBe("https://shop.example.com/callbacks/twilio");
    expect(statusCallbackOf({ publicUrl: "http://localhost:4000" })).toBeUndefined();
    expect(statusCallbackOf({ publicUrl: undefined })).toBeUndefined();
  });

  it("A9: the mailroom is told of this machine alone", () => {
    expect(mailroomStatusCallback({ publicUrl: "https://shop.example.com" })).toBe("http://127.0.0.1:4000/callbacks/twilio");
    expect(mailroomStatusCallback({ publicUrl: "http://localhost:4321" })).toBe("http://localhost:4321/callbacks/twilio");
  });
});

describe("providers whose callbacks are refused", () => {
  const senders = {
    BUSBAR_SEND: "live",
    SENDGRID_API_KEY: "SG.x",
    TWILIO_ACCOUNT_SID: `AC${"0".repeat(32)}`,
    TWILIO_API_KEY: `SK${"0".repeat(32)}`,
    TWILIO_API_SECRET: "secret",
    TWILIO_FROM: "+14155550100",
    META_ACCESS_TOKEN: "token",
    META_PHONE_NUMBER_ID: "1",
    MSG91_AUTH_KEY: "key",
    MSG91_TEMPLATES: "a=1",
  };

  it("are named, each with what is missing", () => {
    expect(callbackWarnings(settingsOf(senders))).toEqual([
      "SendGrid sends, and its callbacks are refused: what becomes of its messages is never known. Set SENDGRID_WEBHOOK_PUBLIC_KEY",
      "Twilio sends, and its callbacks are refused: what becomes of its messages is never known. Set PUBLIC_URL and TWILIO_AUTH_TOKEN",
      "Meta sends, and its callbacks are refused: what becomes of its messages is never known. Set META_APP_SECRET and META_VERIFY_TOKEN",
      "MSG91 sends, and its callbacks are refused: what becomes of its messages is never known. Set MSG91_CALLBACK_SECRET",
    ]);
  });

  it("none is named where all is set, where nothing is sent for real, or where the provider is not used", () => {
    expect(callbackWarnings(settingsOf({ ...senders, ...right, TWILIO_AUTH_TOKEN: "token" }))).toEqual([]);
    expect(callbackWarnings(settingsOf({ ...senders, BUSBAR_SEND: "mailroom" }))).toEqual([]);
    const unused = { SMS_ENABLED: "false", WHATSAPP_ENABLED: "false", EMAIL_SERVICE: "smtp", SMTP_HOST: "mail.example.com" };
    expect(callbackWarnings(settingsOf({ ...senders, ...unused }))).toEqual([]);
  });

  it("those are too that reach the allow-list alone", () => {
    expect(callbackWarnings(settingsOf({ ...senders, BUSBAR_SEND: "mailroom", BUSBAR_ALLOW: "me@example.com" }))).toHaveLength(4);
  });
});
