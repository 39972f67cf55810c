import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import type { Redis } from "ioredis";

/** One kind of call to the outside: a Lua script by its name, a command of Redis by its own, or `provider`. */
export type CallKind = string;

/** What happens to the first call of a kind. */
export const faultKinds = ["die before", "die after", "reply lost", "error", "pause"] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface SentCommand {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly promise: Promise<unknown>;
  reject(error: Error): void;
}

/** Commands that keep the connection itself, or wait: nothing is done by them. */
const nothingDone = new Set(["hello", "client", "select", "auth", "subscribe", "ping", "script", "bzpopmin", "quit"]);

const scriptNames = namesOfScripts();

/** Undefined: a call that does nothing. */
export function kindOf(command: Pick<SentCommand, "name" | "args">): CallKind | undefined {
  if (nothingDone.has(command.name)) return undefined;
  if (command.name === "evalsha") return scriptNames.get(String(command.args[0])) ?? "unknown script";
  if (command.name === "eval") return scriptNames.get(sha1(String(command.args[0]))) ?? "unknown script";
  if (command.name === "xread") return undefined;
  return command.name;
}

/** The names of busbar's scripts and of BullMQ's, by their SHA-1. */
function namesOfScripts(): Map<string, string> {
  const names = new Map<string, string>();
  const note = (lua: string, name: string): void => void names.set(sha1(lua), name);
  const source = new URL("../../../src/", import.meta.url).pathname;
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".lua"));
  const texts = files.map((file) => readFileSync(`${source}${file}`, "utf8"));
  for (const [index, file] of files.entries()) {
    // Some stand behind a file of functions that they share: then the two together are the script.
    for (const text of [texts[index]!, ...texts.map((before) => `${before}\n${texts[index]!}`)]) note(text, file.split("/").at(-1)!);
  }
  const scripts = createRequire(import.meta.url)("bullmq/dist/cjs/scripts") as Record<
    string,
    { readonly name: string; readonly content: string }
  >;
  for (const { name, content } of Object.values(scripts)) note(content, `bullmq ${name}`);
  return names;
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

export type OnCall = (kind: CallKind, redis: Redis) => FaultKind | undefined;

export interface Hooks {
  /** Asked before each call. */
  readonly onCall: OnCall;
  /** Ends this thread as a kill would: nothing runs after it. */
  readonly die: () => never;
  /** Stops this thread, its timers too, for longer than any lease. */
  readonly pause: () => void;
}

/** Puts itself between this thread and Redis: every command of every connection goes through it. */
export function interceptRedis(prototype: Redis, { onCall, die, pause }: Hooks): void {
  const own = prototype as unknown as { sendCommand(command: SentCommand, stream?: unknown): Promise<unknown> };
  const send = own.sendCommand;
  own.sendCommand = function intercepted(this: Redis, command: SentCommand, stream?: unknown): Promise<unknown> {
    const kind = kindOf(command);
    const fault = kind === undefined ? undefined : onCall(kind, this);
    if (fault === "die before") return die();
    // One command of a pipeline cannot fail alone before it is sent: there the connection breaks under all of them.
    if (fault === "error" && stream !== undefined) streamOf(this).destroy();
    else if (fault === "error") {
      command.reject(new Error("an injected error: the connection is closed"));
      return command.promise;
    }
    if (fault === "pause") pause();
    const sent = send.call(this, command, stream);
    if (fault === "die after") void command.promise.then(die, die);
    if (fault === "reply lost") loseReply(this);
    return sent;
  };
}

/** The command arrives, and the connection ends with its answer. */
function loseReply(redis: Redis): void {
  const stream = streamOf(redis);
  stream.removeAllListeners("data");
  stream.once("data", () => stream.destroy());
}

function streamOf(redis: Redis): Socket {
  return (redis as unknown as { readonly stream: Socket }).stream;
}
