import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { BusbarError, messageOf } from "../../base/errors.ts";

/** A folder of an application, and how its files are called in messages: `subscribers/x.ts`, wherever the application lies. */
export interface NamedFolder {
  readonly folder: URL;
  /** `topics` or `subscribers`; empty for the application's own folder. */
  readonly title: string;
}

/** How a file of a folder is called. */
export function titleOf({ title }: NamedFolder, name: string): string {
  return title === "" ? name : `${title}/${name}`;
}

/** The file that an error came from first: whoever imports a broken file gets the same error, and is not broken itself. */
const origins = new WeakMap<object, string>();

/** Why a file could not be imported, one sentence each, beginning with the file that is to be mended. */
export function importProblems(file: string, error: unknown, within: NamedFolder): string[] {
  const told = toldByLoader(error, within);
  if (told !== undefined) return [told];
  const origin = originOf(error, file);
  if (!(error instanceof BusbarError)) return [`${origin}: cannot be imported: ${said(error, within)}`];
  const [title = ""] = error.message.split("\n");
  return error.problems.map((problem) => `${origin}: ${problem === title ? problem : `${title} ${problem}`}`);
}

/** The path of a folder, without the query that asks for fresh files. */
export function pathOf(folder: URL): string {
  return fileURLToPath(new URL(folder.pathname.replace(/\/?$/, "/"), folder));
}

function originOf(error: unknown, file: string): string {
  if (typeof error !== "object" || error === null) return file;
  const origin = origins.get(error) ?? file;
  origins.set(error, origin);
  return origin;
}

function said(error: unknown, within: NamedFolder): string {
  const message = messageOf(error)
    .replaceAll(pathOf(within.folder), titleOf(within, ""))
    .replaceAll(`${rootOf(within)}/`, "")
    .replace(/\p{Cc}+/gu, " ");
  if (error instanceof Error) return message || `it throws an ${error.name} without a message`;
  return `it throws ${typeof error === "object" ? "an object" : `a ${typeof error}`}, which is no Error: ${message}`;
}

/** What Node and the loader of TypeScript say names the file in ways of their own. */
function toldByLoader(error: unknown, within: NamedFolder): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const syntax = /^Transform failed with \d+ errors?:\n(.*?):(\d+):\d+: ERROR: (.*)/.exec(error.message);
  if (syntax !== null) return `${nameOf(syntax[1]!, within)}: line ${syntax[2]} cannot be read: ${syntax[3]}`;
  const missing = /^Cannot find (module|package) '(.*)' imported from (.*)$/.exec(error.message);
  if (missing !== null) {
    const [, kind, wanted, from] = missing;
    const what = kind === "module" ? `${nameOf(wanted!, within)}, which does not exist` : `the package ${wanted}, which is not installed`;
    return `${nameOf(from!, within)}: imports ${what}`;
  }
  const unknown = /^The requested module '(.*)' does not provide an export named '(.*)'$/.exec(error.message);
  const place = /^((?:file:\/\/)?\/.*):(\d+)$/m.exec(error.stack ?? "");
  if (unknown === null || place === null) return undefined;
  return `${nameOf(place[1]!, within)}: line ${place[2]} imports ${unknown[2]} from "${unknown[1]}", which does not export it`;
}

/** A path of this machine as the team would write it. */
function nameOf(path: string, within: NamedFolder): string {
  const file = (path.startsWith("file:") ? fileURLToPath(path) : path).replace(/\?.*$/, "");
  const inside = relative(pathOf(within.folder), file);
  return inside.startsWith("..") ? relative(rootOf(within), file) : titleOf(within, inside);
}

/** The application's own folder, without a slash at its end. */
function rootOf({ folder, title }: NamedFolder): string {
  const path = pathOf(folder).slice(0, -1);
  return title === "" ? path : dirname(path);
}
