import type { Command } from "commander";
import type { SchemaCheckCommand } from "../schema.ts";
import type { TopicsCommand } from "../topics.ts";

/** What tells others of the topics, and keeps what was told. */
export function declareSchemas(program: Command): void {
  program
    .command("topics")
    .description("list the topics with who listens, or write their catalogue in Markdown")
    .option("--markdown", "print the catalogue: each topic with its fields, who listens, an example")
    .option("--out <file>", "write the catalogue into this file")
    .option("--check <file>", "exit code 1 where the catalogue in this file is out of date")
    .option("--json", "print the topics as JSON, with the schemas of all their versions")
    .addHelpText("after", `\nExamples:\n  busbar topics\n  busbar topics --out docs/topics.md\n  busbar topics --check docs/topics.md`)
    .action(async (options: TopicsCommand) => (await import("../topics.ts")).topics(options));

  program
    .command("asyncapi")
    .description("print the topics as an AsyncAPI 3.1 document in JSON")
    .option("--out <file>", "write it into this file")
    .addHelpText("after", `\nExamples:\n  busbar asyncapi --out asyncapi.json`)
    .action(async (options: { out?: string }) => (await import("../asyncapi.ts")).asyncapi(options));

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
