import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BusbarError } from "../base/errors.ts";

/** What an application's configuration may be called, in the folder that busbar is called in. */
const configNames = ["busbar.config.ts", "busbar.config.mts", "busbar.config.js", "busbar.config.mjs"];

/**
 * The file whose default export is the application's configuration: `busbar.config.ts` of the folder that busbar is called in; on a
 * clone of busbar, where there is none, this repository's own application.
 * @throws BusbarError `INVALID_DEFINITION` when there is none, `INVALID_CONFIGURATION` when its project is not one of ES modules
 */
export function applicationFile(folder = process.cwd()): URL {
  const found = configNames.map((name) => join(folder, name)).find((file) => existsSync(file));
  if (found !== undefined) {
    checkModuleType(join(folder, "package.json"));
    return pathToFileURL(found);
  }
  const own = new URL("../app.ts", import.meta.url);
  if (existsSync(own)) return own;
  throw new BusbarError(
    "INVALID_DEFINITION",
    `There is no application in ${JSON.stringify(folder)}: busbar.config.ts is missing. Call busbar in the folder that has it, or run npx busbar init to begin one here.`,
  );
}

/** The folder that an application's file is the configuration of, with topics and subscribers in it. */
export function applicationFolder(file: URL): URL {
  return new URL(file.href === new URL("../app.ts", import.meta.url).href ? "../" : "./", file);
}

/** A project of CommonJS would load a busbar of its own beside this one, whose errors this one would not know as its own. */
function checkModuleType(packageFile: string): void {
  if (!existsSync(packageFile)) return;
  const { type } = JSON.parse(readFileSync(packageFile, "utf8")) as { type?: unknown };
  if (type === "module") return;
  throw new BusbarError(
    "INVALID_CONFIGURATION",
    `${JSON.stringify(packageFile)} does not say "type": "module", and busbar is for ES modules only: run npm pkg set type=module there.`,
  );
}
