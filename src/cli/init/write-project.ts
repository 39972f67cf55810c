import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { BusbarError, messageOf } from "../../base/errors.ts";
import { checkModuleType } from "./module-type.ts";
import { completePackage, type PackageFile, parsePackageFile, type TestedVersions } from "./package-file.ts";
import { completeGitignore, type ProjectFile, projectFiles } from "./project-files.ts";
import { projectName } from "./project-name.ts";

export interface WrittenProject {
  readonly name: string;
  /** Files that are new. */
  readonly written: readonly string[];
  /** Files that were there and got something, with what. */
  readonly completed: readonly { readonly file: string; readonly changes: readonly string[] }[];
  /** Files that were there and stay as they are. */
  readonly kept: readonly string[];
}

export interface WriteOptions {
  readonly folder: string;
  /** What the application is called. Default: as its package or its folder. */
  readonly name?: string | undefined;
  readonly versions: TestedVersions;
}

/**
 * Writes what an application lacks. Everything is looked at first: where something is in the way, nothing is written.
 * @throws BusbarError `INVALID_CONFIGURATION` with everything that is in the way, or when the disk refuses
 */
export function writeProject({ folder, name: given, versions }: WriteOptions): WrittenProject {
  const packageText = textOf(join(folder, "package.json"));
  const existing = packageText === undefined ? undefined : parsePackageFile(packageText, join(folder, "package.json"));
  checkPlace(folder, existing);
  const name = projectName(given, { packageName: existing?.name, folder });
  const manifest = completePackage(packageText, existing ?? {}, { name, versions });
  const ignore = completeGitignore(textOf(join(folder, ".gitignore")));
  const files = projectFiles(name);
  checkFree(folder, files);

  const [written, kept]: [string[], string[]] = [[], []];
  const completed: { file: string; changes: readonly string[] }[] = [];
  const complete = (file: string, { content, changes }: { content: string; changes: readonly string[] }): void => {
    const isNew = !existsSync(join(folder, file));
    if (changes.length === 0) return void kept.push(file);
    writeFileSync(join(folder, file), content);
    if (isNew) written.push(file);
    else completed.push({ file, changes });
  };
  try {
    // First of all: it says how the code beside it is read, should this be interrupted.
    complete("package.json", manifest);
    for (const { path, content } of files) {
      const there = inPlaceOf(folder, path);
      if (there === undefined) write(join(folder, path), content);
      (there === undefined ? written : kept).push(there ?? path);
    }
    complete(".gitignore", ignore);
  } catch (error) {
    throw new BusbarError(
      "INVALID_CONFIGURATION",
      `The project could not be written: ${messageOf(error)}. Calling init again goes on from here.`,
      {
        cause: error,
      },
    );
  }
  return { name, written, completed, kept };
}

/** A file that came in between stays, too. */
function write(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content, { flag: "wx" });
}

/** What is there already: the file, or a configuration by another of its names, which would be hidden else. */
function inPlaceOf(folder: string, path: string): string | undefined {
  if (lstatSync(join(folder, path), { throwIfNoEntry: false }) !== undefined) return path;
  return path === "busbar.config.ts" ? readdirSync(folder).find((name) => /^busbar\.config\.m?[jt]s$/.test(name)) : undefined;
}

function checkPlace(folder: string, existing: PackageFile | undefined): void {
  if (existing?.name === "busbar")
    throw new BusbarError(
      "INVALID_CONFIGURATION",
      `${JSON.stringify(folder)} is busbar itself, which has an application of its own. Begin in another folder: mkdir ../shop && cd ../shop`,
    );
  checkModuleType(folder, existing);
}

/** No folder of the project may be a file, and no file a folder. */
function checkFree(folder: string, files: readonly ProjectFile[]): void {
  const kind = (path: string): "file" | "folder" | undefined => {
    try {
      return statSync(join(folder, path)).isDirectory() ? "folder" : "file";
    } catch {
      // It is not there, or a file is in the place of its folder, which is found by itself.
      return undefined;
    }
  };
  const folders = files.flatMap(({ path }) =>
    path
      .split("/")
      .slice(0, -1)
      .map((_, index, parts) => parts.slice(0, index + 1).join("/")),
  );
  const problems = [
    ...[...new Set(folders)].filter((path) => kind(path) === "file").map((path) => `${path} is a file, and has to be a folder`),
    ...["package.json", ".gitignore", ...files.map(({ path }) => path)]
      .filter((path) => kind(path) === "folder")
      .map((path) => `${path} is a folder, and has to be a file`),
  ];
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", "Something is in the way, so nothing was written:", { problems });
}

function textOf(file: string): string | undefined {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(file, "utf8") : undefined;
}
