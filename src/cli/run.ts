import { CommanderError } from "commander";
import { BusbarError } from "../base/errors.ts";
import { loadEnvFile } from "./env-file.ts";
import { useServer } from "./commands/servers.ts";
import { createProgram } from "./program.ts";
import { ServerError } from "./remote/server-error.ts";
import { UsageError } from "./usage-error.ts";
import { visibleLines } from "./visible.ts";

/**
 * Does what a command line asks for, and says what went wrong; the exit code is left in `process.exitCode`: 0 done, 1 it did not work,
 * 2 the call was wrong. The code of a command is loaded when it is called, so that `--help` stays fast.
 * @param argv as `process.argv`: the program and its file stand before the command
 * @returns false when it failed, and may have left something behind that holds the process
 */
export async function run(argv: readonly string[]): Promise<boolean> {
  const program = createProgram();
  // A project that is just begun has no use for settings, and --help none at all.
  program.hook("preAction", (_, command) => {
    if (command.name() !== "init" && command.name() !== "completion") loadEnvFile();
    useServer(command);
  });
  try {
    await program.parseAsync(argv);
    return true;
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    return false;
  }
}

/** Says what went wrong, unless commander has said it, and gives the exit code. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const own = error instanceof BusbarError || error instanceof UsageError || error instanceof ServerError;
  const text = own ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`busbar: ${visibleLines(text).join("\n")}\n`);
  return error instanceof UsageError ? 2 : 1;
}
