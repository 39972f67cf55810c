import type { Command } from "commander";
import { declareDeadLetters } from "./dead-letters.ts";

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
    .command("cancel <id>")
    .description("end a delivery that waits for a worker, a retry or its time, unsent")
    .option("--reason <text>", "why, for the time line")
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExamples:\n  busbar deliveries cancel d_k3v2… --reason "the order was withdrawn"`)
    .action(async (id: string, options: { reason?: string; json?: boolean }) =>
      (await import("../deliveries.ts")).cancelDelivery(id, options),
    );

  declareDeadLetters(program);
}
