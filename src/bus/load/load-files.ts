import { readdir } from "node:fs/promises";
import { ExitRefused, guardLoading, inNameOf } from "./load-guard.ts";
import { importProblems, type NamedFolder, pathOf, titleOf } from "./load-problems.ts";

export type Module = Readonly<Record<string, unknown>>;

export interface LoadOptions {
  /** Milliseconds that one file may take to be loaded. Default 10,000. */
  readonly deadline?: number;
}

export interface LoadedFiles {
  readonly files: readonly { readonly file: string; readonly module: Module }[];
  /** One sentence each, beginning with the file. */
  readonly problems: readonly string[];
}

/**
 * Imports files of a folder, one after the other, so that what goes wrong is known to be of which. None is skipped because it is broken:
 * it is reported. A query of the folder's URL, which asks for the files as they are now, is carried over to each.
 * @param names relative to the folder
 */
export async function loadFiles(
  within: NamedFolder,
  names: readonly string[],
  { deadline = 10_000 }: LoadOptions = {},
): Promise<LoadedFiles> {
  const guard = guardLoading();
  const files: { file: string; module: Module }[] = [];
  const problems: string[] = [];
  const load = async (name: string): Promise<"late" | void> => {
    const file = titleOf(within, name);
    try {
      const module = await beforeDeadline(
        inNameOf(file, () => import(urlOf(within.folder, name)) as Promise<Module>),
        deadline,
      );
      if (module !== undefined) return void files.push({ file, module });
      problems.push(`${file}: did not finish loading within ${deadline / 1_000} s: a top-level await never ends`);
      return "late";
    } catch (error) {
      problems.push(...(error instanceof ExitRefused ? [error.message] : importProblems(file, error, within)));
    }
  };
  try {
    for (const [index, name] of names.entries()) {
      if ((await load(name)) !== "late") continue;
      // What one file waits for may be what the others wait for too: they need not do it one after the other.
      await Promise.all(names.slice(index + 1).map(load));
      break;
    }
  } finally {
    // Rejections that nobody waits for are told at the end of the turn.
    await new Promise((resolve) => setImmediate(resolve));
    problems.push(...guard.release());
  }
  // In the order of their names, whichever was there first.
  const inOrder = names.flatMap((name) => files.filter(({ file }) => file === titleOf(within, name)));
  return { files: inOrder, problems: [...new Set(problems)] };
}

/** All files below a folder, relative to it and in order; what is installed in it is not its own. */
export async function filesOf(folder: URL): Promise<string[]> {
  const entries = await readdir(pathOf(folder), { recursive: true });
  return entries
    .map((entry) => entry.replaceAll("\\", "/"))
    .filter((name) => !/(^|\/)node_modules\//.test(name))
    .toSorted();
}

/** Whether a file is code of its folder, by its name: no test, no declaration, nothing that begins with `_` or `.` */
export function isModule(name: string): boolean {
  return /^[^_.].*\.(ts|js|mts|mjs)$/.test(name) && !/\.(test|spec|d)\.[mc]?[jt]s$/.test(name);
}

function urlOf(folder: URL, name: string): string {
  const url = new URL(folder);
  url.pathname = `${folder.pathname.replace(/\/?$/, "/")}${name.split("/").map(encodeURIComponent).join("/")}`;
  return url.href;
}

async function beforeDeadline<T>(work: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), milliseconds)));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
