import { spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { chown, mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { freePort } from "../../../src/base/redis-server/launch.ts";
import { postgresPrograms } from "./programs.ts";

export interface PostgresServer {
  /** Of its database, as its owner. */
  readonly url: string;
  readonly version: string;
  /** Kills it as a power cut would, and starts it again. */
  kill(): Promise<void>;
  /** Ends it and removes its data. Twice is fine. */
  stop(): Promise<void>;
}

const startMs = 30_000;
/** `nobody`: initdb and postgres refuse to run as root. */
const nobody = 65_534;

/**
 * A PostgreSQL of its own on loopback, in a temporary folder; else one sentence that says why there is none.
 * @param durable false: it does not wait for the disk, for tests that do not cut its power
 */
export async function startPostgres({
  durable = false,
  say = (): void => undefined,
}: { durable?: boolean; say?: (line: string) => void } = {}): Promise<PostgresServer | string> {
  const programs = await postgresPrograms(say);
  if (typeof programs === "string") return `No PostgreSQL: ${programs}`;
  const folder = await mkdtemp(join(tmpdir(), "busbar-postgres-"));
  const asUser: SpawnOptions = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  if (asUser.uid !== undefined) await chown(folder, nobody, nobody);
  const data = join(folder, "data");
  const options: SpawnOptions = { ...asUser, cwd: folder, env: { ...process.env, ...programs.env, LC_ALL: "C" } };
  const made = await runToEnd(
    programs.initdb,
    ["-D", data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    options,
  );
  if (made !== undefined) {
    await rm(folder, { recursive: true, force: true });
    return `No PostgreSQL: initdb ${programs.version} fails: ${made}`;
  }
  const port = await freePort();
  const url = `postgres://owner@127.0.0.1:${port}/postgres`;
  const settings = {
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: "",
    max_connections: 60,
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  const start = async () => {
    const log = await open(join(folder, "postgres.log"), "a");
    const args = ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
    const child = spawn(programs.file, args, { ...options, stdio: ["ignore", log.fd, log.fd] });
    await log.close();
    const ended = once(child, "exit");
    await untilItAnswers(url, child, join(folder, "postgres.log"));
    return { child, ended };
  };
  let running = await start();
  const killWithUs = (): void => void running.child.kill("SIGQUIT");
  process.once("exit", killWithUs);
  const end = async (): Promise<void> => {
    // Of SIGQUIT its children hear too, and nothing is written out any more: as after a power cut, what follows is a recovery.
    running.child.kill("SIGQUIT");
    await running.ended;
  };
  let stopped: Promise<void> | undefined;
  return {
    url,
    version: programs.version,
    async kill() {
      await end();
      running = await start();
    },
    stop: () =>
      (stopped ??= (async () => {
        process.off("exit", killWithUs);
        await end();
        await rm(folder, { recursive: true, force: true });
      })()),
  };
}

/** Undefined: it succeeded; else the end of what it said. */
async function runToEnd(file: string, args: readonly string[], options: SpawnOptions): Promise<string | undefined> {
  const child = spawn(file, args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (said += text));
  const [code] = (await once(child, "close").catch((error: Error) => [error.message])) as [unknown];
  return code === 0 ? undefined : said.trim().split("\n").slice(-2).join(" ") || String(code);
}

async function untilItAnswers(url: string, child: ReturnType<typeof spawn>, logFile: string): Promise<void> {
  for (const giveUpAt = performance.now() + startMs; ; await pause(20)) {
    if (child.exitCode !== null || performance.now() > giveUpAt)
      throw new Error(`PostgreSQL does not start:\n${(await readFile(logFile, "utf8")).slice(-1_000)}`);
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on("error", () => undefined);
    const answers = await client.connect().then(
      () => true,
      () => false,
    );
    if (answers) return client.end();
  }
}
