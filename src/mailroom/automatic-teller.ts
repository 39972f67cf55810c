import { milliseconds } from "../base/duration.ts";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { type AutomaticCallbacks, automaticTellings } from "./automatic-callbacks.ts";
import type { Callbacks } from "./callbacks.ts";
import { type MailRecord, withoutContent } from "./record.ts";
import type { Telling } from "./telling.ts";
import { waits } from "./waits.ts";

export interface AutomaticTellerOptions {
  readonly callbacks: Callbacks;
  readonly automatic: AutomaticCallbacks;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
}

/**
 * Lets the vendor of each message call back by itself, a while after it was taken. Where it goes is asked for then. What cannot be told
 * is not: the message was taken all the same.
 */
export function automaticTeller({ callbacks, automatic, logger, stopping }: AutomaticTellerOptions): (message: MailRecord) => void {
  const after = milliseconds(automatic.after ?? "1s");
  const wait = waits(stopping);
  const next = automaticTellings(automatic);
  const tell = (message: MailRecord, telling: Telling): void => {
    try {
      if (!stopping.aborted) callbacks.tell(message, telling);
    } catch (error) {
      logger.debug({ message: message.id, error: messageOf(error) }, "the mailroom does not call back");
    }
  };
  return (message) => {
    const tellable = callbacks.tellable(message);
    // Where nothing is signed there is nobody to call: a receipt is `ok` until something else is said.
    if (tellable === undefined || tellable.frauds.length === 0) return;
    const telling = next(tellable.statuses);
    if (telling === undefined) return;
    const held = withoutContent(message);
    void wait(after).then(() => tell(held, telling));
  };
}
