import type { Command } from "commander";
import type { TypedLetterFilter } from "../letter-filter.ts";
import type { VerbCommand } from "../dead-letters-verbs.ts";

/** What a person does about dead letters. */
export function declareDeadLetters(program: Command): void {
  const deadLetters = program
    .command("dead-letters")
    .description("what ended without being sent: look at it, mend it, queue it again, or give it up");

  filtering(deadLetters.command("list"))
    .description("list dead letters with their reasons, the newest first")
    .option("--count <number>", "at most so many", "100")
    .option("--cursor <text>", "go on after a page: what it said at its end")
    .option("--show-pii [reason]", "personal data in the clear; who asks, and why, goes into the audit record")
    .option("--json", "print them as JSON, with their stacks and the next page's cursor")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar dead-letters list\n  busbar dead-letters list --queue handler --from 2h --json\n  busbar dead-letters list --recipient asha@example.in`,
    )
    .action(async (options: TypedLetterFilter & { count: string; cursor?: string; json?: boolean; showPii?: true | string }) =>
      (await import("../dead-letters.ts")).listDeadLetters(options),
    );

  filtering(deadLetters.command("groups"))
    .description("put those of one cause together: how many, since when, and one of them")
    .option("--count <number>", "at most so many groups", "50")
    .option("--show-pii [reason]", "personal data in the clear; who asks, and why, goes into the audit record")
    .option("--json", "print them as JSON")
    .addHelpText("after", `\nExamples:\n  busbar dead-letters groups\n  busbar dead-letters groups --subscriber receipt --from 1d`)
    .action(async (options: TypedLetterFilter & { count: string; json?: boolean; showPii?: true | string }) =>
      (await import("../dead-letters.ts")).listGroups(options),
    );

  deadLetters
    .command("show <id>")
    .description("show everything that is known of one: reason, tries, build, stack, time line, data, the message made of it now")
    .option("--message", "all of the message, and not only its beginning")
    .option("--show-pii [reason]", "personal data in the clear; who asks, and why, goes into the audit record")
    .option("--json", "print it as JSON")
    .addHelpText("after", `\nExamples:\n  busbar dead-letters show d_k3v2…\n  busbar dead-letters show d_k3v2… --message`)
    .action(async (id: string, options: { message?: boolean; json?: boolean; showPii?: true | string }) =>
      (await import("../dead-letters.ts")).showDeadLetter(id, options),
    );

  deadLetters
    .command("edit <id>")
    .description("give one other data; what is left as it was shown, masked or not, stays what it was")
    .requiredOption("--data <json>", "all of it (of an event, its payload): JSON, a file of it, or - for standard input")
    .option("--reason <text>", "why, for the time line")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar dead-letters edit d_k3v2… --data '{"orderId":"A-1002"}' --reason "the order was renamed"\n  busbar dead-letters show d_k3v2… --json | jq .data > data.json; busbar dead-letters edit d_k3v2… --data data.json`,
    )
    .action(async (id: string, options: { data: string; reason?: string; json?: boolean }) =>
      (await import("../dead-letters.ts")).editDeadLetter(id, options),
    );

  const verbs = (name: string, description: string): Command =>
    filtering(deadLetters.command(`${name} [ids...]`))
      .description(description)
      .option("--all", "all of them; a filter that leaves nothing out takes it too")
      .option("--pace <number>", "with a filter or --all: at most so many a second")
      .option("--preview", "only look: how many, by queue, subscriber and class, and the newest ten")
      .option("--detach", "store it, and leave it to a process with a router")
      .option("--reason <text>", "why, for the time line and the audit record")
      .option("--json", "print the result as JSON");

  verbs("redrive", "queue dead letters again, each with all its attempts; what was sent meanwhile is not sent")
    .option("--data <json>", "with one id: other data for it first, as of edit")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar dead-letters redrive d_k3v2…\n  busbar dead-letters redrive --queue email --reason-class exhausted --preview\n  busbar dead-letters redrive --all --pace 20`,
    )
    .action(async (ids: string[], options: VerbCommand) => (await import("../dead-letters-verbs.ts")).redriveDeadLetters(ids, options));

  verbs("discard", "take dead letters away for good")
    .option("--yes", "do not ask")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar dead-letters discard d_k3v2… --reason "sent by hand"\n  busbar dead-letters discard --queue webhook --to 7d --reason "the shop is closed"`,
    )
    .action(async (ids: string[], options: VerbCommand) => (await import("../dead-letters-verbs.ts")).discardDeadLetters(ids, options));

  deadLetters
    .command("operations [id]")
    .description("what was begun on many dead letters, the newest first; or one of them")
    .option("--count <number>", "at most so many", "20")
    .option("--json", "print them as JSON")
    .addHelpText("after", `\nExamples:\n  busbar dead-letters operations`)
    .action(async (id: string | undefined, options: { count: string; json?: boolean }) =>
      (await import("../dead-letters-verbs.ts")).listBulk(id, options),
    );

  deadLetters
    .command("resume <operation>")
    .description("go on with one that was cut off, in this process; a process with a router does so by itself")
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExamples:\n  busbar dead-letters resume dl_k3v2…`)
    .action(async (id: string, options: { json?: boolean }) => (await import("../dead-letters-verbs.ts")).resumeBulk(id, options));

  deadLetters
    .command("cancel <operation>")
    .description("end one of them; what it has done stays done")
    .option("--reason <text>", "why, for the audit record")
    .option("--json", "print the result as JSON")
    .addHelpText("after", `\nExamples:\n  busbar dead-letters cancel dl_k3v2…`)
    .action(async (id: string, options: { reason?: string; json?: boolean }) =>
      (await import("../dead-letters-verbs.ts")).cancelBulk(id, options),
    );

  deadLetters
    .command("rebuild")
    .description("make the index that list and groups ask anew, of the dead letters themselves")
    .option("--reason <text>", "why, for the audit record")
    .option("--json", "print how many there are, by queue, as JSON")
    .addHelpText("after", `\nExamples:\n  busbar dead-letters rebuild`)
    .action(async (options: { reason?: string; json?: boolean }) => (await import("../dead-letters.ts")).rebuildIndex(options));
}

/** Which dead letters are meant. */
function filtering(command: Command): Command {
  return command
    .option("--queue <name>", "only those of one channel, of routing (events that could not be planned), of audiences or of callbacks")
    .option("--subscriber <name>", "only one subscriber's")
    .option("--topic <name>", "only those of events of one topic")
    .option("--reason-class <class>", "only refused, unrenderable, rejected, exhausted or poison")
    .option("--fingerprint <text>", "only one group's, as groups names it")
    .option("--recipient <address>", "only those to one address")
    .option("--from <time>", "whose last try ended no longer ago than this, such as 2h, or after a time such as 2026-11-24T10:00:00Z")
    .option("--to <time>", "the same; whose last try ended before");
}
