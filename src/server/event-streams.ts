import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply } from "fastify";
import { HttpProblem } from "./problem.ts";

/** Answers that go on: server-sent events, one a line of `data` in JSON, until the reader leaves. */
export interface EventStreams {
  /**
   * @param open what is sent; it ends with the signal
   * @throws HttpProblem `RATE_LIMITED` while too many are open
   */
  send(reply: FastifyReply, open: (signal: AbortSignal) => Promise<AsyncIterable<unknown>>): Promise<FastifyReply>;
}

export interface StreamLimits {
  /** Open at once in this process: each waits in Redis over connections of its own. */
  readonly most: number;
  /** Milliseconds after which one ends, so that a key that was revoked does not read on; readers open another one. */
  readonly life: number;
  /** Milliseconds of silence after which a comment is sent: proxies end what says nothing. */
  readonly silence: number;
}

export const streamLimits: StreamLimits = { most: 20, life: 300_000, silence: 15_000 };

/** The streams of one server; all of them end when it stops. */
export function eventStreams(app: FastifyInstance, { most, life, silence }: StreamLimits = streamLimits): EventStreams {
  const stopping = new AbortController();
  let open = 0;
  app.addHook("preClose", async () => stopping.abort());

  return {
    async send(reply, begin) {
      if (open >= most)
        throw new HttpProblem("RATE_LIMITED", `This process has ${most} streams open, and opens no more: try again in 30 s.`, {
          headers: { "retry-after": "30" },
        });
      open += 1;
      const left = new AbortController();
      const ended = AbortSignal.any([left.signal, stopping.signal, AbortSignal.timeout(life)]);
      reply.raw.once("close", () => {
        open -= 1;
        left.abort();
      });
      const events = await begin(ended);
      return reply
        .headers({
          "content-type": "text/event-stream; charset=utf-8",
          "x-accel-buffering": "no",
          // A server that stops would wait for what else comes on it.
          connection: "close",
        })
        .send(Readable.from(sentLines(events, silence)));
    },
  };
}

async function* sentLines(events: AsyncIterable<unknown>, silence: number): AsyncGenerator<string> {
  // So that the reader knows at once that it is heard.
  yield ":\n\n";
  const each = events[Symbol.asyncIterator]();
  let next = each.next();
  for (;;) {
    const result = await orSilence(next, silence);
    if (result === undefined) yield ":\n\n";
    else if (result.done === true) return;
    else {
      yield `data: ${JSON.stringify(result.value)}\n\n`;
      next = each.next();
    }
  }
}

/** What comes within the time; undefined: nothing did. */
async function orSilence<Value>(next: Promise<Value>, silence: number): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), silence)));
  try {
    return await Promise.race([next, silent]);
  } finally {
    clearTimeout(timer);
  }
}
