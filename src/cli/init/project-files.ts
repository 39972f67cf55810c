import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** A file of a new project. */
export interface ProjectFile {
  /** In the project, with slashes. */
  readonly path: string;
  readonly content: string;
}

const templates = fileURLToPath(new URL("./templates/", import.meta.url));

/** The files of a new project that are always the same, but for the application's name. */
export function projectFiles(name: string): readonly ProjectFile[] {
  return readdirSync(templates, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      path: relative(templates, file).split(sep).join("/"),
      content: readFileSync(file, "utf8").replaceAll("app-name", name),
    }))
    .toSorted((a, b) => order(a.path) - order(b.path) || (a.path < b.path ? -1 : 1));
}

/** As one would tell it: the configuration, what can happen, what happens then; everything else afterwards. */
function order(path: string): number {
  const told = ["busbar.config.ts", "topics/", "subscribers/", "services.ts", "test/"];
  const place = told.findIndex((beginning) => path.startsWith(beginning));
  return place === -1 ? told.length : place;
}

/** What git should not keep: what npm and busbar make, and secrets. */
const ignored = ["node_modules/", ".busbar/", ".env"];

/** A .gitignore with everything in it that should be. Pure. */
export function completeGitignore(text = ""): { readonly content: string; readonly changes: readonly string[] } {
  const lines = new Set(text.split("\n").map(bare));
  const changes = ignored.filter((line) => !lines.has(bare(line)));
  const begin = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return { content: begin + changes.map((line) => `${line}\n`).join(""), changes };
}

/** `/node_modules/` and `node_modules` are meant alike. */
function bare(line: string): string {
  return line.trim().replace(/^\/|\/$/g, "");
}
