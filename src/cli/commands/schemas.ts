import type { Command } from "commander";
import type { SchemaCheckCommand } from "../schema.ts";

/** What tells others of the topics, and keeps what was told. */
export function declareSchemas(program: Command): void {
  const schema = program.command("schema").description("the topics' schemas: hold them against what was published before");

  schema
    .command("check")
    .description(
      "compare the topics with the committed snapshots in schemas/: exit code 1 for a change that breaks what was published, and for one that is not in the snapshot yet",
    )
    .option("--write", "put new topics, new versions and compatible changes into the snapshot")
    .option("--log <url>", "try the schemas on the newest events of each topic in the Redis at this address")
    .option("--last <number>", "so many events of each topic (default: 100)")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar schema check\n  busbar schema check --write\n  busbar schema check --log redis://127.0.0.1:6379 --last 1000`,
    )
    .action(async (options: SchemaCheckCommand) => (await import("../schema.ts")).schemaCheck(options));

  schema
    .command("diff")
    .description("show what has changed since the snapshot, breaking (!) and compatible (+)")
    .option("--json", "print it as JSON")
    .addHelpText("after", `\nExamples:\n  busbar schema diff`)
    .action(async (options: { json?: boolean }) => (await import("../schema.ts")).schemaDiff(options));
}
