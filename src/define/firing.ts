import { createHash } from "node:crypto";
import { messageOf } from "../base/errors.ts";
import { wallClock } from "../base/time-zone.ts";
import type { Firing, Schedule } from "./schedule.ts";

/**
 * The id of a firing's event: a UUID of version 7 with the time of the firing, whose other bits are a hash of what fires. Whoever makes the firing, and
 * however often, it is the same event, which the log takes once. Pure.
 * @param time milliseconds since 1970
 */
export function firingId(application: string, schedule: string, time: number): string {
  const bytes = createHash("sha256")
    .update(JSON.stringify([application, schedule, time]))
    .digest()
    .subarray(0, 16);
  bytes.writeUIntBE(time, 0, 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** What a payload is made from. Pure. */
export function firingOf({ timeZone }: Pick<Schedule, "timeZone">, time: number, previous: number | undefined): Firing {
  return {
    time: new Date(time).toISOString(),
    date: new Date(wallClock(timeZone, time)).toISOString().slice(0, 10),
    ...(previous === undefined ? {} : { previous: new Date(previous).toISOString() }),
  };
}

/** The payload of a firing, or why its schedule makes none. */
export function payloadOf(schedule: Schedule, firing: Firing): { readonly payload: unknown } | { readonly problem: string } {
  try {
    const payload = schedule.data(firing);
    if (payload instanceof Promise) {
      payload.catch(() => undefined);
      return { problem: "data must return the payload itself, not a promise" };
    }
    return { payload };
  } catch (error) {
    return { problem: `data threw: ${messageOf(error)}` };
  }
}
