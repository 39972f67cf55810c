import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { timeOrderedId } from "../../../src/base/ids.ts";
import { type CallKind, type FaultKind, faultKinds } from "./calls.ts";
import { crashBus } from "./domain.ts";
import type { FromVictim, VictimOptions } from "./victim.ts";

export interface CrashPoint {
  readonly kind: CallKind;
  readonly how: FaultKind;
}

export interface CrashResult extends CrashPoint {
  readonly acknowledged: boolean;
  readonly sends: number;
  /** What does not hold, one sentence each. */
  readonly broken: readonly string[];
}

/** Where the provider may have accepted, and the ledger does not know it yet: one message may go twice. */
const inFlight = new Set<CallKind>(["provider", "mark.lua"]);
const together = 10;
const patienceMs = 60_000;

/** Every kind of call that one event needs, seen in a run without a fault, times each of the faults: what must hold after each of them. */
export async function enumerateCrashPoints(
  { faults, ...place }: { readonly redis: string; readonly folder: string; readonly faults: readonly FaultKind[] },
  say: (line: string) => void,
): Promise<CrashResult[]> {
  const calls = await callsOfOneEvent(place);
  say(`one event makes ${calls.length} kinds of calls: ${calls.join(", ")}`);
  if (calls.includes("unknown script")) throw new Error("a script has no name here: it could not be told from others");
  const points = calls.flatMap((kind) => faults.map((how) => ({ kind, how })));
  if (faults.length < faultKinds.length) say(`of ${faultKinds.length} faults ${faults.length} are tried: ${faults.join(", ")}`);
  const results: CrashResult[] = [];
  const next = points.entries();
  const lane = async (): Promise<void> => {
    for (const [index, point] of next) results[index] = await tryPoint(place, point, index);
  };
  await Promise.all(Array.from({ length: together }, lane));
  return results;
}

async function callsOfOneEvent({ redis, folder }: { readonly redis: string; readonly folder: string }): Promise<readonly CallKind[]> {
  const victim = startVictim({ redis, prefix: "calls", sends: join(folder, "calls"), id: timeOrderedId(Date.now()), fault: undefined });
  try {
    return await new Promise((resolve, reject) => {
      victim.on("message", (message: FromVictim) => message.kind === "calls" && resolve(message.calls));
      victim.once("error", reject);
    });
  } finally {
    await ended(victim);
  }
}

async function tryPoint(
  { redis, folder }: { readonly redis: string; readonly folder: string },
  point: CrashPoint,
  index: number,
): Promise<CrashResult> {
  const prefix = `crash-${index}`;
  const sends = join(folder, prefix);
  const victim = startVictim({ redis, prefix, sends, id: timeOrderedId(Date.now()), fault: point });
  let [acknowledged, struck, over, failure] = [false, false, false, "the call was never made: nothing was tried"];
  const happened = new Promise<void>((resolve) => {
    victim.on("message", ({ kind }: FromVictim) => {
      if (kind === "acknowledged") acknowledged = true;
      if (kind === "struck") struck = true;
      if (struck) resolve();
    });
    victim.once("exit", () => {
      over = true;
      resolve();
    });
    victim.once("error", (error: Error) => {
      failure = `the thread ended by itself: ${error.message}`;
      resolve();
    });
  });
  await happened;
  // Whoever died or sleeps has colleagues.
  const colleague = crashBus({ redis, prefix, sends });
  try {
    await colleague.start();
    const settled = await settle({ colleague, done: () => over || acknowledged, expected: () => (acknowledged ? 1 : 0), sends });
    const count = linesOf(sends);
    const most = acknowledged && (point.how === "error" || !inFlight.has(point.kind)) ? 1 : 2;
    return {
      ...point,
      acknowledged,
      sends: count,
      broken: [
        ...(struck ? [] : [failure]),
        ...(settled ? [] : ["it did not come to rest"]),
        ...(acknowledged && count === 0 ? ["acknowledged, and never sent"] : []),
        ...(count > most ? [`sent ${count} times, at most ${most}`] : []),
      ],
    };
  } finally {
    if (!over) await ended(victim);
    await colleague.stop();
  }
}

interface Settling {
  readonly colleague: ReturnType<typeof crashBus>;
  readonly done: () => boolean;
  readonly expected: () => number;
  readonly sends: string;
}

/** Waits until nothing waits any more: read, acknowledged, and out of every queue. */
async function settle({ colleague, done, expected, sends }: Settling): Promise<boolean> {
  for (const giveUpAt = performance.now() + patienceMs; performance.now() < giveUpAt;) {
    await pause(200);
    if (!done() || linesOf(sends) < expected()) continue;
    const queues = await colleague.inspect.queues();
    const open = Object.values(queues).reduce((sum, { waiting, active, delayed }) => sum + waiting + active + delayed, 0);
    const positions = await colleague.subscribers.list();
    if (open === 0 && positions.every(({ lag, pending }) => lag + pending === 0)) return true;
  }
  return false;
}

function startVictim(options: VictimOptions): Worker {
  const victim = new Worker(new URL("./thread.mjs", import.meta.url), { workerData: options });
  victim.on("error", () => undefined);
  return victim;
}

async function ended(victim: Worker): Promise<void> {
  const exit = new Promise((resolve) => victim.once("exit", resolve));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, and no window
  victim.postMessage("stop");
  await Promise.race([exit, pause(10_000)]);
  await victim.terminate();
}

function linesOf(file: string): number {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean).length : 0;
}
