import type { Command } from "commander";

/** What puts events into the log, and looks at them there. */
export function declareEvents(program: Command): void {
  program
    .command("publish <topic> [payload]")
    .description("publish one event; the payload is JSON, or - for standard input")
    .option("--example", "publish the topic's example")
    .option("--idempotency-key <key>", "same key and payload: one event")
    .option("--key <key>", "what the event is about; chooses the partition")
    .option("--correlation-id <id>", "the id that the whole conversation shares")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar publish order.placed --example\n  cat order.json | busbar publish order.placed - --idempotency-key order-48213`,
    )
    .action(async (topic: string, payload: string | undefined, options: object) =>
      (await import("../publish.ts")).publish(topic, payload, options),
    );
}
