/** `npm run example:outbox`: installs what the examples need into this folder, checks their types, and runs each on a PostgreSQL of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import pg from "pg";
import { migration } from "../../src/outbox/migration.ts";
import { startPostgres } from "../../test/support/postgres/server.ts";

const folder = import.meta.dirname;

async function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
  const child = spawn(command, args, { cwd: folder, stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, ...env } });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}`);
}

await run("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock"]);
// What makes the client needs no engine; without a name for one it would be fetched from a host of Prisma's.
await run("npx", ["prisma", "generate"], { PRISMA_SCHEMA_ENGINE_BINARY: process.env["PRISMA_SCHEMA_ENGINE_BINARY"] ?? process.execPath });
await run(process.execPath, ["../../node_modules/typescript/bin/tsc", "-p", "."]);

const postgres = await startPostgres({ say: console.log });
if (typeof postgres === "string") throw new Error(postgres);
try {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`${migration} CREATE TABLE orders (id text PRIMARY KEY, total int NOT NULL)`);
  await client.end();
  for (const name of ["pg", "prisma", "drizzle", "knex", "typeorm"])
    await run(process.execPath, ["--import", import.meta.resolve("tsx"), "check.ts", name], { DATABASE_URL: postgres.url });
} finally {
  await postgres.stop();
}
