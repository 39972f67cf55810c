import type { Command } from "commander";
import type { ResetCommand, SetCommand } from "../channel-limits.ts";
import type { CleanCommand, TurnCommand } from "../channels.ts";

const why = "why, for the audit record";

/** What a person does with a channel's queue, for all processes. */
export function declareChannelVerbs(channels: Command): void {
  for (const [verb, description] of [
    ["pause", "take nothing from a channel's queue, in all processes, until it is resumed; what comes waits"],
    ["resume", "let a paused channel go on"],
  ] as const)
    channels
      .command(`${verb} <name>`)
      .description(description)
      .option("--reason <text>", why)
      .option("--json", "print the result as JSON")
      .addHelpText("after", `\nExamples:\n  busbar channels ${verb} email`)
      .action(async (name: string, options: TurnCommand) => (await import("../channels.ts")).turnChannel(name, verb, options));

  channels
    .command("set <name>")
    .description(
      "set a channel's rate, or how many deliveries are under way at once in each process; for all processes, and over restarts, until it is reset",
    )
    .option("--rate <rate>", "so many sends over all processes, such as 10/1s or 100/1h, or off")
    .option("--concurrency <number>", "so many at once in each process, 1 to 1,000")
    .option("--reason <text>", why)
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar channels set sms --rate 2/1s --reason "the provider asked for it"\n  busbar channels set handler --concurrency 1`,
    )
    .action(async (name: string, options: SetCommand) => (await import("../channel-limits.ts")).setLimits(name, options));

  channels
    .command("reset <name>")
    .description("go back to what the configuration says: of both limits, or of those that are named")
    .option("--rate", "only of the rate")
    .option("--concurrency", "only of the concurrency")
    .option("--reason <text>", why)
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExamples:\n  busbar channels reset sms\n  busbar channels reset sms --rate`)
    .action(async (name: string, options: ResetCommand) => (await import("../channel-limits.ts")).resetLimits(name, options));

  channels
    .command("clean <name>")
    .description("forget finished deliveries of a channel, or of all queues (clean all); dead letters stay")
    .option("--older-than <time>", "only those that ended longer ago than this, such as 1h or 2d; all by default")
    .option("--reason <text>", why)
    .option("--yes", "do not ask")
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExamples:\n  busbar channels clean email --older-than 1h\n  busbar channels clean all --older-than 12h --yes`)
    .action(async (name: string, options: CleanCommand) => (await import("../channels.ts")).cleanChannel(name, options));
}
