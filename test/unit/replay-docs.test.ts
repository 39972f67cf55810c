import type { Command } from "commander";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createProgram } from "../../src/cli/program.ts";

const page = readFileSync(join(import.meta.dirname, "..", "..", "docs/replay.md"), "utf8");
const calls = [...page.matchAll(/^```sh\n(.*?)^```$/gms)]
  .flatMap(([, block]) => block!.split("\n"))
  .flatMap((line) => /\bbusbar (replay|archive) [^#|]*/.exec(line)?.[0] ?? []);

/** The words of a line of shell. */
const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, ...parts]) => parts.find((part) => part !== undefined)!);

it("every call of docs/replay.md is one that the command line takes", async () => {
  expect(calls.length).toBeGreaterThan(10);
  for (const call of calls) {
    const taken: string[] = [];
    const program = createProgram();
    const listen = (command: Command): void => {
      command.action(() => void taken.push(command.name()));
      for (const below of command.commands) listen(below);
    };
    for (const command of program.commands) listen(command);
    await program.parseAsync(words(call).slice(1), { from: "user" });
    expect(taken, call).toHaveLength(1);
  }
});
