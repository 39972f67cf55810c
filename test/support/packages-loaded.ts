import { spawn } from "node:child_process";
import { once } from "node:events";

const root = new URL("../..", import.meta.url);

/** Prints every file of a package that a module loads, by whichever way. */
const hook = `export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  if (found.url.includes("/node_modules/") && !/\\/(tsx|esbuild)\\//.test(found.url)) process._rawDebug(found.url);
  return found;
}`;

/**
 * The files of packages that a program loads, one a line, in a process of its own.
 * @param code its text, as a module at the root of this repository
 */
export async function packagesLoadedBy(code: string): Promise<string> {
  const register = `import { register } from "node:module"; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});`;
  const imports = ["--import", "tsx", "--import", `data:text/javascript,${encodeURIComponent(register)}`];
  const child = spawn(process.execPath, [...imports, "--input-type=module", "-e", code], {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let printed = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const [status] = (await once(child, "close")) as [number];
  if (status !== 0) throw new Error(printed);
  return printed;
}
