import type { Command } from "commander";

/** What says whether an installation is set up well. */
export function declareSetup(program: Command): void {
  const config = program.command("config").description("what is set, and where it comes from");

  config
    .command("print")
    .description("print every setting with its value and its source; of secrets only that they are set")
    .option("--health-port <port>", "as start has it")
    .option("--json", "print them as JSON")
    .addHelpText("after", `\nExamples:\n  busbar config print\n  busbar config print --json`)
    .action(async (options: { healthPort?: string; json?: boolean }) => (await import("../config.ts")).printConfig(options));
}
