import { BusbarError } from "../base/errors.ts";

/** True where the key ring of this process is to blame: waiting does not help, and another process may do it. Pure. */
export function lacksKey(error: unknown): boolean {
  if (!(error instanceof BusbarError)) return false;
  return error.code === "INVALID_CONFIGURATION" || lacksKey(error.cause);
}
