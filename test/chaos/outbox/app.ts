/**
 * The application: business transactions without a pause, each of which publishes one event, eight at once; one in ten is undone on purpose, after its
 * event was published in it. Whatever fails is left to fail. It asks nothing of Redis. Arguments: ChaosOptions in JSON, a seed.
 */
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { chaosBus, type ChaosOptions } from "../domain.ts";
import { answerHealth, endWithParent, tell } from "../messages.ts";
import { seeded } from "../random.ts";
import { sabotage } from "../sabotage.ts";
import { accounts } from "./business.ts";

const atOnce = 8;
const undone = 0.1;

const [text, seed] = process.argv.slice(2);
const options = JSON.parse(text!) as ChaosOptions;
sabotage(options.sabotage);
const random = seeded(Number(seed) + process.pid);
const bus = chaosBus(options);
const pool = new pg.Pool({ connectionString: options.database!, max: atOnce });
pool.on("error", () => undefined);
const stopping = new AbortController();

async function transact(): Promise<void> {
  const tx = await pool.connect();
  try {
    await tx.query("BEGIN");
    const account = `account-${1 + Math.floor(random() * accounts)}`;
    // Whoever has the row has the account to itself until the end: its events have an order.
    const { rows } = await tx.query(
      "UPDATE accounts SET transactions = transactions + 1 WHERE name = $1 RETURNING transactions AS number",
      [account],
    );
    const { number } = rows[0] as { number: number };
    const { id } = await bus.publishEvent.orderPlaced({ number }, { tx, key: account });
    await tx.query("INSERT INTO bookings (id, account, number) VALUES ($1, $2, $3)", [id, account, number]);
    await tx.query(random() < undone ? "ROLLBACK" : "COMMIT");
    tx.release();
  } catch (error) {
    // The connection is not used again, which undoes what is open on it.
    tx.release(true);
    throw error;
  }
}

async function work(): Promise<void> {
  while (!stopping.signal.aborted) await transact().catch(() => pause(50));
}

endWithParent();
answerHealth(async () => true);
const working = Promise.all(Array.from({ length: atOnce }, work));
process.once("SIGTERM", () => {
  stopping.abort();
  void working.then(() => process.exit(0));
});
tell({ kind: "started" });
