import { openSync, writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { EmailMessage } from "../../src/define/message.ts";
import type { Provider } from "../../src/providers/index.ts";

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
      writeSync(file, `${JSON.stringify({ to: [to], subject, verdict: "accepted", at: new Date().toISOString() })}\n`);
      if (delay > 0) await pause(delay);
      return { kind: "sent" };
    },
    close: async () => undefined,
  };
}
