import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BusbarError } from "../base/errors.ts";

/** Where an installed busbar looks, in the folder that it is called in. */
const places = ["src/app.ts", "src/app.js", "app.ts", "app.js"];

/**
 * The file that exports the application's `appOptions`: on a clone this repository's own, beside the command line; where busbar is
 * installed as a package, which has no application, the one of the folder that it is called in.
 * @throws BusbarError `INVALID_DEFINITION` when there is none, `INVALID_CONFIGURATION` when its project is not one of ES modules
 */
export function applicationFile(): URL {
  const own = new URL("../app.ts", import.meta.url);
  if (existsSync(own)) return own;
  const found = places.map((place) => join(process.cwd(), place)).find((file) => existsSync(file));
  if (found !== undefined) {
    checkModuleType(join(process.cwd(), "package.json"));
    return pathToFileURL(found);
  }
  throw new BusbarError(
    "INVALID_DEFINITION",
    `There is no application in ${JSON.stringify(process.cwd())}: write src/app.ts, which exports appOptions(environment, logger), or call busbar in the folder that has it (looked for: ${places.join(", ")}).`,
  );
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
