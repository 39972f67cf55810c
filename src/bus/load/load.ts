import { BusbarError, messageOf } from "../../base/errors.ts";
import { isSubscriber, type Subscriber } from "../../define/subscriber.ts";
import { isTemplate } from "../../define/template.ts";
import { isTopic } from "../../define/topic.ts";
import { filesOf, isModule, loadFiles, type LoadOptions } from "./load-files.ts";
import type { NamedFolder } from "./load-problems.ts";
import { loadTemplates, type TemplateInFile } from "./template-files.ts";

export interface LoadedSubscribers {
  readonly subscribers: readonly Subscriber[];
  /** What the files of `_templates/` export, used or not. */
  readonly templates: readonly TemplateInFile[];
  /** One sentence each, beginning with the file that is to be mended. */
  readonly problems: readonly string[];
}

/**
 * Imports every subscriber file of a folder, and every template file of its `_templates/`. Names that begin with `_` or `.` are no
 * subscribers, and neither are tests and declarations. No file is skipped because it is broken or lies in the wrong place: it is reported.
 */
export async function loadSubscribers(folder: URL, options: LoadOptions = {}): Promise<LoadedSubscribers> {
  const within = { folder, title: "subscribers" };
  const names = await filesOf(folder).catch((error: unknown) => {
    throw new BusbarError("INVALID_DEFINITION", `The folder of subscribers cannot be read (${messageOf(error)}).`);
  });
  // Templates first: what is wrong with one is then told of its own file, not of the first subscriber that uses it.
  const { templates, problems: templateProblems } = await loadTemplates(within, names, options);
  const own = names.filter((name) => !name.includes("/") && isModule(name));
  const { files, problems } = await loadFiles(within, own, options);

  const subscribers: Subscriber[] = [];
  const wrong: string[] = [];
  for (const { file, module } of files) {
    if (isSubscriber(module["default"])) subscribers.push({ ...module["default"], file });
    else wrong.push(`${file}: ${wrongDefault(module)}`);
  }
  return {
    subscribers,
    templates,
    // Whoever imports a broken file has the same problem.
    problems: [...new Set([...templateProblems, ...misplaced(within, names), ...[...problems, ...wrong].toSorted()])],
  };
}

/** @throws BusbarError `INVALID_DEFINITION` where the folder cannot be read */
export async function loadedSubscribers(subscribers: URL | readonly Subscriber[] | LoadedSubscribers): Promise<LoadedSubscribers> {
  if (subscribers instanceof URL) return loadSubscribers(subscribers);
  return "templates" in subscribers ? subscribers : { subscribers, templates: [], problems: [] };
}

/** Files that somebody means to be loaded, and that never would be. */
function misplaced({ title }: NamedFolder, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    if (/(^|\/)[_.]/.test(name)) return [];
    const file = `${title}/${name}`;
    const last = name.slice(name.lastIndexOf("/") + 1);
    if (/\.c[jt]s$/.test(last) && !/\.(test|spec|d)\.c[jt]s$/.test(last))
      return [
        `${file} is a CommonJS file and is never loaded: end its name with .${last.endsWith("ts") ? "ts" : "js"} and write \`export default\``,
      ];
    if (!name.includes("/") || !isModule(last)) return [];
    return [`${file} lies in a sub-folder and is never loaded: move it up, or begin the folder's name with _`];
  });
}

function wrongDefault(module: Readonly<Record<string, unknown>>): string {
  const advice = "write `export default defineSubscriber(…)`";
  const { default: value, ...named } = module;
  const [name] = Object.entries(named).find(([, each]) => isSubscriber(each)) ?? [];
  if (name !== undefined) return `exports its subscriber as "${name}", which is never looked at: ${advice}`;
  if (value === undefined) return `has no default export that defineSubscriber made: ${advice}`;
  if (isSubscriber((value as { default?: unknown } | null)?.default))
    return "exports its subscriber as CommonJS does: write `export default` in place of `exports.default`";
  return `its default export is ${kindOf(value)} and not what defineSubscriber made: ${advice}`;
}

function kindOf(value: unknown): string {
  if (isTopic(value)) return `the topic "${value.name}"`;
  if (isTemplate(value)) return `the template "${value.name}"`;
  if (value instanceof Promise) return "a promise";
  if (Array.isArray(value)) return "a list (one file has one subscriber)";
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : typeof value === "undefined" ? "nothing" : `a ${typeof value}`;
}
