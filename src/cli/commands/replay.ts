import type { Command } from "commander";
import type { ReplayCommand } from "../replay.ts";
import type { DiffCommand } from "../replay-diff.ts";
import type { LocalCommand } from "../replay-local.ts";
import { type Counted, countToo, withLimit } from "./count-option.ts";

/** What runs the past again, or only looks what that would come to. */
export function declareReplay(program: Command): void {
  const replay = selecting(program.command("replay [topics...]"))
    // Its verbs have options of the same names.
    .enablePositionalOptions()
    .description("route past events again for chosen subscribers, and queue what was never sent; looks first, and asks")
    .option("--mode <mode>", "missing: what was never sent; again: everything once more, with ids of its own", "missing")
    .option("--confirm <subscriber>", "with --mode again: its name once more")
    .option("--reason <text>", "why, for those who look later, and for the handlers")
    .option("--pace <number>", "queue so many deliveries a second at most")
    .option("--preview", "only look: counts and rendered samples of what is missing")
    .option("--detach", "store it, and leave it to a process with a router")
    .option("--yes", "do not ask")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `\nExamples:
  busbar replay order.placed --subscriber order-confirmation --from 2h --preview
  busbar replay order.placed --subscriber late-comer --route email --filter '{"total":[{"numeric":[">",1000]}]}'
  busbar replay order.placed --subscriber newsletter --from 1h --mode again --confirm newsletter --reason "wrong price"`,
    )
    .action(async (topics: string[], options: ReplayCommand) => (await import("../replay.ts")).replay(topics, options));

  selecting(replay.command("diff <topics...>"))
    .description("compare what today's code makes of past events with what was sent then: added, removed, changed; sends nothing")
    .option("--limit <number>", "show so many differences at most", "20")
    .addOption(countToo())
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar replay diff order.placed --subscriber order-confirmation --from 1h\n  busbar replay diff order.placed --subscriber order-confirmation --json --limit 10000`,
    )
    .action(async (topics: string[], options: DiffCommand & Counted) =>
      (await import("../replay-diff.ts")).replayDiff(topics, withLimit(options)),
    );

  replay
    .command("local <event>")
    .description("run one event through one subscriber in this process, so that a breakpoint is reached; nothing is sent or published")
    .requiredOption("--subscriber <name>", "through which")
    .option("--route <name>", "only this route; may stand several times. Default: all of its routes", collected, [])
    .option("--redis <url>", "take the event from the log of this Redis, with other addresses in it")
    .option("--url <url>", "take it from a server's HTTP API (or BUSBAR_URL), with other addresses in it; its API key is BUSBAR_KEY")
    .option("--show-pii [reason]", "personal data in the clear; who asks, and why, goes into the audit record")
    .option("--mask", "put other addresses into an event of our own log, too")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  busbar replay local 01a20061-… --subscriber order-confirmation\n  NODE_OPTIONS=--inspect-brk busbar replay local d_k3v2… --subscriber inventory-sync\n  busbar replay local 01a20061-… --subscriber order-confirmation --url https://shop.example.com`,
    )
    .action(async (event: string, options: LocalCommand) => (await import("../replay-local.ts")).replayLocal(event, options));

  replay
    .command("list")
    .description("list replays, the newest first")
    .option("--count <number>", "at most so many", "20")
    .option("--cursor <text>", "go on where the page before ended")
    .option("--json", "print them as JSON")
    .action(async (options: { count: string; cursor?: string; json?: boolean }) => (await import("../replays.ts")).listReplays(options));

  replay
    .command("show <id>")
    .description("show how far a replay is, how fast, how long it still takes, and who did what to it")
    .option("--json", "print it as JSON")
    .action(async (id: string, options: { json?: boolean }) => (await import("../replays.ts")).showReplay(id, options));

  const turning = [
    ["pause", "stop a replay after the page under way, until it is resumed"],
    ["resume", "go on with a paused replay; a process with a router works on it"],
    ["cancel", "end a replay; what it has queued stays queued"],
  ] as const;
  for (const [verb, description] of turning) {
    const command = replay
      .command(`${verb} <id>`)
      .description(description)
      .option("--reason <text>", "why, for those who look later")
      .option("--json", "print it as JSON");
    if (verb === "resume") command.option("--here", "work on it in this process");
    command.action(async (id: string, options: { reason?: string; here?: boolean; json?: boolean }) =>
      (await import("../replays.ts")).turnReplay(verb, id, options),
    );
  }
}

/** Which past events, and for whom. */
export function selecting(command: Command): Command {
  return command
    .option("--subscriber <name>", "for whom; may stand several times", collected, [])
    .option("--route <name>", "only this route of them; may stand several times. Default: all of theirs", collected, [])
    .option("--from <time>", "how long ago, such as 2h, or a time such as 2026-11-24T10:00:00Z; by default the last 95 hours")
    .option("--to <time>", "the same; by default now")
    .option("--from-event <id>", "in place of --from: from this event on")
    .option("--to-event <id>", "in place of --to: until this event")
    .option("--filter <pattern>", "only events whose payload matches this pattern: JSON, a file of it, or - for standard input");
}

function collected(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
