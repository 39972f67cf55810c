import type { Command } from "commander";
import type { FilterTestCommand } from "../filter-test.ts";

/** What looks at filters by themselves. */
export function declareFilter(program: Command): void {
  const filter = program.command("filter").description("try a filter");
  filter
    .command("test <pattern> <event>")
    .description(
      "say whether a pattern lets an event through, and if not, why: exit code 0 or 1; it needs neither an application nor Redis",
    )
    .option("--dialect <name>", "eventbridge, or sns for the filter policy of a subscription", "eventbridge")
    .option("--scope <name>", "of sns: MessageAttributes, or MessageBody for the payload", "MessageAttributes")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
Both are JSON, or the name of a file with it, or - for standard input. The event is its payload, or a whole CloudEvent as busbar tail --json prints it;
with --dialect sns, the attributes of a message as SNS writes them.

Examples:
  busbar filter test '{"total":[{"numeric":[">",0]}]}' '{"total":0}'
  busbar filter test large-orders.json order.json --json
  busbar tail --json --last 1 | head -1 | busbar filter test large-orders.json -`,
    )
    .action(async (pattern: string, event: string, options: FilterTestCommand) =>
      (await import("../filter-test.ts")).filterTest(pattern, event, options),
    );
}
