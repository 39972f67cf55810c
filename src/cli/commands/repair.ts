import type { Command } from "commander";
import type { CancelCommand } from "../cancel.ts";

/** What a person does about single deliveries. */
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
}
