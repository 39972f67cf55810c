import { Agent, request } from "node:http";
import { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";
import { runCli, startCli } from "../support/cli.ts";
import { testRedis } from "../support/redis.ts";

const { url: redis, prefix } = testRedis();
const env = { REDIS_URL: redis, QUEUE_PREFIX: prefix, PORT: "0", DRAIN: "1s" };
const body = (index: number): string =>
  JSON.stringify({
    requestId: `otp_${index}`,
    purpose: "login",
    code: "482913",
    user: { id: "usr_1", phone: "+919900112233" },
    requestedAt: "2025-10-18T10:58:02Z",
  });

it("D7: what was acknowledged while the process was told to stop is in the log, and nobody was sent away half-way", async () => {
  const made = await runCli(["keys", "create", "--name", "load", "--scope", "publish:otp.*", "--json"], { env });
  const { key } = JSON.parse(made.stdout) as { key: string };
  const running = startCli(["start", "--only", "server"], { env });
  const [url] = await running.until(/http:\/\/127\.0\.0\.1:\d+/);
  await running.until(/"msg":"started"/);
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  onTestFinished(() => agent.destroy());

  const publish = (index: number): Promise<{ status: number; id: string }> =>
    new Promise((resolve, reject) => {
      const sent = request(
        `${url}/v1/topics/otp.requested/events`,
        { agent, method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" } },
        (answer) => {
          let text = "";
          answer.on("data", (part: Buffer) => (text += part.toString()));
          answer.on("end", () => resolve({ status: answer.statusCode!, id: (JSON.parse(text) as { id: string }).id }));
          answer.on("error", reject);
        },
      );
      sent.on("error", reject).end(body(index));
    });

  const acknowledged: string[] = [];
  const others: unknown[] = [];
  let next = 0;
  let told = false;
  let afterTold = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      const result = await publish(next++).catch((error: { code?: string }) => error.code ?? String(error));
      if (typeof result === "object" && result.status === 202) {
        acknowledged.push(result.id);
        if (told) afterTold += 1;
        continue;
      }
      others.push(result);
      return;
    }
  };
  const load = Promise.all(Array.from({ length: 8 }, worker));
  await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(200);
  told = true;
  running.signal("SIGTERM");
  // Not ready from that moment on, while requests are still answered.
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { interval: 5, timeout: 5_000 }).toBe(503);
  await load;
  expect(await running.ended).toBe(0);

  expect(afterTold).toBeGreaterThan(0);
  // The end is a connection that is not taken any more, never an answer that is no answer.
  expect(others.filter((other) => other !== "ECONNREFUSED" && other !== "ECONNRESET")).toEqual([]);
  const reader = new Redis(redis);
  onTestFinished(() => reader.disconnect());
  const entries = await reader.xrange(`${prefix}:{0}:log:otp.requested`, "-", "+");
  const logged = new Set(entries.map(([, fields]) => (JSON.parse(fields[fields.indexOf("event") + 1]!) as { id: string }).id));
  expect(acknowledged.filter((id) => !logged.has(id))).toEqual([]);
});
