import type { Command } from "commander";
import type { ListCommand } from "../suppressions.ts";

/** Addresses that are not sent to. */
export function declareSuppressions(program: Command): void {
  const suppressions = program
    .command("suppressions")
    .description("addresses that are not sent to: list them, look one up, add one, or release it");

  suppressions
    .command("list", { isDefault: true })
    .description("list the addresses, the newest first, with since when, by whom and why")
    .option("--channel <name>", "only those of one channel")
    .option("--search <text>", "only addresses that contain this text in what is shown of them, or are it")
    .option("--count <number>", "at most so many", "50")
    .option("--cursor <text>", "go on where the page before ended")
    .option("--show-pii [reason]", "addresses in the clear; who asks, and why, goes into the audit record")
    .option("--json", "print the page as one object")
    .addHelpText("after", `\nExamples:\n  busbar suppressions\n  busbar suppressions list --channel email --search @example.in --json`)
    .allowExcessArguments()
    .action(async (options: ListCommand, command: Command) => {
      (await import("./no-such-verb.ts")).refuseOtherVerbs(command);
      await (await import("../suppressions.ts")).listSuppressions(options);
    });

  suppressions
    .command("show <channel> <address>")
    .description("show what keeps messages of a channel from an address, and what its reader has said; exit code 1 where nothing does")
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar suppressions show sms +919845012345\n  busbar suppressions show email asha@example.in --json`,
    )
    .action(async (channel: string, address: string, options: { json?: boolean }) =>
      (await import("../suppressions.ts")).showSuppressions({ channel, address }, options),
    );

  suppressions
    .command("add <channel> <address>")
    .description("send no more messages of a channel to an address, or none of one category")
    .requiredOption("--reason <text>", "why; whoever looks at a delivery that was not sent reads it")
    .option("--category <name>", "only messages of this category, such as marketing; all by default")
    .option("--for <time>", "for how long, such as 12h or 30d; until it is released by default")
    .option("--json", "print what holds from now on as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar suppressions add sms +919845012345 --category marketing --reason "asked by phone"\n  busbar suppressions add webhook https://partner.example.in/hook --for 12h --reason "their maintenance"`,
    )
    .action(async (channel: string, address: string, options: { reason: string; category?: string; for?: string; json?: boolean }) =>
      (await import("../suppressions.ts")).addSuppression({ channel, address }, options),
    );

  suppressions
    .command("release <channel> <address>")
    .description("send to an address again, from the next message on")
    .option("--category <name>", "only what holds for this category; what holds for all messages by default")
    .option("--all", "everything that holds for the address")
    .option("--reason <text>", "why, for the audit record")
    .option("--yes", "do not ask")
    .option("--json", "print what was released as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar suppressions release sms +919845012345\n  busbar suppressions release email asha@example.in --category marketing --yes`,
    )
    .action(
      async (
        channel: string,
        address: string,
        options: { category?: string; all?: boolean; reason?: string; yes?: boolean; json?: boolean },
      ) => (await import("../suppressions.ts")).releaseSuppressions({ channel, address }, options),
    );
}
