import type { Command } from "commander";
import { type Counted, countToo, withLimit } from "./count-option.ts";

/** What puts events into the log, and looks at them there. */
export function declareEvents(program: Command): void {
  program
    .command("publish <topic> [payload]")
    .description("publish one event; the payload is JSON, or - for standard input")
    .option("--example", "publish the topic's example; on a server this needs the scope operate")
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

  program
    .command("tail [topics...]")
    .description("follow events as they are published, a line each: of all topics, or of some; Ctrl-C ends")
    .option("--last <number>", "begin with so many of the newest events", "10")
    .option("--filter <pattern>", "only events whose payload matches this pattern: JSON or a file of it; of several, any", collected, [])
    .option("--payload", "add each event's payload as JSON")
    .option("--show-pii [reason]", "personal data in the clear; who asks, and why, goes into the audit record")
    .option("--json", "print each event as a CloudEvent in one line of JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar tail\n  busbar tail order.placed order.refunded --payload\n  busbar tail --filter '{"total":[{"numeric":[">",10000]}]}'\n  busbar tail --last 1000 --json | grep KR-48213`,
    )
    .action(async (topics: string[], options: { last: string; filter: string[]; payload?: boolean; json?: boolean }) =>
      (await import("../tail.ts")).tail(topics, options),
    );

  program
    .command("trace <id> [value]")
    .description(
      "show what became of one event, step by step, by the id of the event or of a delivery, or by an idempotency key; or of all events that have a value at a search key, which may be named before it",
    )
    .option("--limit <number>", "of the events with a value so many at most, the newest", "20")
    .addOption(countToo())
    .option("--watch", "look again until everything has ended; of one event")
    .option("--show-pii [reason]", "personal data in the clear; who asks, and why, goes into the audit record")
    .option("--json", "print it as JSON; with --watch a line each time that something has changed")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar trace 01a20061-…\n  busbar trace d_k3v2…\n  busbar trace order-48213 --watch\n  busbar trace order KR-48213\n  busbar trace customer.email asha.iyer@example.in --limit 100`,
    )
    .action(async (id: string, value: string | undefined, options: Counted & { watch?: boolean; json?: boolean }) =>
      (await import("../trace.ts")).trace(id, value, withLimit(options)),
    );
}

/** An option that may stand several times. */
function collected(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
