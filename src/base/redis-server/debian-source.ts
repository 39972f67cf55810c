import { join } from "node:path";
import { packagesToDownload } from "./debian-packages.ts";
import { type Apt, unpackedEnvironment, unpackedFromDebian } from "./debian-unpack.ts";
import { launch } from "./launch.ts";
import { runCommand } from "./run-command.ts";
import type { RedisProgram, SourceRequest, SourceResult } from "./source.ts";
import { isRecentEnough, parseVersion } from "./version.ts";

const servers = ["redis-server", "valkey-server"] as const;

/** A Redis or Valkey from the package archive of Debian or Ubuntu. */
export async function fromDebian(request: SourceRequest): Promise<SourceResult> {
  const found = await debianProgram(request);
  return typeof found === "string" ? found : launch("debian", found, request);
}

/** The unpacked program, from the cache when it is there; else one sentence that says why there is none. */
export function debianProgram({
  cacheFolder,
  say,
}: {
  readonly cacheFolder: string;
  readonly say: (line: string) => void;
}): Promise<RedisProgram | string> {
  return unpackedFromDebian({ name: "Redis", cacheFolder, say, choose: choosePackages, programIn: unpackedProgram });
}

async function choosePackages(apt: Apt): Promise<readonly string[] | string> {
  const reasons: string[] = [];
  for (const server of servers) {
    const simulation = await apt("--simulate", "--no-install-recommends", "install", server);
    const choice = packagesToDownload(server, simulation.output);
    if (typeof choice !== "string") return choice;
    reasons.push(choice);
  }
  return reasons.join(", ");
}

/** The program in an unpacked folder, if it runs: one that was damaged or made for another machine does not. */
async function unpackedProgram(folder: string): Promise<RedisProgram | undefined> {
  const env = await unpackedEnvironment(folder);
  for (const server of servers) {
    const file = join(folder, "usr", "bin", server);
    const version = parseVersion((await runCommand([file, "--version"], { env, timeout: 5_000 })).output);
    if (version !== undefined && isRecentEnough(version)) return { file, version, env };
  }
  return undefined;
}
