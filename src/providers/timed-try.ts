import { deadline } from "../base/deadline.ts";
import { messageOf } from "../base/errors.ts";
import type { Outcome } from "../define/outcome.ts";
import { type HttpClient, httpClient } from "./http-client.ts";
import { networkOutcome } from "./network-outcomes.ts";
import { reasonText } from "./reason.ts";

export interface TimedTryOptions {
  /** Of whoever asked for the try. */
  readonly signal: AbortSignal;
  /** Milliseconds that it may take in all. */
  readonly timeout: number;
  /** Whether it is certain of a request without an answer that nothing of it left this machine. */
  readonly neverLeft: (request: unknown) => boolean;
}

/** What the work of a try is done with. */
export interface TimedTry {
  readonly request: HttpClient;
  /** Aborts when the time is over. */
  readonly signal: AbortSignal;
}

/** One try by HTTP. Does not throw: where no answer came, the outcome says whether the request can have left. */
export async function timedTry(
  { signal, timeout, neverLeft }: TimedTryOptions,
  work: (tools: TimedTry) => Promise<Outcome>,
): Promise<Outcome> {
  // Before the time of the try begins: what fails or takes long here has sent nothing.
  const request = await httpClient().catch(messageOf);
  if (typeof request === "string") return { kind: "retry", reason: reasonText("the HTTP client cannot be loaded:", request) };
  if (signal.aborted) return { kind: "retry", reason: "the try was stopped before it was sent" };
  const limit = deadline(signal, timeout);
  try {
    return await work({ request, signal: limit.signal });
  } catch (error) {
    const { code, request: sent } = error as { code?: unknown; request?: unknown };
    return networkOutcome({
      code: limit.reason() === undefined && typeof code === "string" ? code : undefined,
      message: limit.reason() ?? messageOf(error),
      neverLeft: neverLeft(sent),
    });
  } finally {
    limit.clear();
  }
}
