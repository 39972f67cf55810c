import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { print } from "./output.ts";

/** Writes a text into a file, and says so; without a file it is printed. */
export async function writeOutput(text: string, file: string | undefined): Promise<void> {
  if (file === undefined) return void process.stdout.write(text);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  print(`Written: ${file}`);
}
