import { closeSync, existsSync, openSync, readSync } from "node:fs";

/** One message that a provider accepted. */
export interface Send {
  /** What tells one delivery from another, made of the message alone: its recipient and its subject. */
  readonly key: string;
  /** When it arrived, milliseconds since 1970. */
  readonly at: number;
}

export function sendKey(subscriber: string, number: number): string {
  return `order-${number}@example.com ${subscriber} ${number}`;
}

/** Follows a provider's own log of lines in JSON: `next()` returns the messages accepted since the last call. */
export function sendsIn(path: string): { next(): Send[] } {
  let offset = 0;
  let rest: Buffer = Buffer.alloc(0);
  return {
    next() {
      if (!existsSync(path)) return [];
      const file = openSync(path, "r");
      try {
        const sends: Send[] = [];
        const chunk = Buffer.allocUnsafe(4 * 1024 * 1024);
        for (let read: number; (read = readSync(file, chunk, 0, chunk.length, offset)) > 0;) {
          offset += read;
          const bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
          const end = bytes.lastIndexOf("\n") + 1;
          rest = bytes.subarray(end);
          sends.push(...bytes.subarray(0, end).toString().split("\n").filter(Boolean).flatMap(acceptedSend));
        }
        return sends;
      } finally {
        closeSync(file);
      }
    },
  };
}

function acceptedSend(line: string): Send[] {
  const { verdict, to, subject, at } = JSON.parse(line) as { verdict: string; to: readonly string[]; subject: string; at: string };
  return verdict === "accepted" ? [{ key: `${to.join()} ${subject}`, at: Date.parse(at) }] : [];
}
