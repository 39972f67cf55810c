/**
 * Faults of busbar's own that the judge must see. They are put between the product's code and its clients, in the process that they are
 * for: the product has no switch for any of them.
 *
 * | sabotage | what it does | in |
 * |---|---|---|
 * | `acknowledge-first` | an acknowledgement without an event, once in 500 (load.ts) | the publisher |
 * | `publish-twice` | one event under two ids, once in 500 (load.ts) | the publisher |
 * | `plain-xadd` | the append looks for no id that is there already | the publisher |
 * | `no-ledger` | every claim is told to go, and no mark is kept | the workers |
 * | `no-wait` | WAIT is not sent, and its answer is that all replicas have everything | the publisher and the router |
 * | `lying-disk` | Redis' disk says of every sync that it is done, and does one a second (native/fault.c) | Redis |
 * | `insert-outside` | an event's row is committed on a connection of its own (outbox/sabotage-outbox.ts) | the application |
 * | `delete-first` | rows of the outbox are deleted, and a moment later appended (outbox/sabotage-outbox.ts) | the relay |
 * | `acknowledge-before-enqueue` | entries are acknowledged, and a moment later their deliveries are queued | the router |
 */
import { readFileSync } from "node:fs";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { deleteBeforeAppend, insertOutsideTransaction } from "./outbox/sabotage-outbox.ts";
import { kindOf, type SentCommand } from "./crash-points/calls.ts";

export const sabotages = [
  "acknowledge-first",
  "publish-twice",
  "plain-xadd",
  "no-ledger",
  "no-wait",
  "lying-disk",
  "insert-outside",
  "delete-first",
  "acknowledge-before-enqueue",
] as const;
export type Sabotage = (typeof sabotages)[number];

/** Between the acknowledgement and the queue, milliseconds: a slow Redis, so that a kill finds its way in between. */
const queuedLateMs = 100;

/** Breaks this process; the returned function repairs it. */
export function sabotage(how: Sabotage | undefined): () => void {
  if (how === "plain-xadd") return betweenRedis(appendPlainly);
  if (how === "no-ledger") return betweenRedis(answerWithoutLedger);
  if (how === "no-wait") return betweenRedis(answerWithoutReplicas);
  if (how === "insert-outside") return insertOutsideTransaction();
  if (how === "delete-first") return deleteBeforeAppend();
  if (how === "acknowledge-before-enqueue") return queueLate();
  return () => undefined;
}

interface OpenCommand extends SentCommand {
  readonly args: readonly (string | number)[];
  resolve(reply: unknown): void;
}

/** `onCommand` may see to the answer of a command itself: then it says true, and the command is not sent. */
function betweenRedis(onCommand: (command: OpenCommand, redis: Redis) => boolean): () => void {
  const prototype = Redis.prototype as unknown as { sendCommand(command: OpenCommand, stream?: unknown): Promise<unknown> };
  const send = prototype.sendCommand;
  prototype.sendCommand = function sabotaged(this: Redis, command: OpenCommand, stream?: unknown): Promise<unknown> {
    return onCommand(command, this) ? command.promise : send.call(this, command, stream);
  };
  return () => void (prototype.sendCommand = send);
}

const append = readFileSync(new URL("../../src/log/append.lua", import.meta.url), "utf8");
const looksForId = "if entry then return repeated(entry, id) end";
if (!append.includes(looksForId)) throw new Error("append.lua looks for ids in another way now: plain-xadd would sabotage nothing");
const plainAppend = append.replace(looksForId, "");

function appendPlainly(command: OpenCommand, redis: Redis): boolean {
  if (kindOf(command) !== "append.lua") return false;
  void redis.call("EVAL", plainAppend, ...command.args.slice(1)).then(
    (reply) => command.resolve(reply),
    (error: Error) => command.reject(error),
  );
  return true;
}

const answers: Readonly<Record<string, unknown>> = { "claim.lua": ["go", 0], "mark.lua": "marked", "renew.lua": 1 };

function answerWithoutLedger(command: OpenCommand): boolean {
  const answer = answers[kindOf(command) ?? ""];
  if (answer !== undefined) command.resolve(answer);
  return answer !== undefined;
}

function answerWithoutReplicas(command: OpenCommand): boolean {
  if (kindOf(command) !== "wait") return false;
  command.resolve(99);
  return true;
}

function queueLate(): () => void {
  const prototype = Queue.prototype as unknown as { addBulk(jobs: readonly unknown[]): Promise<unknown[]> };
  const add = prototype.addBulk;
  prototype.addBulk = async function sabotaged(this: Queue, jobs: readonly unknown[]): Promise<unknown[]> {
    // A clean stop may have closed the queue by then.
    setTimeout(() => void add.call(this, jobs).catch(() => undefined), queuedLateMs);
    return [];
  };
  return () => void (prototype.addBulk = add);
}
