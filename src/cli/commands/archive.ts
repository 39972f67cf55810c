import type { Command } from "commander";

/** Old days of the logs, where they have left Redis. */
export function declareArchive(program: Command): void {
  const archive = program.command("archive").description("days of the logs that are kept outside of Redis: list, verify and write them");

  archive
    .command("list [topic]")
    .description("list segments: a topic and day each, with its events, what was sent of them, and its size")
    .option("--json", "print them as JSON")
    .action(async (topic: string | undefined, options: { json?: boolean }) => (await import("../archive.ts")).listArchive(topic, options));

  archive
    .command("verify [topic]")
    .description("read segments from beginning to end, and compare them with their checksums; exit code 1 where one is damaged")
    .option("--json", "print the result as JSON")
    .action(async (topic: string | undefined, options: { json?: boolean }) =>
      (await import("../archive.ts")).verifyArchive(topic, options),
    );

  archive
    .command("write [topics...]")
    .description("write days that are over and not in the archive yet; a process with a router does so every hour")
    .option("--settle <time>", "how long a day must be over", "24h")
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExamples:\n  busbar archive write\n  busbar archive write order.placed --settle 1h`)
    .action(async (topics: string[], options: { settle: string; json?: boolean }) =>
      (await import("../archive.ts")).writeArchive(topics, options),
    );
}
