import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { type AutomaticCallbacks, automaticTellings } from "./automatic-callbacks.ts";
import type { Callbacks } from "./callbacks.ts";
import type { MailRecord } from "./record.ts";

export interface AutomaticTellerOptions {
  readonly callbacks: Callbacks;
  readonly automatic: AutomaticCallbacks;
  readonly logger: Logger;
}

/** Lets the vendor of each message call back by itself. What cannot be told is not: the message was taken all the same. */
export function automaticTeller({ callbacks, automatic, logger }: AutomaticTellerOptions): (message: MailRecord) => void {
  const next = automaticTellings(automatic);
  return (message) => {
    const tellable = callbacks.tellable(message);
    // Where nothing is signed there is nobody to call: a receipt is `ok` until something else is said.
    if (tellable === undefined || tellable.frauds.length === 0) return;
    const telling = next(tellable.statuses);
    if (telling === undefined) return;
    try {
      callbacks.tell(message, telling);
    } catch (error) {
      logger.debug({ message: message.id, error: messageOf(error) }, "the mailroom does not call back");
    }
  };
}
