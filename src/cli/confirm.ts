import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { UsageError } from "./usage-error.ts";

export interface Question {
  /** Ends with a question mark. */
  readonly text: string;
  /** It was answered with `--yes`. */
  readonly yes?: boolean | undefined;
  readonly input?: Readable & { readonly isTTY?: boolean };
  /** Standard error by default: what goes to a program stays clean. */
  readonly output?: Writable & { readonly isTTY?: boolean };
}

/**
 * Asks a person before something is done that cannot be taken back. Anything but `y` or `yes` is a no, and so is Ctrl-C.
 * @throws UsageError where nobody can be asked and `--yes` was not given
 */
export async function confirmed({ text, yes = false, input = process.stdin, output = process.stderr }: Question): Promise<boolean> {
  if (yes) return true;
  if (input.isTTY !== true || output.isTTY !== true)
    throw new UsageError(`${text} Nobody can be asked here, so nothing was changed: give --yes to do it.`);
  const terminal = createInterface({ input, output });
  const answer = await new Promise<string>((resolve) => {
    terminal.once("close", () => resolve(""));
    terminal.question(`${text} [y/N] `, resolve);
  });
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
