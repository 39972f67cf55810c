import type { Command } from "commander";
import { createProgram } from "../../src/cli/program.ts";

/** The commands that a call, without its first word, comes to in the command line; nothing is done. */
export async function takenCall(words: readonly string[]): Promise<string[]> {
  const taken: string[] = [];
  const program = createProgram();
  const listen = (command: Command): void => {
    command.action(() => void taken.push(command.name()));
    for (const below of command.commands) listen(below);
  };
  for (const command of program.commands) listen(command);
  await program.parseAsync([...words], { from: "user" });
  return taken;
}
