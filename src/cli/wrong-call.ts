import { BusbarError, type ErrorCode } from "../base/errors.ts";
import { UsageError } from "./usage-error.ts";

/** What the caller typed names nothing: known before anything was changed. */
const wrongCalls: ReadonlySet<ErrorCode> = new Set([
  "UNKNOWN_TOPIC",
  "UNKNOWN_SUBSCRIBER",
  "UNKNOWN_QUEUE",
  "UNKNOWN_SCHEDULE",
  "INVALID_RANGE",
  "INVALID_LIMIT",
  "INVALID_SELECTION",
  "INVALID_CURSOR",
  "INVALID_REPLAY",
  "INVALID_DEAD_LETTERS",
  "UNKNOWN_OPERATION",
  "INVALID_FILTER",
  "UNKNOWN_REPLAY",
  "INVALID_SUPPRESSION",
]);

/** Does work of the bus on what was typed; a name that it does not know makes the call a wrong one, exit code 2. */
export async function asTyped<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BusbarError && wrongCalls.has(error.code)) throw new UsageError(error.message);
    throw error;
  }
}
