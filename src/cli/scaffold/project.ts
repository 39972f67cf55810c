import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Where an application's files lie, and how they name each other. All paths are absolute. */
export interface Project {
  readonly root: string;
  readonly topics: string;
  readonly subscribers: string;
  readonly tests: string;
  /** Of new files: `.ts`, or `.js` in a project without TypeScript. */
  readonly ending: string;
  /** What a file imports the product by: `busbar`, or on a clone of busbar its source. */
  product(fromFile: string, door?: "testing"): string;
  /** What a file imports another one by. */
  specifier(fromFile: string, toFile: string): string;
  /** How a file is called in messages. */
  name(file: string): string;
  has(packageName: string): boolean;
}

/** Looks around in an application's folder: new files are written as its others are. */
export function projectIn(root: string, subscribers: string): Project {
  const source = fileURLToPath(new URL("../../", import.meta.url));
  const isClone = existsSync(join(source, "app.ts")) && resolve(root, "src") === resolve(source);
  const topics = join(root, "topics");
  const tests = join(root, "test", ...(isClone ? ["unit"] : []));
  const ending = existsSync(join(root, "tsconfig.json")) || existsSync(join(topics, "index.ts")) ? ".ts" : ".js";
  const imported = importEnding(root, topics, ending);
  const specifier = (fromFile: string, toFile: string): string => {
    const path = relative(dirname(fromFile), toFile).split(sep).join("/");
    const named = path.endsWith(".ts") ? `${path.slice(0, -".ts".length)}${imported}` : path;
    return named.startsWith(".") ? named : `./${named}`;
  };
  const require = createRequire(join(root, "package.json"));
  return {
    root,
    topics,
    subscribers,
    tests,
    ending,
    specifier,
    product: (fromFile, door) =>
      isClone ? specifier(fromFile, join(source, door ?? "", "index.ts")) : door === undefined ? "busbar" : `busbar/${door}`,
    name: (file) => relative(root, file).split(sep).join("/"),
    has(packageName) {
      try {
        require.resolve(`${packageName}/package.json`);
        return true;
      } catch {
        // Not there, or not to be seen from here.
        return false;
      }
    },
  };
}

/** `.js` where a project's TypeScript imports its files by what they are compiled to. */
function importEnding(root: string, topics: string, ending: string): string {
  const barrel = textOf(join(topics, `index${ending}`));
  const used = /from\s+["']\.\/[^"']*?(\.[mc]?[jt]s)["']/.exec(barrel)?.[1];
  if (used !== undefined) return used;
  const settings = textOf(join(root, "tsconfig.json"));
  return settings === "" || /allowImportingTsExtensions|rewriteRelativeImportExtensions/.test(settings) ? ".ts" : ".js";
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** A topic and a subscriber of one name have two tests: the second one that is written says which it is. */
export function freeTestFile({ tests, ending }: Project, { name, kind, beside }: { name: string; kind: string; beside: string }): string {
  return join(tests, `${name}${existsSync(join(beside, `${name}${ending}`)) ? `-${kind}` : ""}.test${ending}`);
}
