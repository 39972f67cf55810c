import { connect, type Socket } from "node:net";
import type { FuzzedRequest } from "./requests.ts";

/** What came of a request: its status, or that the connection ended without one, or that nothing came in time. */
export type Outcome = number | "ended" | "no answer" | "refused";

/** One connection to a server after another, one request at a time. */
export interface LineToServer {
  send(request: FuzzedRequest): Promise<Outcome>;
  end(): void;
}

export interface LineOptions {
  readonly port: number;
  /** Milliseconds that a whole answer may take. */
  readonly deadline: number;
}

/** Reads just enough of HTTP to know where an answer ends. */
export function lineToServer({ port, deadline }: LineOptions): LineToServer {
  let kept: Socket | undefined;

  const send = (request: FuzzedRequest): Promise<Outcome> =>
    new Promise((resolve) => {
      const socket = kept ?? connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
      kept = undefined;
      let received = Buffer.alloc(0);
      const finish = (outcome: Outcome, keep = false): void => {
        clearTimeout(timer);
        for (const event of ["data", "error", "end", "close"]) socket.removeAllListeners(event);
        socket.on("error", () => undefined);
        if (keep) kept = socket;
        else socket.destroy();
        resolve(outcome);
      };
      const timer = setTimeout(() => finish("no answer"), deadline);
      socket.on("data", (data) => {
        received = received.length === 0 ? data : Buffer.concat([received, data]);
        const answer = answerIn(received, request.method);
        if (answer !== undefined) finish(answer.status, request.whole && !answer.closes);
      });
      socket.on("error", (error: NodeJS.ErrnoException) => finish(error.code === "ECONNREFUSED" ? "refused" : "ended"));
      const ended = (): void => finish(statusIn(received) ?? "ended");
      socket.on("end", ended);
      socket.on("close", ended);
      socket.write(request.bytes);
      // Whoever lies about the length of what is sent has nothing more to send.
      if (!request.whole) socket.end();
    });

  return { send, end: () => kept?.destroy() };
}

interface Answer {
  readonly status: number;
  readonly closes: boolean;
}

/** Undefined while it has not come as a whole. */
function answerIn(bytes: Buffer, method: string): Answer | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const head = bytes.toString("latin1", 0, end).toLowerCase();
  const status = Number(head.slice(9, 12));
  const content = bytes.subarray(end + 4);
  // 100 Continue: the answer comes after it.
  if (status < 200) return answerIn(content, method);
  const answer = { status, closes: /\r\nconnection: close/.test(head) };
  if (method === "HEAD" || status === 204 || status === 304) return answer;
  // It goes on until its reader leaves: that it has begun is the answer.
  if (head.includes("\r\ncontent-type: text/event-stream")) return { status, closes: true };
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
  if (length !== undefined) return content.length >= Number(length) ? answer : undefined;
  if (head.includes("\r\ntransfer-encoding: chunked")) return content.subarray(-5).toString() === "0\r\n\r\n" ? answer : undefined;
  return undefined;
}

function statusIn(bytes: Buffer): number | undefined {
  const match = /^HTTP\/1\.1 ([2-5]\d\d)/.exec(bytes.toString("latin1", 0, 12));
  return match === null ? undefined : Number(match[1]);
}
