import type { Command } from "commander";
import { declareChannelVerbs } from "./channel-verbs.ts";
import { declareSubscriberVerbs } from "./subscriber-verbs.ts";

/** What looks at a running system, and holds parts of it up. */
export function declareOperation(program: Command): void {
  const subscribers = program
    .command("subscribers")
    .description("who listens to what, and how far each has read; pause, move and remove one for all processes");

  subscribers
    .command("list", { isDefault: true })
    .description("list subscribers with what they have not read yet (lag, and its oldest), not finished (pending) or lost (gaps)")
    .option("--json", "print them as JSON")
    .addHelpText("after", `\nExamples:\n  busbar subscribers\n  busbar subscribers list --json`)
    .allowExcessArguments()
    .action(async (options: { json?: boolean }, command: Command) => {
      (await import("./no-such-verb.ts")).refuseOtherVerbs(command);
      await (await import("../subscribers.ts")).listSubscribers(options);
    });

  declareSubscriberVerbs(subscribers);

  const channels = program
    .command("channels")
    .description("the channels' queues: look at them, pause and resume them, set their rate and concurrency, clean them");

  channels
    .command("list", { isDefault: true })
    .description(
      "list the queues of all channels, of routing, audiences and callbacks, with their age, workers and limits, and what was set at run time",
    )
    .option("--json", "print them as JSON")
    .addHelpText("after", `\nExamples:\n  busbar channels\n  busbar channels list --json`)
    .allowExcessArguments()
    .action(async (options: { json?: boolean }, command: Command) => {
      (await import("./no-such-verb.ts")).refuseOtherVerbs(command);
      await (await import("../channels.ts")).listChannels(options);
    });

  declareChannelVerbs(channels);

  program
    .command("stats")
    .description("everything that is counted: channels, subscribers, topics, Redis")
    .option("--watch", "look again every two seconds: live on a terminal, else a line each time")
    .option("--json", "print it as one object; with --watch a line each time")
    .addHelpText("after", `\nExamples:\n  busbar stats\n  busbar stats --watch`)
    .action(async (options: { watch?: boolean; json?: boolean }) => (await import("../stats.ts")).stats(options));

  program
    .command("doctor")
    .description("look at Redis, queues and subscribers, and say what keeps messages from being sent, each with what to do; it only reads")
    .option("--strict", "warnings count as errors")
    .option("--json", "print the findings as JSON")
    .addHelpText("after", `\nExamples:\n  busbar doctor\n  busbar doctor --strict --json`)
    .action(async (options: { json?: boolean; strict?: boolean }) => (await import("../doctor.ts")).doctor(options));
}
