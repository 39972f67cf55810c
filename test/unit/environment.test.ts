import { describe, expect, it } from "vitest";
import { BusbarError } from "../../src/base/errors.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { configuredOptions } from "../../src/bus/config.ts";
import { readEnvironment } from "../../src/bus/environment.ts";
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
    };
    const problems = problemsOf(() => readEnvironment(env));
    for (const name of Object.keys(env))
      expect(
        problems.filter((problem) => problem.includes(name)),
        name,
      ).toHaveLength(1);
    expect(problems.join()).not.toContain("secret-key");
  });

  it("counts an empty variable as absent", () => {
    expect(readEnvironment({ PORT: "", REDIS_URL: "", EMAIL_RATE_LIMIT: "" })).toEqual(readEnvironment({}));
  });

  it("B4: takes rate, concurrency and sender of the email channel", () => {
    const { email, sender } = readEnvironment({
      EMAIL_RATE_LIMIT: "50/1s",
      EMAIL_CONCURRENCY: "20",
      EMAIL_FROM: "shop@example.in",
      EMAIL_FROM_NAME: "Shop",
    });
    expect(email).toMatchObject({ rateLimit: { max: 50, per: "1s" }, concurrency: 20 });
    expect(sender).toEqual({ address: "shop@example.in", name: "Shop" });
    expect(readEnvironment({ EMAIL_RATE_LIMIT: "off" }).email.rateLimit).toBe(false);
  });

  it("B2: takes SendGrid's key and an SMTP server with credentials", () => {
    expect(readEnvironment({ SENDGRID_API_KEY: "SG.x", SMTP_URL: "smtps://me%40x:p%2Fw@mail.example.com" }).email).toMatchObject({
      sendgrid: { apiKey: "SG.x" },
      smtp: { host: "mail.example.com", port: 465, secure: true, user: "me@x", password: "p/w" },
    });
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

  it("is refused where it is none, or says what belongs into the environment", () => {
    expect(() => configured({}, null)).toThrow("write `export default defineConfig({ … })`");
    expect(() => configured({}, { ...config, redis: "redis://h:1" })).toThrow(/it knows no option "redis"/);
    expect(() => configured({}, { ...config, subscriber: [] })).toThrow(/did you mean "subscribers"\?/);
  });
});

describe("a bus's options", () => {
  it("B4: defaults to five e-mails at once in a process and ten a second over all processes", () => {
    const {
      channels: { email },
    } = parseOptions({ application: "a", topics: { orderPlaced }, channels: { email: { from: "a@b.co" } } });
    expect(email).toMatchObject({ concurrency: 5, rateLimit: { max: 10, per: 1_000 } });
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
