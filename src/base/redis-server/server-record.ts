/** `server.json` in a data folder names the server that holds it, so that nobody starts a second one on the same data. */
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { BusbarError } from "../errors.ts";
import { isAlive } from "./process.ts";

const recordSchema = z.object({
  pid: z.int().optional(),
  container: z.string().optional(),
  port: z.int(),
  version: z.string(),
  source: z.enum(["path", "debian", "docker"]),
  /** The process that started or adopted it, and will stop it. */
  owner: z.int(),
});

export type ServerRecord = z.infer<typeof recordSchema>;

const recordFile = (folder: string): string => join(folder, "server.json");

/** `undefined` when there is none, or one that cannot be read: then there is nothing to adopt. */
export async function readRecord(folder: string): Promise<ServerRecord | undefined> {
  const text = await readFile(recordFile(folder), "utf8").catch(() => "");
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export async function writeRecord(folder: string, record: ServerRecord): Promise<void> {
  const draft = `${recordFile(folder)}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(record, undefined, 2)}\n`);
  await rename(draft, recordFile(folder));
}

/** Removes the record, unless it names another server by now. */
export async function removeRecord(folder: string, server: { readonly port: number; readonly pid?: number | undefined }): Promise<void> {
  const record = await readRecord(folder);
  if (record?.port === server.port && record.pid === server.pid) await rm(recordFile(folder), { force: true });
}

const patienceMs = 300_000;

/**
 * Lets one process at a time start a server in a folder. The lock of a process that died is taken over.
 * @throws BusbarError `ALREADY_RUNNING` when another process is at it for five minutes
 */
export async function oneAtATime<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const lock = join(folder, "starting.lock");
  const draft = `${lock}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  const deadline = performance.now() + patienceMs;
  // A link is made whole or not at all, so nobody ever reads a lock that has no pid in it yet.
  await writeFile(draft, String(process.pid));
  try {
    while (!(await tryLink(draft, lock))) {
      const holder = Number(await readFile(lock, "utf8").catch(() => Number.NaN));
      if (holder > 0 && !(await isAlive(holder))) await rm(lock, { force: true });
      else if (performance.now() > deadline) {
        throw new BusbarError(
          "ALREADY_RUNNING",
          `The process ${holder} is starting a Redis in ${folder} since minutes. End it, or delete ${lock}.`,
        );
      } else await pause(25);
    }
  } finally {
    await rm(draft, { force: true });
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
