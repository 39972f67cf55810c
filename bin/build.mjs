/**
 * Builds the package into `dist/`: `tsc` turns each file of `src` into JavaScript and a declaration beside each other, nothing is bundled,
 * and the files that code loads from beside itself (Lua scripts, the page, whatever lies in a folder `templates`) are copied as they are.
 * It runs before `npm pack`; a clone needs none of it.
 */
import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [source, dist] = [join(root, "src"), join(root, "dist")];

rmSync(dist, { recursive: true, force: true });
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
// Several threads would check much twice, and are no sooner done.
const args = ["--singleThreaded", "--project", join(root, "bin", "tsconfig.build.json")];
const { status } = spawnSync(process.execPath, [compiler, ...args], { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);

cpSync(source, dist, { recursive: true, filter: (path) => !path.endsWith(".ts") || isTemplate(path) });

function isTemplate(path) {
  return relative(source, path).split(sep).includes("templates");
}
