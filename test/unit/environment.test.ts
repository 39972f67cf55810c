import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { BusbarError } from "../../src/base/errors.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { linkTo } from "../../src/define/link.ts";
import { keepsAtLeast } from "../../src/bus/declared-durability.ts";
import { emailChannelOf } from "../../src/bus/email.ts";
import { configuredOptions, defineConfig } from "../../src/bus/config.ts";
import { variables } from "../../src/bus/environment/environment-variables.ts";
import { secretVariables } from "../../src/bus/environment/secret-files.ts";
import { readEnvironment } from "../../src/bus/environment/environment.ts";
import { parseOptions } from "../../src/bus/options.ts";
import { orderPlaced } from "../support/line.ts";

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof BusbarError) return error.problems;
  }
  return [];
}

describe("the environment", () => {
  it("A9: sends nothing for real unless BUSBAR_SEND says live", () => {
    expect(readEnvironment({}).send.live).toBe(false);
    expect(readEnvironment({ SENDGRID_API_KEY: "SG.x" }).send.live).toBe(false);
    expect(readEnvironment({ BUSBAR_SEND: "live" }).send.live).toBe(true);
  });

  it("D6: takes a hosted Redis by its URL, with TLS, password and database", () => {
    expect(readEnvironment({ REDIS_URL: "rediss://default:pw@host:6380/3" }).redis).toBe("rediss://default:pw@host:6380/3");
  });

  it("reports every variable that cannot be used, without repeating its value", () => {
    const env = {
      REDIS_URL: "https://x",
      SENDGRID_API_KEY: "secret-key",
      SMTP_URL: "mail.example.com",
      BUSBAR_SEND: "yes",
      PORT: "http",
      EMAIL_RATE_LIMIT: "10/0s",
      QUEUE_PREFIX: "a:b c",
      EMAIL_ENABLED: "maybe",
      EMAIL_FROM: "me",
      EMAIL_FROM_NAME: "Kirana\r\nBcc: x@example.in",
      SMS_CAP_COUNTRY: "many",
    };
    const problems = problemsOf(() => readEnvironment(env));
    for (const name of Object.keys(env))
      expect(
        problems.filter((problem) => new RegExp(`\\b${name}\\b`).test(problem)),
        name,
      ).toHaveLength(1);
    expect(problems.join()).not.toContain("secret-key");
  });

  it("counts an empty variable as absent", () => {
    expect(readEnvironment({ PORT: "", REDIS_URL: "", EMAIL_RATE_LIMIT: "" })).toEqual(readEnvironment({}));
  });

  it("B4: takes rate, concurrency and sender of the email channel, and rate and concurrency of WhatsApp", () => {
    const { email, sender } = readEnvironment({
      EMAIL_RATE_LIMIT: "50/1s",
      EMAIL_CONCURRENCY: "20",
      EMAIL_FROM: "shop@example.in",
      EMAIL_FROM_NAME: "Shop",
    });
    expect(email).toMatchObject({ rateLimit: { max: 50, per: "1s" }, concurrency: 20 });
    expect(sender).toEqual({ address: "shop@example.in", name: "Shop" });
    expect(readEnvironment({ EMAIL_RATE_LIMIT: "off" }).email.rateLimit).toBe(false);
    const { whatsapp } = readEnvironment({ WHATSAPP_RATE_LIMIT: "80/1s", WHATSAPP_CONCURRENCY: "9" });
    expect(whatsapp).toMatchObject({ rateLimit: { max: 80, per: "1s" }, concurrency: 9 });
  });

  it("B2: takes SendGrid's key and an SMTP server with credentials", () => {
    expect(readEnvironment({ SENDGRID_API_KEY: "SG.x", SMTP_URL: "smtps://me%40x:p%2Fw@mail.example.com" }).email).toMatchObject({
      sendgrid: { apiKey: "SG.x" },
      smtp: { host: "mail.example.com", port: 465, secure: true, user: "me@x", password: "p/w" },
    });
  });
});

describe("a Redis in parts", () => {
  it("D6: is put together to an address: TLS, user, password with any characters, database, IPv6", () => {
    const parts = { REDIS_HOST: "redis.example.com", REDIS_PORT: "6380", REDIS_USERNAME: "me", REDIS_PASSWORD: "p/w@:", REDIS_DB: "3" };
    expect(readEnvironment(parts).redis).toBe("redis://me:p%2Fw%40%3A@redis.example.com:6380/3");
    expect(readEnvironment({ REDIS_HOST: "::1", REDIS_TLS: "true" }).redis).toBe("rediss://[::1]:6379");
    expect(readEnvironment({ REDIS_HOST: "h", REDIS_PASSWORD: "pw" }).redis).toBe("redis://:pw@h:6379");
  });

  it("C6: is refused beside a URL, or without its host, and each variable is named", () => {
    expect(problemsOf(() => readEnvironment({ REDIS_URL: "redis://h", REDIS_HOST: "h", REDIS_DB: "1" }))).toEqual([
      "REDIS_URL and REDIS_HOST, REDIS_DB are both set: keep the URL, which can say all of it, or the parts",
    ]);
    expect(problemsOf(() => readEnvironment({ REDIS_PASSWORD: "secret" }))).toEqual([
      "REDIS_PASSWORD: set REDIS_HOST too, or REDIS_URL in place of both",
    ]);
    expect(problemsOf(() => readEnvironment({ REDIS_HOST: "https://eu1-x.example.io" })).join()).toMatch(
      /REDIS_HOST .*is the REST address of a hosted Redis: use the one that begins with rediss:\/\//,
    );
    expect(problemsOf(() => readEnvironment({ REDIS_HOST: "redis://h:1" })).join()).toMatch(/host's name or address alone/);
  });

  it("is not made of what Kubernetes sets for a service called redis", () => {
    const env = { REDIS_PORT: "tcp://10.0.0.11:6379", REDIS_URL: "redis://h:1" };
    expect(readEnvironment(env).redis).toBe("redis://h:1");
    expect(readEnvironment({ REDIS_PORT: "tcp://10.0.0.11:6379" }).redis).toBeUndefined();
  });
});

describe("an SMTP server in parts", () => {
  it("C6: is the same as its URL", () => {
    const parts = { SMTP_HOST: "mail.example.com", SMTP_SECURE: "true", SMTP_USER: "me@x", SMTP_PASSWORD: "p/w" };
    expect(readEnvironment(parts).email.smtp).toEqual(readEnvironment({ SMTP_URL: "smtps://me%40x:p%2Fw@mail.example.com" }).email.smtp);
    expect(readEnvironment({ SMTP_HOST: "h", SMTP_PORT: "2525" }).email.smtp).toEqual({ host: "h", port: 2525 });
  });

  it("C6: is refused beside a URL, without its host, and with half its credentials", () => {
    expect(problemsOf(() => readEnvironment({ SMTP_URL: "smtp://h", SMTP_HOST: "h" }))).toHaveLength(1);
    expect(problemsOf(() => readEnvironment({ SMTP_USER: "me" }))).toEqual(["SMTP_USER: set SMTP_HOST too, or SMTP_URL in place of both"]);
    expect(problemsOf(() => readEnvironment({ SMTP_HOST: "smtp://h", SMTP_PASSWORD: "secret" }))).toHaveLength(2);
  });
});

describe("a secret in a file", () => {
  it("C6: is read, without the line break at its end, and never repeated", () => {
    const folder = mkdtempSync(join(tmpdir(), "busbar-secrets-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "key");
    writeFileSync(file, "SG.from-a-file\n");
    expect(readEnvironment({ SENDGRID_API_KEY_FILE: file }).email.sendgrid).toEqual({ apiKey: "SG.from-a-file" });
    const wrong = {
      SENDGRID_API_KEY: "SG.secret",
      SENDGRID_API_KEY_FILE: file,
      SMTP_PASSWORD_FILE: join(folder, "none"),
    };
    const problems = problemsOf(() => readEnvironment(wrong));
    expect(problems).toEqual([
      "SENDGRID_API_KEY and SENDGRID_API_KEY_FILE are both set: keep one of them",
      `SMTP_PASSWORD_FILE: ${JSON.stringify(join(folder, "none"))} cannot be read (ENOENT)`,
    ]);
    // None is named that nobody reads.
    expect(secretVariables.filter((name) => !(name in variables.shape))).toEqual([]);
    writeFileSync(file, "not-a-key-but-secret");
    expect(problemsOf(() => readEnvironment({ SENDGRID_API_KEY_FILE: file })).join()).not.toContain("secret");
  });
});

describe("an environment with many faults", () => {
  it("is told of all of them at once, each by its variable and none by its value", () => {
    const wrong = {
      SENDGRID_API_KEY: "abc",
      MSG91_AUTH_KEY: "a b",
      MSG91_TEMPLATES: "a=,=b",
      META_ACCESS_TOKEN: "a b",
      TWILIO_ACCOUNT_SID: "XX",
      TWILIO_WHATSAPP_FROM: "12",
      TWILIO_WHATSAPP_CONTENTS: "x=y",
      FCM_SERVICE_ACCOUNT: "{",
      EXPO_ACCESS_TOKEN: "a b",
      VAPID_SUBJECT: "me",
      WEBHOOK_SECRETS: "foo",
      WEBHOOK_ALLOW: "http://a",
      BUSBAR_ALLOW: "asha",
      SMS_RATE_LIMIT: "ten",
      SENDGRID_APIKEY: "1",
    };
    const problems = problemsOf(() => readEnvironment(wrong));
    const named = [...Object.keys(wrong), "META_PHONE_NUMBER_ID", "VAPID_PUBLIC_KEY", "VAPID_PRIVATE_KEY"];
    expect(named.filter((name) => !problems.some((problem) => problem.startsWith(name)))).toEqual([]);
    expect(new Set(problems).size).toBe(problems.length);
  });
});

describe("a misspelt variable", () => {
  it.each([
    ["SENDGRID_APIKEY", "SENDGRID_API_KEY"],
    ["REDIS_URI", "REDIS_URL"],
    ["EMAIL_FORM", "EMAIL_FROM"],
    ["SMTP_PASS", "SMTP_PASSWORD"],
    ["BUSBAR_SENT", "BUSBAR_SEND"],
    ["SMTP_PASSWORD_FIEL", "SMTP_PASSWORD_FILE"],
  ])("C6: %s is told, with the name that was meant: %s", (wrong, meant) => {
    expect(readEnvironment({ [wrong]: "x" }).warnings).toEqual([`${wrong} is no variable of busbar: did you mean ${meant}?`]);
  });

  it("is nothing that others use, and nothing that is empty", () => {
    const foreign = [
      "PATH",
      "HOME",
      "HOSTNAME",
      "NODE_ENV",
      "SHELL",
      "USER",
      "LANG",
      "PWD",
      "REPORT",
      "REDIS_SERVICE_HOST",
      "DATABASE_URL",
    ];
    expect(readEnvironment(Object.fromEntries(foreign.map((name) => [name, "x"]))).warnings).toEqual([]);
    expect(readEnvironment({ REDIS_URI: "" }).warnings).toEqual([]);
  });
});

/** The email channel that an environment makes, or why it cannot send. */
function emailOf(env: Record<string, string>) {
  const settings = parseOptions(configuredOptions({ application: "shop", topics: { orderPlaced } }, readEnvironment(env), silentLogger));
  return emailChannelOf(settings);
}

describe("the e-mail providers", () => {
  it("C6: are used in the order of EMAIL_SERVICE, and one that is named and has no keys refuses real sending", () => {
    expect(readEnvironment({ EMAIL_SERVICE: "smtp, sendgrid" }).email.order).toEqual(["smtp", "sendgrid"]);
    for (const wrong of ["gmail", "smtp,smtp", "sendgrid,"])
      expect(
        problemsOf(() => readEnvironment({ EMAIL_SERVICE: wrong })),
        wrong,
      ).toHaveLength(1);
    const live = { BUSBAR_SEND: "live", SENDGRID_API_KEY: "SG.x" };
    expect(emailOf({ ...live, EMAIL_SERVICE: "smtp" })).toMatch(
      /EMAIL_SERVICE names smtp, which is not set up. Set SMTP_URL, or SMTP_HOST\./,
    );
    expect(emailOf({ ...live, EMAIL_SERVICE: "sendgrid" })).toBeTypeOf("object");
  });
});

describe("Twilio's account", () => {
  const [sid, key, service] = [`AC${"a".repeat(32)}`, `SK${"b".repeat(32)}`, `MG${"c".repeat(32)}`];

  it("is read with its auth token or an API key, and with a sender or a messaging service", () => {
    const numbered = { TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: "t", TWILIO_FROM: "+14155550100", SMS_COUNTRIES: "IN, US" };
    expect(readEnvironment(numbered).sms).toEqual({
      twilio: { accountSid: sid, authToken: "t", from: "+14155550100" },
      countries: ["IN", "US"],
    });
    const keyed = { TWILIO_ACCOUNT_SID: sid, TWILIO_API_KEY: key, TWILIO_API_SECRET: "s", TWILIO_MESSAGING_SERVICE_SID: service };
    expect(readEnvironment(keyed).sms).toEqual({
      twilio: { accountSid: sid, apiKey: key, apiSecret: "s", messagingServiceSid: service },
    });
    expect(readEnvironment({}).sms).toEqual({});
  });

  it("is refused with every variable that is missing or wrong, and no value is repeated", () => {
    const wrong = {
      TWILIO_ACCOUNT_SID: "secret-1",
      TWILIO_AUTH_TOKEN: "secret 2",
      TWILIO_FROM: "secret-number",
      SMS_COUNTRIES: "UK,in",
    };
    const problems = problemsOf(() => readEnvironment(wrong));
    expect(problems).toEqual([
      "SMS_COUNTRIES: write GB for United Kingdom, not UK",
      'SMS_COUNTRIES: "in" is no country: write two capital letters, such as IN or US',
      expect.stringMatching(/^TWILIO_ACCOUNT_SID: /),
      expect.stringMatching(/^TWILIO_AUTH_TOKEN: .*TWILIO_API_KEY and TWILIO_API_SECRET/),
      expect.stringMatching(/^TWILIO_FROM: .*TWILIO_MESSAGING_SERVICE_SID/),
    ]);
    expect(problems.join()).not.toContain("secret");
    expect(problemsOf(() => readEnvironment({ TWILIO_AUTH_TOKEN: "t" }))).toHaveLength(2);
    const both = { TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: "t", TWILIO_FROM: "BUSBAR", TWILIO_MESSAGING_SERVICE_SID: service };
    expect(problemsOf(() => readEnvironment(both))).toEqual(["TWILIO_FROM and TWILIO_MESSAGING_SERVICE_SID: give one of them, not both"]);
  });
});

describe("the durability that is asked for", () => {
  it.each([
    ["fsync", true, "always", true],
    ["fsync", true, "everysec", false],
    ["fsync", true, undefined, undefined],
    ["fsync", undefined, undefined, undefined],
    ["fsync", false, "always", false],
    ["memory", true, "everysec", true],
    ["memory", true, undefined, true],
    ["memory", undefined, undefined, undefined],
    ["memory", false, undefined, false],
  ] as const)("is %s: with append-only file %s and appendfsync %s the answer is %s", (declared, appendOnly, appendFsync, kept) => {
    expect(keepsAtLeast({ appendOnly, appendFsync }, declared)).toBe(kept);
  });
});

describe("a link", () => {
  it("C6: leads to FRONTEND_URL where that is set, else to where the code says", () => {
    vi.stubEnv("FRONTEND_URL", "");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(linkTo("/orders/1", "https://shop.example.in")).toBe("https://shop.example.in/orders/1");
    vi.stubEnv("FRONTEND_URL", "http://localhost:3000/shop/");
    expect(linkTo("orders/1", "https://shop.example.in")).toBe("http://localhost:3000/shop/orders/1");
    expect(problemsOf(() => readEnvironment({ FRONTEND_URL: "shop.example.in" }))).toHaveLength(1);
  });
});

describe("the configuration", () => {
  const config = {
    application: "shop",
    topics: { orderPlaced },
    prefix: "shop-",
    channels: { email: { from: { address: "shop@example.in", name: "Shop" }, concurrency: 2 }, handler: { concurrency: 7 } },
  };
  const configured = (env: Record<string, string>, of: unknown = config) => configuredOptions(of, readEnvironment(env), silentLogger);

  it("C6: holds where the environment says nothing, and yields where it says something", () => {
    const { prefix, redis, channels } = configured({});
    expect({ prefix, redis }).toEqual({ prefix: "shop-", redis: undefined });
    expect(channels).toMatchObject(config.channels);
    const set = configured({
      QUEUE_PREFIX: "live",
      EMAIL_FROM: "x@example.in",
      EMAIL_CONCURRENCY: "9",
      HANDLER_ENABLED: "false",
      REDIS_URL: "redis://h:1",
    });
    expect(set).toMatchObject({ prefix: "live", redis: "redis://h:1" });
    expect(set.channels!.email).toMatchObject({ from: { address: "x@example.in", name: "Shop" }, concurrency: 9 });
    expect(set.channels!.handler).toEqual({ concurrency: 7, enabled: false });
  });

  it("has a sender even where nobody names one, and a name alone is put to it", () => {
    const bare = { application: "shop", topics: { orderPlaced } };
    expect(configured({}, bare).channels!.email!.from).toEqual({ address: "busbar@example.com" });
    expect(configured({ EMAIL_FROM_NAME: "Shop" }, bare).channels!.email!.from).toEqual({ address: "busbar@example.com", name: "Shop" });
  });

  it("says of a service where it is and how its answers are taken, and the environment whose account it is", () => {
    const baseUrl = "https://api.eu.sendgrid.com";
    const services = {
      email: { sendgrid: { baseUrl, outcomes: { 400: "retry" } }, smtp: { timeout: "3s" } },
      sms: { twilio: { outcomes: { 30007: "retry" } }, msg91: { authKey: "k", baseUrl: "https://sms.example.in", templates: {} } },
      whatsapp: { meta: { version: "v24.0" } },
      push: { expo: { outcomes: { ExpoError: "pause" } }, fcm: { baseUrl: "https://fcm.example.in" } },
      webhook: { outcomes: { 404: "reject" } },
    } as const;
    const shop = defineConfig({ application: "shop", topics: { orderPlaced }, channels: services });
    const { channels: bare } = configured({}, shop);
    // What is said of those without keys waits for an environment that has them; Expo needs none.
    expect(bare).toMatchObject({ sms: { msg91: services.sms.msg91 }, push: { expo: services.push.expo }, webhook: services.webhook });
    const without = [bare!.email!.sendgrid, bare!.email!.smtp, bare!.sms!.twilio, bare!.whatsapp!.meta, bare!.push!.fcm];
    expect(without.filter((service) => service !== undefined)).toEqual([]);

    const { channels: set } = configured(
      {
        SENDGRID_API_KEY: "SG.x",
        SMTP_URL: "smtp://m.example.in",
        META_ACCESS_TOKEN: "t",
        META_PHONE_NUMBER_ID: "1",
        MSG91_AUTH_KEY: "theirs",
      },
      shop,
    );
    expect(set!.email).toMatchObject({
      sendgrid: { apiKey: "SG.x", ...services.email.sendgrid },
      smtp: { host: "m.example.in", timeout: "3s" },
    });
    expect(set!.sms).toMatchObject({ msg91: { authKey: "theirs", baseUrl: "https://sms.example.in" } });
    expect(set!.whatsapp).toMatchObject({ meta: { accessToken: "t", phoneNumberId: "1", version: "v24.0" } });
  });

  it("has caps of SMS, each of which the environment may say or switch off", () => {
    const caps = { recipient: { max: 5, per: "1h" }, country: { max: 100, per: "1d" } } as const;
    const shop = defineConfig({ application: "shop", topics: { orderPlaced }, channels: { sms: { caps } } });
    expect(configured({}, shop).channels!.sms!.caps).toEqual(caps);
    const set = configured({ SMS_CAP_RECIPIENT: "9/2m", SMS_CAP_COUNTRY: "off" }, shop);
    expect(set.channels!.sms!.caps).toEqual({ recipient: { max: 9, per: "2m" }, country: false });
    expect(problemsOf(() => readEnvironment({ SMS_CAP_RECIPIENT: "5" }))).toEqual([
      'SMS_CAP_RECIPIENT: must be "off", or a number and a time such as "5/1h"',
    ]);
  });

  it("that forgot a key is told so, and not taken for one that leaves it to the environment", () => {
    const { channels } = configured({}, { ...config, channels: { sms: { twilio: { from: "+14155550100", outcomes: {} } } } });
    expect(channels!.sms!.twilio).toEqual({ from: "+14155550100", outcomes: {} });
  });

  it("is refused where it is none, or says what belongs into the environment", () => {
    expect(() => configured({}, null)).toThrow("write `export default defineConfig({ … })`");
    expect(() => configured({}, { ...config, redis: "redis://h:1" })).toThrow(/it knows no option "redis"/);
    expect(() => configured({}, { ...config, subscriber: [] })).toThrow(/did you mean "subscribers"\?/);
  });
});

describe("a bus's options", () => {
  it("B4: defaults to five e-mails at once in a process and ten a second over all processes, and to three and five of WhatsApp", () => {
    const {
      channels: { email, whatsapp },
    } = parseOptions({ application: "a", topics: { orderPlaced }, channels: { email: { from: "a@b.co" } } });
    expect(email).toMatchObject({ concurrency: 5, rateLimit: { max: 10, per: 1_000 } });
    expect(whatsapp).toMatchObject({ concurrency: 3, rateLimit: { max: 5, per: 1_000 } });
  });

  it("B5: keeps completed deliveries 24 h and 10,000 at most, dead letters 14 d", () => {
    const {
      channels: { email },
    } = parseOptions({ application: "a", topics: { orderPlaced }, channels: { email: { from: "a@b.co" } } });
    expect(email).toMatchObject({ keepCompleted: { age: 86_400_000, count: 10_000 }, keepDeadLetters: 14 * 86_400_000 });
  });

  it("reports everything wrong at once", () => {
    const problems = problemsOf(() =>
      parseOptions({
        application: "My Shop",
        prefix: "a:b",
        partitions: 0,
        publishDeadline: "soon" as never,
        topics: {},
        channels: { email: { from: "a@b.co", concurrency: 0, rateLimit: { max: 0, per: "1s" } } },
      }),
    );
    expect(problems).toHaveLength(6);
  });
});
