import type { Command } from "commander";
import { bashScript } from "./completion/bash.ts";
import { fishScript } from "./completion/fish.ts";
import { completedOf } from "./completion/tree.ts";
import { zshScript } from "./completion/zsh.ts";

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** Prints what a shell needs to complete the command line. It is made from the program itself, so that both know the same. */
export function completion(shell: string, program: Command): void {
  process.stdout.write(scripts[shell as keyof typeof scripts](completedOf(program)));
}
