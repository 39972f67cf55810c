import { setTimeout as pause } from "node:timers/promises";
import { BusbarError } from "../errors.ts";
import { containerDataFolder, containerServer } from "./docker-source.ts";
import { stopServer } from "./launch.ts";
import { isAlive, servesFolder } from "./process.ts";
import { askServer, configureServer } from "./redis-probe.ts";
import { readRecord, type ServerRecord } from "./server-record.ts";
import type { RunningRedis, SourceRequest } from "./source.ts";

const patienceMs = 10_000;

/**
 * The server that still holds a data folder because those who started it were killed; `undefined` when there is none.
 * One on another port than the wished one is stopped.
 * @throws BusbarError `ALREADY_RUNNING` when its owner lives, or when it holds the folder but does not answer
 */
export async function adoptServer(request: SourceRequest): Promise<RunningRedis | undefined> {
  const folder = request.dataFolder;
  const record = await readRecord(folder);
  if (!record || !(await isHeld(record, folder))) return undefined;
  if (await isAlive(record.owner)) {
    throw new BusbarError(
      "ALREADY_RUNNING",
      `The process ${record.owner} uses the data folder ${folder} (its Redis: 127.0.0.1:${record.port}). Stop that process, or use another folder.`,
    );
  }
  const server = serverOf(record, folder);
  if (request.port !== undefined && request.port !== record.port) {
    await server.stop();
    return undefined;
  }
  await configureServer(`redis://127.0.0.1:${record.port}`, request);
  request.say(`A Redis of an earlier run still serves ${folder} on 127.0.0.1:${record.port}; it is used again.`);
  return server;
}

/** Waits while the named server loads or ends, and tells whether it holds the folder. */
async function isHeld(record: ServerRecord, folder: string): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  const dataFolder = record.source === "docker" ? containerDataFolder : folder;
  for (;;) {
    const state = await askServer(`redis://127.0.0.1:${record.port}`).catch(() => undefined);
    const ours = state?.folder === dataFolder && (record.pid === undefined || state.pid === record.pid);
    if (ours && !state.loading) return true;
    if (!ours) {
      if (record.pid === undefined || !(await isAlive(record.pid)) || !(await servesFolder(record.pid, folder))) return false;
      if (performance.now() > deadline) {
        throw new BusbarError(
          "ALREADY_RUNNING",
          `A Redis with pid ${record.pid} holds the data folder ${folder} but does not answer on 127.0.0.1:${record.port}. End it: kill ${record.pid}.`,
        );
      }
    }
    await pause(50);
  }
}

function serverOf(record: ServerRecord, folder: string): RunningRedis {
  const { source, version, port, pid, container } = record;
  if (container !== undefined) return containerServer({ container, port, version });
  if (pid === undefined)
    throw new BusbarError("REDIS_UNREACHABLE", `server.json in ${folder} names no process. Delete it and start again.`);
  return { source, version, port, pid, stop: () => stopServer({ pid, port, folder }) };
}
