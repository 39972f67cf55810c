import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { copyOfProject, runCli, startCli, takenPort, temporaryFolder } from "../support/cli.ts";
import { newKey } from "../../src/vault/key-ring.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const env = { REDIS_URL: url, QUEUE_PREFIX: prefix };

async function getJson(address: string): Promise<unknown> {
  return (await fetch(address)).json();
}

/** A subscriber whose handler is the code given. */
const handler = (code: string): string => `import { defineSubscriber } from "../src/index.ts";
import { userRegistered } from "../topics/user-registered.ts";

export default defineSubscriber(userRegistered, {
  name: "audit",
  deliver: ({ handler }) => [handler({ retry: { attempts: 2, delay: 20 }, handle: async (event) => { ${code} } })],
});
`;

describe("busbar dev", () => {
  it(
    "D8: brings everything, shows an event become a message within its first seconds, stops cleanly and keeps its data",
    { timeout: 60_000 },
    async () => {
      const cwd = await temporaryFolder();
      const first = startCli(["dev"], { cwd });
      const [, address] = await first.until(/Ready: (http:\/\/127\.0\.0\.1:\d+)/);
      await first.until(/(sent .*){3}/s);
      expect(first.text()).toMatch(/The log is empty: publishing the examples of \d+ topics\./);
      await first.until(/Not published, because it goes to many: model\.progress_milestone, model\.rank_changed\./);
      expect((await fetch(`${address}/healthz`)).status).toBe(200);
      expect((await fetch(`${address}/readyz`)).status).toBe(200);
      expect(await (await fetch(address!)).text()).toContain("<title>busbar");

      const more = await runCli(["publish", "order.placed", "--example", "--json"], { cwd });
      expect(JSON.parse(more.stdout)).toMatchObject({ topic: "order.placed", repeated: false });
      await first.until(/(sent +email .* order-confirmation .*){2}/s);
      const again = startCli(["dev"], { cwd });
      expect(await again.ended).toBe(1);
      expect(again.text()).toMatch(/^busbar: .*\.busbar.*\n$/);

      const { pid } = JSON.parse(await readFile(join(cwd, ".busbar", "redis", "server.json"), "utf8")) as { pid: number };
      process.kill(pid, "SIGKILL");
      await first.until(/own Redis \(process \d+\) has ended; .* It is started again\.[^]*Redis .* again \(process \d+\)/);
      const afterwards = await runCli(["publish", "order.placed", "--example", "--json"], { cwd });
      expect(JSON.parse(afterwards.stdout)).toMatchObject({ topic: "order.placed" });
      // All of them, so that nothing is told after the stop.
      await first.until(/what waited goes on\.(.* sent .* order-confirmation ){4}/s);

      first.signal("SIGINT");
      // npm passes a terminal's Ctrl-C on to a process that has it already.
      first.signal("SIGINT");
      expect(await first.ended).toBe(0);
      expect(first.text()).toMatch(/Stopping: finishing what is under way …\nStopped\.\n$/);

      const second = startCli(["dev"], { cwd, env: { BUSBAR_KEYS: newKey("2026a") } });
      const [, secondAddress] = await second.until(/Ready: (http:\/\/127\.0\.0\.1:\d+)/);
      expect(second.text()).not.toMatch(/The log is empty/);
      expect(second.text()).toMatch(
        /Warning: busbar dev wrote the log of this folder with the key "dev" of \.busbar\/keys, which BUSBAR_KEYS does/,
      );
      expect(JSON.stringify(await getJson(`${secondAddress}/feed`))).toContain("asha.iyer@example.in");
      second.signal("SIGTERM");
      expect(await second.ended).toBe(0);
      expect(await readFile(join(cwd, ".busbar", "mailroom", "mailroom.ndjson"), "utf8")).toContain("asha.iyer@example.in");
    },
  );

  it(
    "takes up what is changed while it runs, takes nothing up that has a problem, and survives a handler's forgotten promise",
    { timeout: 60_000 },
    async () => {
      const project = await copyOfProject({});
      const file = join(project, "subscribers", "audit.ts");
      const dev = startCli(["dev"], { project, env: { ...env, QUEUE_PREFIX: `${prefix}-reload` } });
      await dev.until(/Not published/);
      const publish = () =>
        runCli(["publish", "user.registered", "--example"], { project, alone: false, env: { ...env, QUEUE_PREFIX: `${prefix}-reload` } });

      await writeFile(file, handler("throw new Error(`no ledger for ${event.data.user.id}`);"));
      await dev.until(/Changed: subscribers\/audit\.ts \(new subscriber audit\); taken up in [\d.]+ s/);
      await publish();
      await dev.until(/dead +handler → audit +audit: handler: no ledger for usr_\w+ \(try 2 of 2\)/);

      await writeFile(file, "export default 7;\n");
      await dev.until(
        /Changed: subscribers\/audit\.ts; NOT taken up, what ran before goes on:\n +- subscribers\/audit\.ts: .*defineSubscriber/,
      );

      await writeFile(file, handler("void Promise.reject(new Error('nobody waits for me'));"));
      await dev.until(/Changed: subscribers\/audit\.ts; taken up/);
      const redriven = await runCli(["dead-letters", "redrive", "--all", "--json"], {
        project,
        alone: false,
        env: { ...env, QUEUE_PREFIX: `${prefix}-reload` },
      });
      expect(JSON.parse(redriven.stdout)).toMatchObject({ verb: "redrive", state: "finished", done: 1, refused: 0 });
      await dev.until(/sent +handler → audit/);
      await dev.until(/A promise that nobody waited for was rejected: nobody waits for me \(at .*audit\.ts/);

      await rm(file);
      await dev.until(/Deleted: subscribers\/audit\.ts \(subscriber audit is gone\); taken up/);

      await writeFile(file, handler("process.exit(3);"));
      await dev.until(/Changed: subscribers\/audit\.ts \(new subscriber audit\); taken up/);
      await publish();
      expect(await dev.ended).toBe(3);
      expect(dev.text()).toMatch(
        /busbar: code of the application ended this process \(exit code 3\), perhaps a process\.exit in a handler/,
      );
    },
  );

  it("says which port is in use, and what to do, when one was asked for", { timeout: 60_000 }, async () => {
    const port = await takenPort();
    const cwd = await temporaryFolder();
    const refused = await runCli(["dev"], { cwd, env: { ...env, PORT: String(port) } });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(new RegExp(`^busbar: .*${port}.*PORT`));
  });
});
