import type { Command } from "commander";
import type { CancelCommand } from "../cancel.ts";

/** What a person does about single deliveries and dead letters. */
export function declareRepair(program: Command): void {
  const deliveries = program.command("deliveries").description("single deliveries: where one stands, and cancelling one that waits");

  deliveries
    .command("show <id>")
    .description("show where a delivery stands, and its time line")
    .option("--show-pii [reason]", "personal data in the clear; who asks, and why, goes into the audit record")
    .option("--json", "print it as JSON")
    .addHelpText("after", `\nExamples:\n  busbar deliveries show d_k3v2…`)
    .action(async (id: string, options: { json?: boolean; showPii?: true | string }) =>
      (await import("../deliveries.ts")).showDelivery(id, options),
    );

  deliveries
    .command("cancel [ids...]")
    .description(
      "end deliveries that wait for a worker, a retry or their time, unsent: those that are named, or all of an event, key, subscriber or channel",
    )
    .option("--event <id>", "all of this event: its id, that of one of its deliveries, or its idempotency key")
    .option("--key <key=value>", "all of the events that have this value at a search key; =value for any key")
    .option("--subscriber <name>", "only those that this subscriber planned")
    .option("--channel <name>", "only those of this channel")
    .option("--preview", "only look how many there are")
    .option("--reason <text>", "why, for the time line and the audit record")
    .option("--yes", "do not ask")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar deliveries cancel d_k3v2… --reason "the order was withdrawn"\n  busbar deliveries cancel --event A-1001 --preview\n  busbar deliveries cancel --key order=A-1001 --channel sms\n  busbar deliveries cancel --subscriber newsletter --yes`,
    )
    .action(async (ids: string[], options: CancelCommand) => (await import("../cancel.ts")).cancelDeliveries(ids, options));

  const deadLetters = program
    .command("dead-letters")
    .description("what ended without being sent: look at it, queue it again, or give it up");

  deadLetters
    .command("list")
    .description("list dead letters with their reasons, the newest first")
    .option("--queue <name>", "only those of one channel, of routing (events that could not be planned), of audiences or of callbacks")
    .option("--count <number>", "at most so many", "100")
    .option("--page <number>", "pass over so many pages less one, for older ones", "1")
    .option("--show-pii [reason]", "personal data in the clear; who asks, and why, goes into the audit record")
    .option("--json", "print them as JSON, with their stacks")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar dead-letters list\n  busbar dead-letters list --queue handler --json\n  busbar dead-letters list --count 20 --page 2`,
    )
    .action(async (options: { queue?: string; count: string; page: string; json?: boolean; showPii?: true | string }) =>
      (await import("../dead-letters.ts")).listDeadLetters(options),
    );

  deadLetters
    .command("show <id>")
    .description("show everything that is known of one: reason, tries, data, stack, time line")
    .option("--show-pii [reason]", "personal data in the clear; who asks, and why, goes into the audit record")
    .option("--json", "print it as JSON")
    .addHelpText("after", `\nExamples:\n  busbar dead-letters show d_k3v2…`)
    .action(async (id: string, options: { json?: boolean; showPii?: true | string }) =>
      (await import("../dead-letters.ts")).showDeadLetter(id, options),
    );

  deadLetters
    .command("redrive [ids...]")
    .description("queue dead letters again, each with all its attempts")
    .option("--all", "all of them")
    .option("--queue <name>", "with --all: only those of one queue")
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExamples:\n  busbar dead-letters redrive d_k3v2…\n  busbar dead-letters redrive --all --queue email`)
    .action(async (ids: string[], options: { all?: boolean; queue?: string; json?: boolean }) =>
      (await import("../dead-letters.ts")).redriveDeadLetters(ids, options),
    );

  deadLetters
    .command("discard [ids...]")
    .description("take dead letters away for good")
    .option("--all", "all of them")
    .option("--queue <name>", "with --all: only those of one queue")
    .option("--reason <text>", "why, for the time line")
    .option("--yes", "do not ask")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar dead-letters discard d_k3v2… --reason "sent by hand"\n  busbar dead-letters discard --all --queue webhook`,
    )
    .action(async (ids: string[], options: { all?: boolean; queue?: string; reason?: string; yes?: boolean; json?: boolean }) =>
      (await import("../dead-letters.ts")).discardDeadLetters(ids, options),
    );
}
