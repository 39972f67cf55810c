import type { Command } from "commander";

/** What helps to write an application. */
export function declareAuthoring(program: Command): void {
  program
    .command("check")
    .description("load topics, subscribers, templates and settings, and report every problem")
    .option("--strict", "warnings count as problems")
    .option("--json", "print the result as JSON")
    .action(async (options: { json?: boolean; strict?: boolean }) => (await import("../check.ts")).check(options));

  const scaffolds = program.command("new").description("write a topic or a subscriber to begin with, and its test; nothing is overwritten");

  scaffolds
    .command("topic <name>")
    .description("write topics/<name>, its line in topics/index and its test")
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExamples:\n  busbar new topic order.shipped`)
    .action(async (name: string, options: { json?: boolean }) => (await import("../new.ts")).newTopic(name, options));

  scaffolds
    .command("subscriber <name>")
    .description("write subscribers/<name>, its template where the channel needs one, and its test")
    .requiredOption("--topic <name>", "what it listens to")
    .option("--channel <name>", "email, sms, whatsapp, push, webhook or handler", "email")
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExamples:\n  busbar new subscriber order-shipped-mail --topic order.shipped`)
    .action(async (name: string, options: { topic: string; channel: string; json?: boolean }) =>
      (await import("../new.ts")).newSubscriber(name, options),
    );

  program
    .command("preview [name]")
    .description("show what a template, or a subscriber's templates, make of their examples; without a name, which templates there are")
    .option("--data <file>", "the template's data in JSON (no event) in place of its example; - for standard input")
    .option("--out <folder>", "where the HTML of e-mails is written (default: .busbar/preview)")
    .option("--part <name>", "print one part alone: html, text, subject, body, title or link")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar preview\n  busbar preview order-confirmation\n  busbar preview order-confirmation/sms --data sms-data.json`,
    )
    .action(async (name: string | undefined, options: { data?: string; out?: string; part?: string; json?: boolean }) =>
      (await import("../preview.ts")).preview(name, options),
    );
}
