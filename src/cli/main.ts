import { CommanderError } from "commander";
import { BusbarError } from "../base/errors.ts";
import { loadEnvFile } from "./env-file.ts";
import { createProgram } from "./program.ts";
import { UsageError } from "./usage-error.ts";
import { visibleLines } from "./visible.ts";

/**
 * The code of a command is loaded when it is called, so that `--help` stays fast.
 * Exit codes: 0 done, 1 it did not work, 2 the call was wrong.
 */
const program = createProgram();

// A project that is just begun has no use for settings, and --help none at all.
program.hook("preAction", (_, command) => {
  if (command.name() !== "init") loadEnvFile();
});

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
