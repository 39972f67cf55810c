import type { Command } from "commander";

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
    .description("who saw personal data in the clear, and who erased it, the newest first")
    .option("--count <number>", "at most so many", "100")
    .option("--json", "print them as JSON")
    .action(async (options: { count: string; json?: boolean }) => (await import("../audit.ts")).audit(options));
}
