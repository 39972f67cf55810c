import type { Command } from "commander";
import type { MigrateCommand } from "../outbox.ts";

/** The outbox in the team's PostgreSQL: its tables, its relay, and what the relay has set aside. */
export function declareOutbox(program: Command): void {
  const outbox = program
    .command("outbox")
    .description(
      "events that were published in transactions of PostgreSQL: make the tables, relay them, look after those that were set aside",
    );

  outbox
    .command("status", { isDefault: true })
    .description("how many events wait for the relay and for how long, and how many it has set aside")
    .option("--json", "print it as JSON")
    .addHelpText("after", `\nExamples:\n  busbar outbox\n  busbar outbox status --json`)
    .allowExcessArguments()
    .action(async (options: { json?: boolean }, command: Command) => {
      (await import("./no-such-verb.ts")).refuseOtherVerbs(command);
      await (await import("../outbox.ts")).outboxStatus(options);
    });

  outbox
    .command("migrate")
    .description("print the SQL that makes the tables, for your own migrations; what is there stays when it is run again")
    .option("--out <file>", "write it to a file instead")
    .option("--apply", "run it on the database")
    .option("--database <url>", "with --apply: the database; by default OUTBOX_DATABASE_URL, which no list of processes shows")
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExamples:\n  busbar outbox migrate --out migrations/0042_busbar.sql\n  busbar outbox migrate --apply`)
    .action(async (options: MigrateCommand) => (await import("../outbox.ts")).migrateOutbox(options));

  outbox
    .command("relay")
    .description("publish what transactions leave in the outbox, until a signal; the same as start --only relay")
    .option("--health-port <port>", "answer /healthz, /readyz and /metrics on this port of 127.0.0.1")
    .action(async (options: { healthPort?: string }) => (await import("../start.ts")).start({ only: ["relay"], ...options }));

  outbox
    .command("refused")
    .description("list events that the relay has set aside because they cannot be published, with the reason, the oldest first")
    .option("--count <number>", "at most so many", "100")
    .option("--json", "print them as JSON")
    .addHelpText("after", `\nExamples:\n  busbar outbox refused --json`)
    .action(async (options: { count: string; json?: boolean }) => (await import("../outbox.ts")).listRefused(options));

  outbox
    .command("retry [ids...]")
    .description("give events that were set aside to the relay again")
    .option("--all", "all of them")
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExamples:\n  busbar outbox retry 01a20061-…\n  busbar outbox retry --all`)
    .action(async (ids: string[], options: { all?: boolean; json?: boolean }) => (await import("../outbox.ts")).retryRefused(ids, options));

  outbox
    .command("discard <ids...>")
    .description("give events up that were set aside: their rows are deleted, and they are never published")
    .option("--yes", "do not ask")
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExamples:\n  busbar outbox discard 01a20061-… --yes`)
    .action(async (ids: string[], options: { yes?: boolean; json?: boolean }) =>
      (await import("../outbox.ts")).discardRefused(ids, options),
    );

  outbox
    .command("clean")
    .description("forget deliveries that once(tx, event) has noted; the relay does this each hour for those older than 30 d")
    .requiredOption("--older-than <time>", "those that were handled longer ago than this, such as 30d")
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExamples:\n  busbar outbox clean --older-than 30d`)
    .action(async (options: { olderThan: string; json?: boolean }) => (await import("../outbox.ts")).cleanHandled(options));
}
