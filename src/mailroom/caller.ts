import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { CallbackCarrier } from "./callback-carrier.ts";
import { challenger } from "./callback-challenge.ts";
import { type CallbackParts, callbackRequest } from "./callback-request.ts";
import { tryCallback } from "./callback-tries.ts";
import type { CallbackVendor } from "./callback-vendor.ts";
import type { CalledBack } from "./called-back.ts";
import { slots } from "./slots.ts";
import type { Wait } from "./waits.ts";

export interface CallerOptions {
  readonly carrier: CallbackCarrier;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
  readonly wait: Wait;
  /** Milliseconds before each further try. */
  readonly retries: readonly number[];
}

/** One callback that is to be made. */
export interface Call extends Omit<CallbackParts, "now"> {
  readonly vendor: CallbackVendor;
  /** As it stands before its first try. */
  readonly first: CalledBack;
  /** Told how it stands after each try. */
  readonly write: (callback: CalledBack) => void;
}

/** So many requests are under way at once. */
const mostAtOnce = 16;

/** Makes callbacks, each until it is taken, refused or given up. Never rejects. */
export function caller({ carrier, clock, logger, stopping, wait, retries }: CallerOptions): (call: Call) => Promise<void> {
  const inTurn = slots(mostAtOnce);
  const confirm = challenger(carrier);
  let troubled = false;

  const warn = ({ state, to, problem }: CalledBack): void => {
    // Each message of many may have the same trouble: once is enough for a log.
    if (state === "failed" && !troubled) logger.warn({ to, problem }, "the mailroom's callbacks are not taken, and were given up");
    troubled = state === "failed";
  };

  return async ({ vendor, first, write, ...parts }) => {
    const { place, as } = parts;
    let callback = first;
    await tryCallback({
      send: () =>
        inTurn(async () => {
          // Its turn may come when the mailroom has ended.
          stopping.throwIfAborted();
          // Whoever forges has no challenge to offer.
          if (as === undefined) await confirm(vendor, place);
          return carrier(callbackRequest(vendor, { ...parts, now: clock.now() }));
        }),
      retries: as === undefined ? retries : [],
      wait,
      stopping,
      onTry(result, again) {
        const { problem: _problem, answer: _answer, ...known } = callback;
        const at = new Date(clock.now()).toISOString();
        callback = { ...known, ...result, state: again ? "waiting" : result.state, tries: callback.tries + 1, at };
        write(callback);
        if (!again) warn(callback);
      },
    });
  };
}
