import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli, startCli, takenPort, temporaryFolder } from "../support/cli.ts";
import { testRedis } from "../support/redis.ts";

const { url, prefix } = testRedis();
const env = { REDIS_URL: url, QUEUE_PREFIX: prefix };

async function getJson(address: string): Promise<unknown> {
  return (await fetch(address)).json();
}

describe("busbar dev", () => {
  it(
    "D8: brings everything, shows an event become a message within its first seconds, stops cleanly and keeps its data",
    { timeout: 60_000 },
    async () => {
      const cwd = await temporaryFolder();
      const first = startCli(["dev"], { cwd });
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
      expect(again.text()).toMatch(/^busbar: .*\.busbar.*\n$/);

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

  it("says which port is in use, and what to do, when one was asked for", { timeout: 60_000 }, async () => {
    const port = await takenPort();
    const cwd = await temporaryFolder();
    const refused = await runCli(["dev"], { cwd, env: { ...env, PORT: String(port) } });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(new RegExp(`^busbar: .*${port}.*PORT`));
  });
});
