import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { migration } from "../../src/outbox/migration.ts";
import { runCli, startCli } from "../support/cli.ts";
import { documentedProject } from "../support/documented-project.ts";
import { testPostgres } from "../support/postgres.ts";
import { testRedis } from "../support/redis.ts";

const root = join(import.meta.dirname, "..", "..");
const { url, prefix } = testRedis();
const postgres = await testPostgres();
const database = postgres?.url ?? "";

/** As on the page, but its process dies between the commit and the end of its first try. */
const dying = `import { existsSync, writeFileSync } from "node:fs";
import { defineSubscriber, once } from "busbar";
import { transaction } from "../database.ts";
import { orderPlaced } from "../topics/index.ts";

export default defineSubscriber(orderPlaced, {
  name: "count-order",
  deliver: ({ handler }) => [
    handler({
      async handle(event) {
        const first = await transaction(async (tx) => {
          if (!(await once(tx, event))) return false;
          await tx.query("UPDATE stock SET reserved = reserved + 100 WHERE sku = $1", [event.data.sku]);
          return true;
        });
        if (existsSync("died")) writeFileSync("first", String(first));
        else {
          writeFileSync("died", "");
          process.kill(process.pid, "SIGKILL");
        }
      },
    }),
  ],
});
`;

describe.skipIf(postgres === undefined)("docs/outbox.md", () => {
  it(
    "a committed order becomes an event by the relay; a handler whose process is killed after its commit has its effect once; what is set aside is seen and given back",
    { timeout: 120_000 },
    async () => {
      const page = await readFile(join(root, "docs", "outbox.md"), "utf8");
      const { folder } = await documentedProject({ shop: page }, { "shop/subscribers/count-order.ts": dying });
      const cwd = join(folder, "shop");
      const env = { REDIS_URL: url, QUEUE_PREFIX: prefix, OUTBOX_DATABASE_URL: database };
      const busbar = (...args: string[]) => runCli(args, { cwd, env });
      const made = await busbar("outbox", "migrate", "--apply", "--out", "busbar.sql");
      expect(made.stdout).toMatch(/^busbar\.sql makes .*\nThe tables of the outbox are made, in version 1\.\n$/);
      expect(await readFile(join(cwd, "busbar.sql"), "utf8")).toBe(migration);
      const client = new pg.Client({ connectionString: database });
      await client.connect();
      onTestFinished(() => client.end());
      await client.query(
        "CREATE TABLE orders (id text PRIMARY KEY, quantity int); CREATE TABLE stock (sku text, reserved int); INSERT INTO stock VALUES ('tea', 0)",
      );

      const shop = await runCli(["A-1"], { cwd, env, program: [join(root, "node_modules/tsx/dist/cli.mjs"), "shop.ts"] });
      expect(shop.stdout).toMatch(/^[0-9a-f-]{36} outbox\n$/);
      const relay = startCli(["outbox", "relay"], { cwd, env });
      const first = startCli(["start", "--only", "router,workers"], { cwd, env });
      expect(await first.ended).not.toBe(0);
      await access(join(cwd, "died"));
      const second = startCli(["start", "--only", "router,workers"], { cwd, env });
      await second.until(/"msg":"started"/);
      expect(await vi.waitUntil(() => readFile(join(cwd, "first"), "utf8").catch(() => undefined), { timeout: 60_000 })).toBe("false");
      const reserved = async (): Promise<number> => (await client.query("SELECT reserved FROM stock")).rows[0].reserved;
      await vi.waitUntil(async () => (await reserved()) === 102, { timeout: 30_000 });

      await client.query(
        "INSERT INTO busbar.outbox (application, topic, key, event_id, event) VALUES ('shop', 'order.placed', 'tea', 'e-1', '{\"id\":\"e-1\"}')",
      );
      await relay.until(/was set aside/);
      const [refused, doctor, discarded] = await Promise.all([
        busbar("outbox", "refused"),
        busbar("doctor"),
        busbar("outbox", "discard", "nobody", "--yes", "--json"),
      ]);
      expect(refused.stdout).toMatch(/^e-1 +order\.placed +\S+ +the log entry is no CloudEvent: "type" is missing$/m);
      expect(doctor.stdout).toMatch(/outbox .*set aside because they cannot be published: 1/);
      expect(discarded).toMatchObject({ code: 1, stdout: '{"discarded":0}\n' });

      for (const each of [relay, second]) each.signal("SIGTERM");
      expect([await relay.ended, await second.ended]).toEqual([0, 0]);
    },
  );
});
