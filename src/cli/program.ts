import { readFileSync } from "node:fs";
import { Command } from "commander";
import { declareArchive } from "./commands/archive.ts";
import { declareAuthoring } from "./commands/authoring.ts";
import { declareCompletion } from "./commands/completion.ts";
import { declareDeadLetters } from "./commands/dead-letters.ts";
import { declareEvents } from "./commands/events.ts";
import { declareFilter } from "./commands/filter.ts";
import { declareKeys } from "./commands/keys.ts";
import { declareOperation } from "./commands/operation.ts";
import { declareOutbox } from "./commands/outbox.ts";
import { declarePrivacy } from "./commands/privacy.ts";
import { declareRepair } from "./commands/repair.ts";
import { declareReplay } from "./commands/replay.ts";
import { declareSchedules } from "./commands/schedules.ts";
import { declareSchemas } from "./commands/schemas.ts";
import { declareServers } from "./commands/servers.ts";
import { declareService } from "./commands/service.ts";
import { declareSuppressions } from "./commands/suppressions.ts";
import { declareSetup } from "./commands/setup.ts";
import { visibleLines } from "./visible.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };

/** The command line, which nothing has been asked of yet. Each command is declared in `commands/`. */
export function createProgram(): Command {
  const program = new Command("busbar")
    .description("An event bus: publish what happened once; every reaction to it is routed, sent, retried and recorded.")
    .version(version)
    .exitOverride()
    // A verb has options of the same names as the command that it stands under.
    .enablePositionalOptions()
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
  busbar tail                                   follow events as they are published
  busbar trace 01a20061-…                       what became of one event, step by step
  busbar check                                  find every problem before a deploy
  busbar start --only router,workers            the service, without its HTTP server
  busbar stats --url https://events.example.com the same of a server, with the API key in BUSBAR_KEY`,
    );

  // The order of --help.
  for (const declare of [
    declareService,
    declareEvents,
    declareOperation,
    declareSchedules,
    declareRepair,
    declareDeadLetters,
    declareReplay,
    declareArchive,
    declareSuppressions,
    declarePrivacy,
    declareOutbox,
    declareKeys,
    declareSetup,
    declareAuthoring,
    declareSchemas,
    declareFilter,
    declareCompletion,
  ])
    declare(program);
  declareServers(program);

  return program;
}
