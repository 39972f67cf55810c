import { readFileSync } from "node:fs";
import { nextSteps } from "./init/next-steps.ts";
import type { TestedVersions } from "./init/package-file.ts";
import { type WrittenProject, writeProject } from "./init/write-project.ts";

export interface InitCommand {
  readonly name?: string;
  readonly json?: boolean;
}

/** Begins an application in the current folder. What is there stays as it is, so calling it again writes what is missing. */
export function init({ name, json }: InitCommand): void {
  const folder = process.cwd();
  const versions = testedVersions();
  const project = writeProject({ folder, name, versions });
  const next = nextSteps(folder, project, Object.keys(versions));
  if (json === true) return print(JSON.stringify({ ...project, next }));

  for (const line of summary(project)) print(line);
  const width = Math.max(...next.map(({ what }) => what.length));
  print("\nNext:");
  for (const { what, why } of next) print(`  ${what.padEnd(width)}  ${why}`);
}

function summary({ written, completed, kept }: WrittenProject): readonly string[] {
  const completions = completed.map(({ file, changes }) => `${file}  with ${changes.join(", ")}`);
  return [...titled("Written:", written), ...titled("Completed:", completions), ...titled("Kept as they were:", kept)];
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}

/** Our own package.json names what we are tested with. */
function testedVersions(): TestedVersions {
  const { version, devDependencies } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
    devDependencies: Omit<TestedVersions, "busbar">;
  };
  const { zod, typescript, vitest, "@types/node": nodeTypes } = devDependencies;
  return { busbar: version, zod, typescript, vitest, "@types/node": nodeTypes };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
