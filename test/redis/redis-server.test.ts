import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startRedisServer, type RedisServer, type RedisServerOptions } from "../../src/base/redis-server.ts";
import { hasEnded, isAlive } from "../../src/base/redis-server/process.ts";

let temporary: string;
let folders = 0;
const started: RedisServer[] = [];

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), "busbar redis-server "));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});
afterAll(() => rm(temporary, { recursive: true, force: true }));

const newFolder = (): string => join(temporary, `data ${++folders}`);

async function start(options: Partial<RedisServerOptions> = {}): Promise<RedisServer> {
  const server = await startRedisServer({ dataFolder: newFolder(), ...options });
  started.push(server);
  return server;
}

async function ask<Answer>(server: { readonly url: string }, question: (redis: Redis) => Promise<Answer>): Promise<Answer> {
  const redis = new Redis(server.url);
  try {
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}

async function settingsOf(server: RedisServer): Promise<Record<string, string>> {
  const names = ["appendonly", "appendfsync", "maxmemory-policy", "save", "bind", "protected-mode", "dir"];
  const pairs = await ask(server, (redis) => Promise.all(names.map((name) => redis.config("GET", name) as Promise<string[]>)));
  return Object.fromEntries(pairs.map(([name, value]) => [name, value]));
}

describe("a server of our own", () => {
  it("answers with the promised settings, in a folder with spaces and a very long path", async () => {
    const dataFolder = join(newFolder(), ...Array.from({ length: 6 }, () => "a long name ".repeat(10).trim()));
    const server = await start({ dataFolder });
    expect(server.url).toBe(`redis://127.0.0.1:${server.port}`);
    expect(await settingsOf(server)).toEqual({
      appendonly: "yes",
      appendfsync: "everysec",
      "maxmemory-policy": "noeviction",
      save: "",
      bind: "127.0.0.1",
      "protected-mode": "yes",
      dir: dataFolder,
    });
  });

  it("writes before each answer when asked to", async () => {
    expect(await settingsOf(await start({ appendfsync: "always" }))).toMatchObject({ appendfsync: "always" });
  });

  it("is gone when stop returns, and twice is fine", async () => {
    const server = await start();
    await server.stop();
    expect(await isAlive(server.pid!)).toBe(false);
    await server.stop();
  });

  it("has its data again after a stop and a start", async () => {
    const dataFolder = newFolder();
    const first = await start({ dataFolder });
    await ask(first, (redis) => redis.set("kept", "yes"));
    await first.stop();
    const second = await start({ dataFolder });
    expect(await ask(second, (redis) => redis.get("kept"))).toBe("yes");
  });

  it("may be killed from outside: stop says nothing, and the next start reads its data", async () => {
    const first = await start({ appendfsync: "always" });
    const dataFolder = (await settingsOf(first))["dir"]!;
    await ask(first, (redis) => redis.set("kept", "yes"));
    process.kill(first.pid!, "SIGKILL");
    await hasEnded(first.pid!, 5_000);
    const second = await start({ dataFolder, port: first.port });
    expect(await ask(second, (redis) => redis.get("kept"))).toBe("yes");
    await first.stop();
    expect(await ask(second, (redis) => redis.ping())).toBe("PONG");
  });

  it("is killed by its pid when it does not end by itself", async () => {
    const server = await start();
    process.kill(server.pid!, "SIGSTOP");
    await server.stop();
    await expect.poll(() => isAlive(server.pid!)).toBe(false);
  });

  it("refuses a wished port that is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    await expect(start({ port })).rejects.toMatchObject({ code: "PORT_IN_USE" });
    other.close();
  });

  it("that cannot read its data does not start, and the error shows its log", async () => {
    const dataFolder = newFolder();
    await mkdir(join(dataFolder, "appendonlydir"), { recursive: true });
    await writeFile(join(dataFolder, "appendonlydir", "appendonly.aof.manifest"), "nonsense\n");
    await expect(start({ dataFolder })).rejects.toMatchObject({ code: "REDIS_UNREACHABLE", message: expect.stringContaining("manifest") });
  });
});

describe("a data folder has one server", () => {
  it("so a second start is refused while its owner lives", async () => {
    const dataFolder = newFolder();
    await start({ dataFolder });
    await expect(start({ dataFolder })).rejects.toMatchObject({ code: "ALREADY_RUNNING" });
  });

  it("so of two starts at once one is refused", async () => {
    const dataFolder = newFolder();
    const results = await Promise.allSettled([start({ dataFolder }), start({ dataFolder })]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(results.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "ALREADY_RUNNING" } });
  });

  it("so one that its killed owner left running is used again, with its data and the wished settings, and then stopped", async () => {
    const dataFolder = newFolder();
    const orphan = await startInKilledProcess(dataFolder);
    const lines: string[] = [];
    const server = await start({ dataFolder, appendfsync: "always", say: (line) => lines.push(line) });
    expect(server).toMatchObject({ pid: orphan.pid, port: orphan.port, version: orphan.version, source: orphan.source });
    expect(lines.join()).toContain("earlier run");
    expect(await settingsOf(server)).toMatchObject({ appendfsync: "always" });
    await server.stop();
    expect(await isAlive(orphan.pid)).toBe(false);
  });

  it("so one that was left running on another port than the wished one makes room", async () => {
    const dataFolder = newFolder();
    const orphan = await startInKilledProcess(dataFolder);
    const free = await start();
    await free.stop();
    const server = await start({ dataFolder, port: free.port });
    expect(server.port).toBe(free.port);
    expect(await isAlive(orphan.pid)).toBe(false);
  });

  it("but a record whose pid now belongs to another program, or that is damaged, holds nobody up", async () => {
    const dataFolder = newFolder();
    await mkdir(dataFolder);
    const record = { pid: process.pid, port: 1, version: "7.0.15", source: "path", owner: process.pid };
    for (const text of [JSON.stringify(record), "{ damaged", "{}"]) {
      await writeFile(join(dataFolder, "server.json"), text);
      const server = await start({ dataFolder });
      expect(JSON.parse(await readFile(join(dataFolder, "server.json"), "utf8"))).toMatchObject({ pid: server.pid, owner: process.pid });
      await server.stop();
    }
  });

  it("and the lock of a start that was killed is taken over", async () => {
    const dataFolder = newFolder();
    await mkdir(dataFolder);
    const gone = spawn(process.execPath, ["-e", ""]);
    await once(gone, "exit");
    await writeFile(join(dataFolder, "starting.lock"), String(gone.pid));
    expect((await start({ dataFolder })).pid).toBeGreaterThan(0);
  });
});

describe("without a Redis", () => {
  it("the error lists what was tried and says what to do", async () => {
    const attempt = start({ sources: [] });
    await expect(attempt).rejects.toMatchObject({ code: "REDIS_UNREACHABLE", message: expect.stringContaining("REDIS_URL") });
  });

  it("the in-process one stands in when it may, and says that it keeps nothing", async () => {
    const lines: string[] = [];
    const server = await start({ sources: [], allowEmbedded: true, say: (line) => lines.push(line) });
    expect(server).toMatchObject({ source: "embedded", pid: undefined });
    expect(await ask(server, (redis) => redis.set("a", "1"))).toBe("OK");
    expect(lines.join()).toContain("keeps nothing");
  });
});

/** A server whose owner, a process of its own, was ended with kill -9. */
async function startInKilledProcess(dataFolder: string): Promise<RedisServer & { readonly pid: number }> {
  const module = new URL("../../src/base/redis-server.ts", import.meta.url).href;
  const program = `
    const { startRedisServer } = await import(${JSON.stringify(module)});
    console.log(JSON.stringify(await startRedisServer({ dataFolder: ${JSON.stringify(dataFolder)} })));
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(owner.stdout, "data")) as [Buffer];
  owner.kill("SIGKILL");
  await once(owner, "exit");
  return JSON.parse(line.toString()) as RedisServer & { pid: number };
}
