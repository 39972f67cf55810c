import { readdirSync } from "node:fs";
import type { Fault } from "../../src/mailroom/fault.ts";
import type { MailProvider } from "../../src/mailroom/record.ts";

/** What the processes of a run say to each other over their IPC channel. */
export type FromChild =
  | { readonly kind: "started"; readonly address?: MailroomAddress }
  | { readonly kind: "health"; readonly ready: boolean }
  | ({ readonly kind: "figures" } & ProcessFigures);

export interface ProcessFigures {
  /** Bytes in use after a collection of garbage, those outside of the heap included. */
  readonly heap: number;
  /** Open files and sockets. */
  readonly descriptors: number;
}

export type ToChild =
  | { readonly kind: "health?" }
  | { readonly kind: "figures?" }
  /** To the mailroom: what its providers are to do wrong from now on, in place of what was said before. */
  | { readonly kind: "faults"; readonly faults: readonly ScriptedFault[] };

export interface ScriptedFault {
  readonly provider: MailProvider;
  readonly fault: Fault;
}

export interface MailroomAddress {
  readonly url: string;
  readonly smtp: { readonly host: string; readonly port: number };
}

/** Says something to the parent. */
export function tell(message: FromChild): void {
  process.send?.(message);
}

/** Answers the supervisor's questions. */
export function answerHealth(ready: () => Promise<boolean>): void {
  process.on("message", (message: ToChild) => {
    if (message.kind === "health?") void ready().then((isReady) => tell({ kind: "health", ready: isReady }));
    if (message.kind === "figures?") tell({ kind: "figures", ...figuresOf() });
  });
}

function figuresOf(): ProcessFigures {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed + external, descriptors: readdirSync("/proc/self/fd").length };
}

/** A child without its parent has nobody left who would end it. */
export function endWithParent(): void {
  process.once("disconnect", () => process.exit(1));
}
