import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { UsageError } from "../usage-error.ts";
import type { Project } from "./project.ts";

export interface NewFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** What is to be written, and what its author does next, a line each. */
export interface Scaffold {
  readonly files: readonly NewFile[];
  readonly changes: readonly { readonly path: string; readonly change: (text: string) => string }[];
  readonly next: readonly string[];
}

/**
 * Writes files, all or none: what is there stays as it is.
 * @throws UsageError naming each that is there already
 */
export async function writeNewFiles(files: readonly NewFile[], project: Project): Promise<void> {
  const there = files.filter(({ path }) => existsSync(path)).map(({ path }) => project.name(path));
  if (there.length > 0)
    throw new UsageError(
      `${there.join(" and ")} ${there.length === 1 ? "is" : "are"} there already, and nothing is ever overwritten: take another name, or move ${there.length === 1 ? "it" : "them"} away`,
    );
  for (const { path, text } of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: "wx" });
  }
}

/** Changes a file, which is made where it is absent. */
export async function changeFile(path: string, change: (text: string) => string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, change(existsSync(path) ? await readFile(path, "utf8") : ""));
}
