import { launch } from "./launch.ts";
import { findCommand, runCommand } from "./run-command.ts";
import type { RedisProgram, SourceRequest, SourceResult } from "./source.ts";
import { isRecentEnough, oldestVersion, parseVersion } from "./version.ts";

/** A Redis or Valkey that is installed on this machine. */
export async function fromPath(request: SourceRequest): Promise<SourceResult> {
  const found = await findProgram(process.env["PATH"] ?? "");
  return typeof found === "string" ? found : launch("path", found, request);
}

/** `redis-server`, else `valkey-server`, of a usable version, on a PATH; else one sentence that says why neither is used. */
export async function findProgram(path: string): Promise<RedisProgram | string> {
  const reasons: string[] = [];
  for (const name of ["redis-server", "valkey-server"]) {
    const file = await findCommand(name, path);
    if (file === undefined) continue;
    const { output, complaint } = await runCommand([file, "--version"], { timeout: 5_000 });
    const version = parseVersion(output);
    if (version === undefined) reasons.push(`${file} does not run (${complaint || "it prints no version"})`);
    else if (!isRecentEnough(version)) reasons.push(`${file} is version ${version}, older than ${oldestVersion}`);
    else return { file, version };
  }
  return reasons.length > 0 ? `${reasons.join("; ")}.` : "Neither redis-server nor valkey-server is on the PATH.";
}
