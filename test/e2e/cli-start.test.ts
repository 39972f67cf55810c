import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { Redis } from "ioredis";
import { describe, expect, it, onTestFinished } from "vitest";
import { startRedisServer } from "../../src/base/redis-server.ts";
import { freePort, runCli, startCli, takenPort, temporaryFolder } from "../support/cli.ts";
import { newKey } from "../../src/vault/key-ring.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const env = { REDIS_URL: url, QUEUE_PREFIX: prefix };

describe("busbar start", () => {
  it("starts the roles it is told, logs without addresses, and stops on SIGTERM with exit code 0", { timeout: 30_000 }, async () => {
    // Where a mailroom is by default, one of this machine's may run.
    const MAILROOM_URL = `http://127.0.0.1:${await freePort()}`;
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, ".busbar", "keys"), newKey("dev"));
    const running = startCli(["start", "--only", "router,workers"], { cwd, env: { ...env, MAILROOM_URL, BUSBAR_KEYS: newKey("2026a") } });
    await running.until(/"msg":"started"/);
    expect(running.text()).toMatch(
      /"msg":"busbar dev wrote the log of this folder with the key \\"dev\\" of \.busbar\/keys, which BUSBAR_KEYS does not/,
    );
    expect(running.text()).toMatch(/real sending is off.*no mailroom answers: start one with `busbar mailroom`/);
    running.signal("SIGTERM");
    expect(await running.ended).toBe(0);
    expect(running.text()).toMatch(/"msg":"stopped"/);
    expect(running.text()).not.toContain("@example");
  });

  it("ends on SIGTERM although its Redis is gone", async () => {
    const server = await startRedisServer({ dataFolder: join(await temporaryFolder(), "redis") });
    const running = startCli(["start", "--only", "router,workers"], { env: { REDIS_URL: server.url } });
    await running.until(/"msg":"started"/);
    await server.stop();
    running.signal("SIGTERM");
    expect(await running.ended).toBe(0);
  });

  it("E3: answers probes on a port of their own without the HTTP server, and tells how it is going down", { timeout: 30_000 }, async () => {
    const port = await freePort();
    const probe = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);
    const running = startCli(["start", "--only", "workers", "--health-port", String(port)], {
      // The flag wins.
      env: { ...env, WORKER_HEALTH_CHECK_PORT: String(await takenPort()) },
    });
    await running.until(/"msg":"started"/);
    expect((await probe("/healthz")).status).toBe(200);
    expect(await (await probe("/readyz")).json()).toEqual({ status: "ready" });
    expect(await (await probe("/metrics")).text()).toMatch(/^busbar_up 1$/m);
    running.signal("SIGTERM");
    expect(await running.ended).toBe(0);
    await expect(probe("/healthz")).rejects.toThrow("fetch failed");
  });

  it("E3: says which port is taken, and refuses a port beside the HTTP server's as a wrong call", async () => {
    const port = String(await takenPort());
    const [taken, beside] = await Promise.all([
      runCli(["start", "--only", "router,workers"], { env: { ...env, WORKER_HEALTH_CHECK_PORT: port } }),
      runCli(["start", "--health-port", port], { env }),
    ]);
    expect([taken.code, taken.stderr]).toEqual([1, expect.stringMatching(/taken by another process: .*WORKER_HEALTH_CHECK_PORT=/)]);
    expect([beside.code, beside.stderr]).toEqual([2, expect.stringContaining("--health-port is for a process without the role server")]);
  });

  it("refuses a role that it does not know as a wrong call", async () => {
    const { code, stderr } = await runCli(["start", "--only", "router,cook"], { env });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'busbar: --only takes some of router,workers,relay,server; it does not know "cook"\n',
    });
  });

  it("D6: says that no Redis answers at REDIS_URL, without its password", async () => {
    const { code, stderr } = await runCli(["start"], { env: { REDIS_URL: "redis://me:secret@127.0.0.1:1" } });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^busbar: No Redis answers at redis:\/\/me:\*\*\*@127\.0\.0\.1:1 \(.*ECONNREFUSED.*\)\. Start it, or correct REDIS_URL/,
    );
  });

  it("refuses a Redis that evicts, saying how to change it", async () => {
    const cwd = await temporaryFolder();
    const server = await startRedisServer({ dataFolder: join(cwd, "redis") });
    const redis = new Redis(server.url);
    await redis.config("SET", "maxmemory-policy", "allkeys-lru");
    const { code, stderr } = await runCli(["start"], { env: { REDIS_URL: server.url } });
    redis.disconnect();
    await server.stop();
    expect(code).toBe(1);
    expect(stderr).toMatch(/maxmemory-policy is allkeys-lru.*CONFIG SET maxmemory-policy noeviction/);
  });

  it(
    "refuses a Redis that keeps less than DURABILITY asks for, and starts on it where it asks for no more",
    { timeout: 30_000 },
    async () => {
      const cwd = await temporaryFolder();
      const server = await startRedisServer({ dataFolder: join(cwd, "redis") });
      const { code, stderr } = await runCli(["start", "--only", "router"], { env: { REDIS_URL: server.url, DURABILITY: "fsync" } });
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^busbar: DURABILITY=fsync is asked for, and the Redis at .* keeps less: run redis-cli CONFIG SET .*appendfsync always/,
      );
      const running = startCli(["start", "--only", "router"], { env: { REDIS_URL: server.url, DURABILITY: "memory", REDIS_URI: "x" } });
      await running.until(/REDIS_URI is no variable of busbar: did you mean REDIS_URL\?.*"msg":"started"/s);
      running.signal("SIGTERM");
      expect(await running.ended).toBe(0);
      await server.stop();
    },
  );

  it("refuses a Redis older than 7.0", async () => {
    const old = createServer((socket) => {
      socket.on("data", (data) => {
        for (const command of data.toString().split(/(?=\*\d+\r\n\$)/)) {
          const name = command.split("\r\n")[2]?.toLowerCase();
          const info = "redis_version:6.2.14\r\nmaxmemory_policy:noeviction\r\nloading:0\r\naof_enabled:1\r\n";
          socket.write(
            name === "info"
              ? `$${info.length}\r\n${info}\r\n`
              : name === "hello"
                ? "-ERR unknown command `HELLO`\r\n"
                : name === "config"
                  ? "*0\r\n"
                  : "+OK\r\n",
          );
        }
      });
      socket.on("error", () => undefined);
    });
    onTestFinished(() => void old.close());
    await new Promise<void>((resolve) => old.listen(0, "127.0.0.1", resolve));
    const address = old.address();
    const { code, stderr } = await runCli(["start"], {
      env: { REDIS_URL: `redis://127.0.0.1:${typeof address === "object" ? address?.port : 0}` },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/It is version 6\.2\.14; busbar needs Redis or Valkey 7\.0 or newer/);
  });
});
