import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { BusbarError } from "../base/errors.ts";
import { loadEnvFile } from "./env-file.ts";
import { UsageError } from "./usage-error.ts";
import { visibleLines } from "./visible.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };

/**
 * The command line. Each command's code is loaded when it is called, so that `--help` stays fast. Exit codes: 0 done, 1 it did
 * not work, 2 the call was wrong.
 */
const program = new Command("busbar")
  .description("An event bus: publish what happened once; every reaction to it is routed, sent, retried and recorded.")
  .version(version)
  .exitOverride()
  // What was typed stands in what commander says of it.
  .configureOutput({ outputError: (text, write) => write(`${visibleLines(text.trimEnd()).join("\n")}\n`) })
  .configureHelp({ showGlobalOptions: true })
  .addHelpText(
    "after",
    `
Examples:
  busbar init                                   begin an application in this folder
  busbar dev                                    everything in one process, with a page that shows it
  busbar publish order.placed --example         publish the topic's example
  cat order.json | busbar publish order.placed -
  busbar check                                  find every problem before a deploy
  busbar start --only router,workers            the service, without its HTTP server`,
  );

// A project that is just begun has no use for settings, and --help none at all.
program.hook("preAction", (_, command) => {
  if (command.name() !== "init") loadEnvFile();
});

program
  .command("init")
  .description("begin an application in this folder; what is there already stays as it is")
  .option("--name <name>", "what the application is called; by default as its package or its folder")
  .option("--json", "print what was written as JSON")
  .action(async (options: { name?: string; json?: boolean }) => (await import("./init.ts")).init(options));

program
  .command("dev")
  .description("run router, workers, HTTP server and mailroom in this process, with a Redis of its own unless REDIS_URL is set")
  .action(async () => (await import("./dev.ts")).dev());

program
  .command("start")
  .description("run the service on the Redis at REDIS_URL")
  .addOption(
    new Option("--only <roles>", "some of router,workers,server; all by default").argParser((text) =>
      text.split(",").map((role) => role.trim()),
    ),
  )
  .action(async (options: { only?: string[] }) => (await import("./start.ts")).start(options));

program
  .command("mailroom")
  .description("run the local stand-in for all providers alone: it takes messages, delivers nothing, and shows them")
  .option("--http-port <port>", "port of SendGrid's API", "4010")
  .option("--smtp-port <port>", "port of SMTP", "4025")
  .option("--folder <path>", "where the journal of messages is kept", ".busbar/mailroom")
  .action(async (options: { httpPort: string; smtpPort: string; folder: string }) => (await import("./mailroom.ts")).mailroom(options));

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
    (await import("./publish.ts")).publish(topic, payload, options),
  );

const deadLetters = program.command("dead-letters").description("what ended without being sent: look at it, and queue it again");

deadLetters
  .command("list")
  .description("list dead letters with their reasons, the newest first")
  .option("--queue <name>", "only those of one channel, of routing (events that could not be planned) or of audiences")
  .option("--count <number>", "at most so many a queue", "100")
  .option("--json", "print them as JSON, with their stacks")
  .addHelpText("after", `\nExamples:\n  busbar dead-letters list\n  busbar dead-letters list --queue handler --json`)
  .action(async (options: { queue?: string; count: string; json?: boolean }) =>
    (await import("./dead-letters.ts")).listDeadLetters(options),
  );

deadLetters
  .command("redrive [ids...]")
  .description("queue dead letters again, each with all its attempts")
  .option("--all", "all of them")
  .option("--queue <name>", "with --all: only those of one queue")
  .option("--json", "print the result as JSON")
  .addHelpText("after", `\nExamples:\n  busbar dead-letters redrive d_k3v2…\n  busbar dead-letters redrive --all --queue email`)
  .action(async (ids: string[], options: { all?: boolean; queue?: string; json?: boolean }) =>
    (await import("./dead-letters.ts")).redriveDeadLetters(ids, options),
  );

program
  .command("check")
  .description("load topics, subscribers, templates and settings, and report every problem")
  .option("--strict", "warnings count as problems")
  .option("--json", "print the result as JSON")
  .action(async (options: { json?: boolean; strict?: boolean }) => (await import("./check.ts")).check(options));

const scaffolds = program.command("new").description("write a topic or a subscriber to begin with, and its test; nothing is overwritten");

scaffolds
  .command("topic <name>")
  .description("write topics/<name>, its line in topics/index and its test")
  .option("--json", "print the result as JSON")
  .addHelpText("after", `\nExamples:\n  busbar new topic order.shipped`)
  .action(async (name: string, options: { json?: boolean }) => (await import("./new.ts")).newTopic(name, options));

scaffolds
  .command("subscriber <name>")
  .description("write subscribers/<name>, its template where the channel needs one, and its test")
  .requiredOption("--topic <name>", "what it listens to")
  .option("--channel <name>", "email, sms, whatsapp, push, webhook or handler", "email")
  .option("--json", "print the result as JSON")
  .addHelpText("after", `\nExamples:\n  busbar new subscriber order-shipped-mail --topic order.shipped`)
  .action(async (name: string, options: { topic: string; channel: string; json?: boolean }) =>
    (await import("./new.ts")).newSubscriber(name, options),
  );

program
  .command("preview [name]")
  .description("show what a template, or a subscriber's templates, make of their examples; without a name, which templates there are")
  .option("--data <file>", "data in JSON in place of the example; - for standard input")
  .option("--out <folder>", "where the HTML of e-mails is written (default: .busbar/preview)")
  .option("--part <name>", "print one part alone: html, text, subject, body, title or link")
  .option("--json", "print the result as JSON")
  .addHelpText(
    "after",
    `\nExamples:\n  busbar preview\n  busbar preview order-confirmation\n  busbar preview order-confirmation/sms --data order.json`,
  )
  .action(async (name: string | undefined, options: { data?: string; out?: string; part?: string; json?: boolean }) =>
    (await import("./preview.ts")).preview(name, options),
  );

// A reader such as `head` may leave before everything is printed.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

try {
  await program.parseAsync(process.argv);
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** Says what went wrong, unless commander has said it, and gives the exit code. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const own = error instanceof BusbarError || error instanceof UsageError;
  const text = own ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`busbar: ${visibleLines(text).join("\n")}\n`);
  return error instanceof UsageError ? 2 : 1;
}
