import { afterAll } from "vitest";
import { type PostgresServer, startPostgres } from "./postgres/server.ts";

/** A test file's own PostgreSQL, stopped after it; undefined where this machine has none, which is said in one line. Await it at the top of the file. */
export async function testPostgres(): Promise<PostgresServer | undefined> {
  const started = await startPostgres({ say: console.log });
  if (typeof started === "string") {
    console.log(`The tests of the outbox are left out. ${started}`);
    return undefined;
  }
  afterAll(() => started.stop());
  return started;
}
