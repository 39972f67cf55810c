import { existsSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { EmailMessage } from "../../src/define/message.ts";
import type { Provider } from "../../src/providers/index.ts";

/** Which messages the providers of a file refuse from now on, in all processes: of every `share` one, by the number at the end of its subject; 1: all. */
export function refuse(path: string, share: number): void {
  writeFileSync(refusalOf(path), String(share));
}

/** Whether an order is one of those. */
export const isRefused = (number: number, share: number): boolean => number % share === 0;

const refusalOf = (path: string): string => `${path}.refused`;

/**
 * A provider that writes one line a message, before it answers: for more messages than the mailroom keeps up with.
 * @param delay milliseconds between the line and the answer, in which its process may be killed
 */
export function appendingProvider(path: string, delay = 0): Provider<EmailMessage> {
  let file: number | undefined;
  return {
    name: "file",
    async send({ to, subject }) {
      // One write with O_APPEND: lines of several processes do not mix, and a killed process leaves a whole line or none.
      file ??= openSync(path, "a");
      const refused =
        existsSync(refusalOf(path)) && isRefused(Number(subject.split(" ").at(-1)), Number(readFileSync(refusalOf(path), "utf8")));
      const verdict = refused ? "refused" : "accepted";
      writeSync(file, `${JSON.stringify({ to: [to], subject, verdict, at: new Date().toISOString() })}\n`);
      if (delay > 0) await pause(delay);
      return refused ? { kind: "reject", reason: `no mailbox ${to}` } : { kind: "sent" };
    },
    close: async () => undefined,
  };
}
