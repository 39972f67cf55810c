import { messageOf } from "../base/errors.ts";
import type { CallbackAnswer } from "./callback-carrier.ts";
import type { Wait } from "./waits.ts";

/** What came of one try. */
export type CallbackTry =
  | { readonly state: "taken" | "refused"; readonly answer: number }
  | { readonly state: "failed"; readonly answer?: number; readonly problem: string };

export interface TriesOptions {
  /** One try. Rejects where there is no answer. */
  readonly send: () => Promise<CallbackAnswer>;
  /** Milliseconds before each further try. */
  readonly retries: readonly number[];
  readonly wait: Wait;
  /** Ends it between two tries. */
  readonly stopping: AbortSignal;
  /** Told of each try, and whether another one comes. */
  readonly onTry: (result: CallbackTry, again: boolean) => void;
}

/**
 * Sends a callback until it is answered, as vendors do: again after no answer and after 408, 429 and 5xx, and no more often than `retries`
 * says. Never rejects.
 */
export async function tryCallback({ send, retries, wait, stopping, onTry }: TriesOptions): Promise<void> {
  for (let tries = 0; !stopping.aborted; tries += 1) {
    const result = await tryOnce(send);
    // A try that the end of the mailroom cut short is none.
    if (stopping.aborted) return;
    const before = result.state === "failed" ? retries[tries] : undefined;
    onTry(result, before !== undefined);
    if (before === undefined) return;
    await wait(before);
  }
}

async function tryOnce(send: () => Promise<CallbackAnswer>): Promise<CallbackTry> {
  try {
    const { status } = await send();
    if (status >= 200 && status < 300) return { state: "taken", answer: status };
    if (status === 408 || status === 429 || status >= 500) return { state: "failed", answer: status, problem: `answered ${status}` };
    return { state: "refused", answer: status };
  } catch (error) {
    return { state: "failed", problem: messageOf(error) };
  }
}
