import type { Command } from "commander";

/** What looks after a running system. */
export function declareOperation(program: Command): void {
  const deadLetters = program.command("dead-letters").description("what ended without being sent: look at it, and queue it again");

  deadLetters
    .command("list")
    .description("list dead letters with their reasons, the newest first")
    .option("--queue <name>", "only those of one channel, of routing (events that could not be planned) or of audiences")
    .option("--count <number>", "at most so many a queue", "100")
    .option("--json", "print them as JSON, with their stacks")
    .addHelpText("after", `\nExamples:\n  busbar dead-letters list\n  busbar dead-letters list --queue handler --json`)
    .action(async (options: { queue?: string; count: string; json?: boolean }) =>
      (await import("../dead-letters.ts")).listDeadLetters(options),
    );

  deadLetters
    .command("redrive [ids...]")
    .description("queue dead letters again, each with all its attempts")
    .option("--all", "all of them")
    .option("--queue <name>", "with --all: only those of one queue")
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExamples:\n  busbar dead-letters redrive d_k3v2…\n  busbar dead-letters redrive --all --queue email`)
    .action(async (ids: string[], options: { all?: boolean; queue?: string; json?: boolean }) =>
      (await import("../dead-letters.ts")).redriveDeadLetters(ids, options),
    );
}
