import type { Command } from "commander";
import type { AuditCommand } from "../audit.ts";

/** Personal data: erasing it, and who saw it. */
export function declarePrivacy(program: Command): void {
  program
    .command("erase")
    .description("destroy the key of somebody's personal data, and clear what waits for them; it takes six seconds")
    .requiredOption("--subject <id>", "whose: what pii(…, { subject }) gives, such as a customer's id")
    .option("--reason <text>", "why, for the audit record")
    .option("--dry-run", "only say what would be touched")
    .option("--yes", "do not ask")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar erase --subject usr_2077 --dry-run\n  busbar erase --subject usr_2077 --reason "request 4711" --yes --json`,
    )
    .action(async (options: { subject: string; reason?: string; dryRun?: boolean; yes?: boolean; json?: boolean }) =>
      (await import("../erase.ts")).erase(options),
    );

  program
    .command("audit")
    .description("who did what: operators' verbs, who saw personal data in the clear, and who erased it; the newest first")
    .option("--by <name>", "only what this person, or the API key of this name, did")
    .option("--what <verb>", "only this verb, such as channel.pause, or all of a noun, such as channel")
    .option("--of <text>", "only what was done to what contains this text")
    .option("--since <time>", "from then on: how long ago, such as 2h or 3d, or a time")
    .option("--until <time>", "until then, in the same words")
    .option("--count <number>", "at most so many", "100")
    .option("--cursor <text>", "go on where the page before ended")
    .option("--json", "print the page as one object")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar audit --since 2d\n  busbar audit --by ravi --what dead-letters --json\n  busbar audit --what show-pii --since 2026-11-01 --until 2026-11-30`,
    )
    .action(async (options: AuditCommand) => (await import("../audit.ts")).audit(options));
}
