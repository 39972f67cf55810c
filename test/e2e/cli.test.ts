import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import { startRedisServer } from "../../src/base/redis-server.ts";
import { copyOfProject, runCli, startCli, temporaryFolder } from "../support/cli.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const env = { REDIS_URL: url, QUEUE_PREFIX: prefix };
const closers: (() => unknown)[] = [];
afterAll(() => Promise.all(closers.map((close) => close())));

async function takenPort(): Promise<number> {
  const server = createServer();
  closers.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function getJson(address: string): Promise<unknown> {
  return (await fetch(address)).json();
}

describe("busbar dev", () => {
  it(
    "D8: brings everything, shows an event become a message within its first seconds, stops cleanly and keeps its data",
    { timeout: 60_000 },
    async () => {
      const cwd = await temporaryFolder();
      const first = startCli(["dev"], { cwd, env: { PORT: String((await takenPort()) + 1) } });
      const [, address] = await first.until(/Ready: (http:\/\/127\.0\.0\.1:\d+)/);
      await first.until(/(sent .*){3}/s);
      expect(first.text()).toMatch(/The log is empty: publishing the example of order\.placed, vote\.created, withdrawal\.processed/);
      expect((await fetch(`${address}/healthz`)).status).toBe(200);
      expect((await fetch(`${address}/readyz`)).status).toBe(200);
      expect(await (await fetch(address!)).text()).toContain("<title>busbar");

      const more = await runCli(["publish", "order.placed", "--example", "--json"], { cwd });
      expect(JSON.parse(more.stdout)).toMatchObject({ topic: "order.placed", repeated: false });
      await first.until(/(sent .*){4}/s);
      const again = startCli(["dev"], { cwd });
      expect(await again.ended).toBe(1);
      expect(again.text()).toMatch(/another|uses/);

      first.signal("SIGINT");
      // npm passes a terminal's Ctrl-C on to a process that has it already.
      first.signal("SIGINT");
      expect(await first.ended).toBe(0);
      expect(first.text()).toMatch(/Stopping: finishing what is under way …\nStopped\.\n$/);

      const second = startCli(["dev"], { cwd });
      const [, secondAddress] = await second.until(/Ready: (http:\/\/127\.0\.0\.1:\d+)/);
      expect(second.text()).not.toMatch(/The log is empty/);
      expect(JSON.stringify(await getJson(`${secondAddress}/feed`))).toContain("asha.iyer@example.in");
      second.signal("SIGTERM");
      expect(await second.ended).toBe(0);
      expect(await readFile(join(cwd, ".busbar", "mailroom", "mailroom.ndjson"), "utf8")).toContain("asha.iyer@example.in");
    },
  );

  it("takes the next free port when 4000 is taken, and says which port is in use when one was asked for", { timeout: 60_000 }, async () => {
    const port = await takenPort();
    const cwd = await temporaryFolder();
    const refused = await runCli(["dev"], { cwd, env: { ...env, PORT: String(port) } });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(new RegExp(`^busbar: .*${port}.*PORT`));
  });
});

describe("busbar start", () => {
  it("starts the roles it is told, logs without addresses, and stops on SIGTERM with exit code 0", { timeout: 30_000 }, async () => {
    const running = startCli(["start", "--only", "router,workers"], { env });
    await running.until(/"msg":"started"/);
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

  it("refuses a role that it does not know as a wrong call", async () => {
    const { code, stderr } = await runCli(["start", "--only", "router,cook"], { env });
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'busbar: --only takes some of router,workers,server; it does not know "cook"\n' });
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

  it("refuses a Redis older than 7.0", async () => {
    const old = createTcpServer((socket) => {
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
    closers.push(() => old.close());
    await new Promise<void>((resolve) => old.listen(0, "127.0.0.1", resolve));
    const address = old.address();
    const { code, stderr } = await runCli(["start"], {
      env: { REDIS_URL: `redis://127.0.0.1:${typeof address === "object" ? address?.port : 0}` },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/It is version 6\.2\.14; busbar needs Redis or Valkey 7\.0 or newer/);
  });
});

describe("busbar publish", () => {
  it("publishes JSON from an argument, from standard input, and a topic's example", async () => {
    const [example, piped] = await Promise.all([
      runCli(["publish", "vote.created", "--example", "--json"], { env }),
      runCli(["publish", "vote.created", "-"], { env, input: '{"not":"a vote"}' }),
    ]);
    expect(JSON.parse(example.stdout)).toMatchObject({ topic: "vote.created", repeated: false });
    const twice = [
      await runCli(["publish", "vote.created", "--example", "--idempotency-key", "k"], { env }),
      await runCli(["publish", "vote.created", "--example", "--idempotency-key", "k"], { env }),
    ];
    expect(twice.map(({ stdout }) => stdout.split(":")[0])).toEqual(["Published", "It was published before"]);
    expect(piped.code).toBe(1);
    expect(piped.stderr).toMatch(/^busbar: vote\.created: the event was not published:\n( {2}- \w+: .*\n)+$/);
  });

  it("suggests the topic that was meant, and tells a wrong call from a wrong event", async () => {
    expect(await runCli(["publish", "order.place", "{}"], { env })).toMatchObject({
      code: 1,
      stderr: 'busbar: No topic is called "order.place". Did you mean "order.placed"?\n',
    });
    expect(await runCli(["publish", "order.placed"], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/payload \(JSON, or - for standard input\) or --example/) as string,
    });
    expect(await runCli(["publish", "order.placed", "{oops"], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/the payload is not JSON/) as string,
    });
    const large = await runCli(["publish", "order.placed", "-"], { env, input: JSON.stringify({ note: "x".repeat(300_000) }) });
    expect(large.code).toBe(1);
  });
});

const subscriber = (name: string, subject: string): string => `
  import * as z from "zod";
  import { defineSubscriber, emailTemplate } from "../src/index.ts";
  import { voteCreated } from "../topics/vote-created.ts";
  const template = emailTemplate({ name: "t", data: z.object({ total: z.string() }), subject: "${subject}", text: "x {{total}}",
    mjml: "<mjml><mj-body><mj-section><mj-column><mj-text>{{total}}</mj-text></mj-column></mj-section></mj-body></mjml>" });
  export default defineSubscriber(voteCreated, { name: "${name}", deliver: ({ email }) => [email({ to: () => "a@b.co", template, data: () => ({ total: "1" }) })] });`;

describe("busbar check", () => {
  it("finds no problem in this repository", async () => {
    expect(await runCli(["check"])).toEqual({
      code: 0,
      stderr: "",
      stdout: "No problem found: 3 topics, 3 subscribers, 3 routes, every template compiled.\n",
    });
    expect(JSON.parse((await runCli(["check", "--json"])).stdout)).toMatchObject({ ok: true, topics: 3 });
  });

  it("reports every problem of environment, topics, subscribers and templates at once; so does a start", { timeout: 40_000 }, async () => {
    const project = await copyOfProject({
      "topics/index.ts":
        'export { orderPlaced } from "./order-placed.ts";\nexport { voteCreated as voteMade } from "./vote-created.ts";\nexport { withdrawalProcessed } from "./withdrawal-processed.ts";\n',
      "subscribers/throws.ts": 'throw new Error("no price list");',
      "subscribers/empty.ts": "export const nothing = 1;",
      "subscribers/one.ts": subscriber("same", "{{totl}}"),
      "subscribers/two.ts": subscriber("same", "{{total}}"),
    });
    const expected = [/SMTP_URL: must look like/, /"vote\.created" is exported as "voteMade": rename the export to "voteCreated"/];
    const checked = await runCli(["check"], { project, env: { SMTP_URL: "nonsense" } });
    expect(checked.code).toBe(1);
    for (const pattern of expected) expect(checked.stderr).toMatch(pattern);
    const others = [
      /subscribers\/throws\.ts: cannot be imported: no price list/,
      /subscribers\/empty\.ts: has no default export/,
      /two subscribers are called "same"/,
      /totl/,
    ];
    for (const pattern of others) expect(checked.stderr).toMatch(pattern);
    const started = await runCli(["start"], { project, env: { ...env, SMTP_URL: "nonsense" } });
    expect(started.code).toBe(1);
    for (const pattern of [...expected, ...others]) expect(started.stderr).toMatch(pattern);
  });
});

describe("busbar", () => {
  it("shows its commands with examples, and tells a wrong call by exit code 2", async () => {
    const help = await runCli(["--help"]);
    expect(help).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/Commands:.*dev.*start.*mailroom.*publish.*check.*Examples:/s) as string,
    });
    expect((await runCli(["publish", "--help"])).stdout).toMatch(/Examples:/);
    expect(await runCli(["fly"])).toMatchObject({ code: 2, stderr: expect.stringMatching(/unknown command 'fly'/) as string });
  });
});
