import { type Dirent, existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { BusbarError } from "../../base/errors.ts";
import type { PackageFile } from "./package-file.ts";

/** Code that Node reads by the "type" of its package.json; the endings with an m or a c say it themselves. */
const typedCode = /(?<!\.d)\.[jt]sx?$/;

/**
 * busbar is for ES modules only. A project that says nothing of it, or CommonJS as `npm init` writes it, can become one as long as there
 * is no code in it that would be read differently then.
 * @throws BusbarError `INVALID_CONFIGURATION` when there is
 */
export function checkModuleType(folder: string, existing: PackageFile | undefined): void {
  if (existing?.type === "module") return;
  const code = firstCode(folder, folder);
  if (code === undefined) return;
  const say = existing === undefined ? "npm init -y && npm pkg set type=module" : "npm pkg set type=module";
  throw new BusbarError(
    "INVALID_CONFIGURATION",
    `${JSON.stringify(folder)} holds code (${JSON.stringify(relative(folder, code))}) that Node reads as CommonJS, and busbar is for ES modules only. Nothing was written:`,
    {
      problems: [
        "to keep that code as it is, begin in a folder of its own: mkdir events && cd events && npx busbar init",
        `where it is written in ES modules already, say so first: ${say}`,
      ],
    },
  );
}

/** The first file found; folders with a package.json of their own are read by that one. */
function firstCode(folder: string, root: string): string | undefined {
  if (folder !== root && existsSync(join(folder, "package.json"))) return undefined;
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => name !== "node_modules" && !name.startsWith("."));
  const path = (entry: Dirent | undefined): string | undefined => entry && join(folder, entry.name);
  const code = path(entries.find((entry) => entry.isFile() && typedCode.test(entry.name)));
  if (code !== undefined) return code;
  for (const entry of entries.filter((one) => one.isDirectory())) {
    const nested = firstCode(path(entry)!, root);
    if (nested !== undefined) return nested;
  }
  return undefined;
}
