import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import type { Logger } from "../../src/base/logger.ts";
import { visibleJson } from "../../src/cli/visible.ts";
import { traceLines } from "../../src/cli/trace-lines.ts";
import { autopsyLines } from "../../src/cli/dead-letter-lines.ts";
import { terminalView } from "../../src/cli/terminal-view.ts";
import { type Bus, createBus } from "../../src/index.ts";
import { startMailroom } from "../../src/mailroom/mailroom.ts";
import { otpRequested, passwordResetRequested } from "../../topics/index.ts";
import { busesOf } from "../support/buses.ts";
import { canariesIn, canariesInRedis } from "../support/canaries.ts";
import { withoutCanaries } from "../support/cli.ts";
import { ask, httpDoor } from "../support/http.ts";
import { testKeys } from "../support/keys.ts";
import { observed } from "../support/line.ts";
import { subscriberCalled } from "../support/reference-domain.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const keep = busesOf();
const redis = new Redis(url);
afterAll(() => redis.disconnect());
const door = httpDoor({ redis: url, prefix, application: "canary" });

const logged: string[] = [];
const logger: Logger = {
  debug: (fields, message) => void logged.push(`${message} ${JSON.stringify(fields)}`),
  info: (fields, message) => void logged.push(`${message} ${JSON.stringify(fields)}`),
  warn: (fields, message) => void logged.push(`${message} ${JSON.stringify(fields)}`),
  error: (fields, message) => void logged.push(`${message} ${JSON.stringify(fields)}`),
  child: () => logger,
};
const topics = { otpRequested, passwordResetRequested };

describe("C11, C9: planted secrets of the reference domain", () => {
  it("are in no log line, no key of Redis, no page, no answer and no line of a command, whether sent, retried or dead; and in every message", async () => {
    const mailroom = await startMailroom({ httpPort: 0, smtpPort: 0 });
    const bus = keep(() =>
      createBus({
        application: "canary",
        topics,
        subscribers: [subscriberCalled("otp"), subscriberCalled("password-reset")],
        redis: url,
        prefix,
        keys: testKeys,
        channels: {
          email: { from: "shop@example.in", rateLimit: false, circuit: false, retry: { attempts: 1 } },
          sms: { rateLimit: false, circuit: false, order: ["twilio"], retry: { attempts: 1 } },
        },
        send: { mailroom: { url: mailroom.url, smtp: mailroom.smtp } },
        logger,
      }),
    );
    const screen: string[] = [];
    const view = terminalView(bus as unknown as Bus, (text) => screen.push(text));
    try {
      await bus.start();
      const sent = observed(bus, "sent", 2);
      const ids = [
        (await bus.publishEvent.otpRequested(otpRequested.example!, { idempotencyKey: "one" })).id,
        (await bus.publishEvent.passwordResetRequested(passwordResetRequested.example!)).id,
      ];
      await sent;
      // A refusal that repeats what it was asked to send, and one without an end.
      mailroom.faults.add("sendgrid", {
        status: 400,
        message: "no such content: https://shop.example.in/password/8c1f0e7a5b",
        times: Infinity,
      });
      mailroom.faults.add("twilio", { status: 400, message: "no such content: 482913 is your code", times: Infinity });
      mailroom.faults.add("smtp", { smtpCode: 554, message: "5.6.0 https://shop.example.in/password/8c1f0e7a5b", times: Infinity });
      const dead = observed(bus, "dead", 2);
      await bus.publishEvent.otpRequested(otpRequested.example!);
      await bus.publishEvent.passwordResetRequested(passwordResetRequested.example!);
      await Promise.race([dead, new Promise((_, reject) => setTimeout(() => reject(new Error(screen.join("\n"))), 9000))]);
      const server = await door.serve({ bus: bus as unknown as Bus });
      const key = await door.key();
      const looked: string[] = [...screen, ...logged];
      for (const path of [
        "/v1/events?count=50&pii=show",
        "/v1/dead-letters?pii=show",
        `/v1/events/${ids[0]}?pii=show`,
        "/feed",
        "/",
        "/metrics",
      ])
        looked.push(JSON.stringify((await ask(`${server.url}${path}`, { key }).catch((error: Error) => ({ body: error.message }))).body));
      for (const id of ids) {
        const trace = (await bus.inspect.trace(id, { showPii: {} }))!;
        looked.push(visibleJson(trace), ...traceLines(trace));
      }
      for (const { id } of (await bus.deadLetters.list()).deadLetters)
        looked.push(...autopsyLines((await bus.deadLetters.show(id, { showPii: {} }))!, { message: true }));
      expect(looked.length).toBeGreaterThan(10);
      expect(canariesIn(looked.join("\n"))).toEqual([]);
      expect(await canariesInRedis(redis, prefix)).toEqual([]);
      const sentOnes = mailroom.inbox.list({}).map(({ id }) => mailroom.inbox.get(id));
      expect(canariesIn(JSON.stringify(sentOnes).replaceAll("\\n", " ")).map((found) => found.split(" ")[0])).toEqual([
        "482913",
        "password/8c1f0e7a5b",
      ]);
    } finally {
      view.stop();
      await bus.stop();
      await mailroom.stop();
    }
  });

  it("are sealed in the spool, and drained to where they are sealed too", async () => {
    const folder = await mkdtemp(join(tmpdir(), "busbar-canary-"));
    const away = keep(() =>
      createBus({
        application: "away",
        topics,
        redis: "redis://127.0.0.1:1",
        prefix,
        keys: testKeys,
        publishDeadline: 100,
        spool: { folder },
      }),
    );
    try {
      expect((await away.publishEvent.otpRequested(otpRequested.example!)).durability).toBe("spooled");
      const files = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), "utf8").catch(() => "")));
      expect(files.join()).toContain("$enc");
      expect(canariesIn(files.join())).toEqual([]);
    } finally {
      await away.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("would be found in what a command prints, alone or in a process that it shares with others", () => {
    const run = { code: 0, stdout: "482913 is your code", stderr: "" };
    expect(() => withoutCanaries(["tail"], run)).toThrow(/^C11: secrets in what busbar tail printed: 482913/);
    expect(withoutCanaries(["preview"], run)).toBe(run);
  });

  it("would be found: in text, in Redis, and where JSON or a link holds them", async () => {
    const key = `${prefix}:planted`;
    await redis.hset(key, "job", JSON.stringify({ data: JSON.stringify({ code: "482913" }) }));
    expect(await canariesInRedis(redis, key)).toEqual([expect.stringContaining(`${key}: 482913`)]);
    await redis.del(key);
    expect(canariesIn("482913 is your code")).toHaveLength(1);
    expect(canariesIn("GET https://shop.example.in/password/8c1f0e7a5b failed")).toHaveLength(1);
    expect(canariesIn('{"id":"01a2-482913ab","at":1482913777}')).toEqual([]);
  });
});
