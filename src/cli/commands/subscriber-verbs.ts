import type { Command } from "commander";
import type { SeekCommand } from "../subscriber-verbs.ts";

const why = "why, for the audit record";

/** What a person does with one subscriber, for all processes. */
export function declareSubscriberVerbs(subscribers: Command): void {
  for (const [verb, description] of [
    ["pause", "read nothing for a subscriber, in all processes, until it is resumed; its logs keep what it has not read"],
    ["resume", "let a paused or draining subscriber read on where it was"],
  ] as const)
    subscribers
      .command(`${verb} <name>`)
      .description(description)
      .option("--reason <text>", why)
      .option("--json", "print the result as JSON")
      .addHelpText("after", `\nExamples:\n  busbar subscribers ${verb} order-confirmation`)
      .action(async (name: string, options: { reason?: string; json?: boolean }) =>
        (await import("../subscriber-verbs.ts")).setSubscriber(name, verb, options),
      );

  subscribers
    .command("drain <name>")
    .description("pause a subscriber and wait until all that it has read is routed; exit code 1 where something is left")
    .option("--timeout <time>", "wait so long at most", "30s")
    .option("--reason <text>", why)
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExamples:\n  busbar subscribers drain order-confirmation --timeout 2m`)
    .action(async (name: string, options: { timeout: string; reason?: string; json?: boolean }) =>
      (await import("../subscriber-verbs.ts")).drainSubscriber(name, options),
    );

  subscribers
    .command("seek <name>")
    .description("set where a subscriber reads on; looks first how many events that routes again or skips, and asks")
    .requiredOption("--to <place>", "now, beginning, how long ago, such as 2h, or a time such as 2026-11-24T10:00:00Z")
    .option("--may-repeat", "also where events would be routed again of which it is no longer known what was sent (older than 95 h)")
    .option("--preview", "only look")
    .option("--reason <text>", why)
    .option("--yes", "do not ask")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar subscribers seek order-confirmation --to 2h --preview\n  busbar subscribers seek order-confirmation --to 2026-11-24T08:00:00Z\n  busbar subscribers seek partner-feed --to now --yes`,
    )
    .action(async (name: string, options: SeekCommand) => (await import("../subscriber-verbs.ts")).seekSubscriber(name, options));

  subscribers
    .command("remove <name>")
    .description("forget for good where a subscriber stood that is gone from the code, so that logs no longer wait for it")
    .option("--reason <text>", why)
    .option("--yes", "do not ask")
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExamples:\n  busbar subscribers remove old-newsletter`)
    .action(async (name: string, options: { yes?: boolean; reason?: string; json?: boolean }) =>
      (await import("../subscriber-verbs.ts")).removeSubscriber(name, options),
    );
}
