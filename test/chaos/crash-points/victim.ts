/** A thread that does everything for one event, and at one call suffers one fault. It dies as a process does: its sockets close, its timers end. */
import { setTimeout as pause } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { Redis } from "ioredis";
import { type CallKind, type FaultKind, interceptRedis } from "./calls.ts";
import { type CrashBus, crashBus } from "./domain.ts";

export interface VictimOptions {
  readonly redis: string;
  readonly prefix: string;
  readonly sends: string;
  readonly id: string;
  /** Undefined: none; the thread tells which calls there are. */
  readonly fault: { readonly kind: CallKind; readonly how: FaultKind } | undefined;
}

export type FromVictim =
  | { readonly kind: "acknowledged" }
  | { readonly kind: "struck" }
  | { readonly kind: "calls"; readonly calls: readonly CallKind[] };

/** Longer than the lease of a claim, a job's lock, and a router's hold on what it has read. */
const pausedMs = 17_000;
const quietMs = 150;
const mostStarts = 5;

const { redis, prefix, sends, id, fault } = workerData as VictimOptions;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, and no window
const tell = (message: FromVictim): void => parentPort!.postMessage(message);
const calls: CallKind[] = [];
let armed = false;
let calledAt = performance.now();

function strike(kind: CallKind): FaultKind | undefined {
  calledAt = performance.now();
  if (!armed) return undefined;
  calls.push(kind);
  if (fault === undefined || fault.kind !== kind) return undefined;
  armed = false;
  tell({ kind: "struck" });
  return fault.how;
}

function die(): never {
  return process.exit(1);
}

function stopForAWhile(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pausedMs);
}

/** A machine with other work may be too slow for a start in time: nothing has been tried by then. */
async function startedBus(): Promise<CrashBus> {
  for (let tries = 1; ; tries += 1) {
    const made = crashBus({ redis, prefix, sends, onSend: () => strike("provider"), die, pause: stopForAWhile });
    try {
      await made.start();
      return made;
    } catch (error) {
      if (tries === mostStarts) throw error;
      await made.stop();
    }
  }
}

async function quiet(): Promise<void> {
  while (performance.now() - calledAt < quietMs) await pause(10);
}

interceptRedis(Redis.prototype, { onCall: strike, die, pause: stopForAWhile });
const bus = await startedBus();
const sent = new Promise<void>((resolve) => bus.on("sent", () => resolve()));
await quiet();
armed = true;
// The publisher's own repetition, with the same id.
for (let tries = 0; ; tries += 1) {
  try {
    await bus.publishEvent.codeRequested({ number: 1 }, { id });
    break;
  } catch (error) {
    if (tries > 20) throw error;
    await pause(50);
  }
}
tell({ kind: "acknowledged" });
if (fault === undefined) {
  await sent;
  await quiet();
  tell({ kind: "calls", calls: [...new Set(calls)] });
}
parentPort!.once("message", () => void bus.stop().then(() => process.exit(0)));
