import { spawn } from "node:child_process";
import { once } from "node:events";

/** What a command of busbar prints. */
export async function printedBy(
  binary: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<string> {
  const child = spawn(process.execPath, [binary, ...args], { cwd, env, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (data: Buffer) => (text += data.toString()));
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`busbar ${args.join(" ")} ended with ${code}`);
  return text;
}
