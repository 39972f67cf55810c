import { isLoopback } from "../../providers/loopback.ts";
import type { Settings } from "../options.ts";

const path = "/callbacks/twilio";
/** Where the server of `dev` and `start` listens unless it is told otherwise. */
const here = "http://127.0.0.1:4000";

/** Where Twilio is told to call back. It refuses a message whose callbacks would lead to the machine that it runs on itself. */
export function statusCallbackOf({ publicUrl }: Pick<Settings, "publicUrl">): string | undefined {
  return publicUrl === undefined || isLocal(publicUrl) ? undefined : `${publicUrl}${path}`;
}

/** Where the mailroom is told to: never to another machine. */
export function mailroomStatusCallback({ publicUrl }: Pick<Settings, "publicUrl">): string {
  return `${publicUrl !== undefined && isLocal(publicUrl) ? publicUrl : here}${path}`;
}

function isLocal(address: string): boolean {
  return isLoopback(new URL(address).hostname);
}
