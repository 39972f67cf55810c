import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { BusbarError } from "../base/errors.ts";
import { declareAuthoring } from "./commands/authoring.ts";
import { declareEvents } from "./commands/events.ts";
import { declareFilter } from "./commands/filter.ts";
import { declareKeys } from "./commands/keys.ts";
import { declareOperation } from "./commands/operation.ts";
import { declareRepair } from "./commands/repair.ts";
import { declareService } from "./commands/service.ts";
import { declareSuppressions } from "./commands/suppressions.ts";
import { declareSetup } from "./commands/setup.ts";
import { loadEnvFile } from "./env-file.ts";
import { UsageError } from "./usage-error.ts";
import { visibleLines } from "./visible.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };

/**
 * The command line. Each command is declared in `commands/`, and its code is loaded when it is called, so that `--help` stays fast.
 * Exit codes: 0 done, 1 it did not work, 2 the call was wrong.
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
  busbar tail                                   follow events as they are published
  busbar trace 01a20061-…                       what became of one event, step by step
  busbar check                                  find every problem before a deploy
  busbar start --only router,workers            the service, without its HTTP server`,
  );

// A project that is just begun has no use for settings, and --help none at all.
program.hook("preAction", (_, command) => {
  if (command.name() !== "init") loadEnvFile();
});

// The order of --help.
for (const declare of [
  declareService,
  declareEvents,
  declareOperation,
  declareRepair,
  declareSuppressions,
  declareKeys,
  declareSetup,
  declareAuthoring,
  declareFilter,
])
  declare(program);

// A reader such as `head` may leave before everything is printed.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

try {
  await program.parseAsync(process.argv);
} catch (error) {
  process.exitCode = exitCodeOf(error);
  // All is said. What a failed connection has left behind does not hold the process for long.
  setTimeout(() => process.exit(process.exitCode), 200).unref();
}

/** Says what went wrong, unless commander has said it, and gives the exit code. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const own = error instanceof BusbarError || error instanceof UsageError;
  const text = own ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`busbar: ${visibleLines(text).join("\n")}\n`);
  return error instanceof UsageError ? 2 : 1;
}
