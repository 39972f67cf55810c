import type { ServerPlace } from "./server-place.ts";

/** A process does one command: where it is done is said once, before it begins. */
let chosen: ServerPlace | undefined;

/** @param place undefined: in this process, with the application of the folder */
export function chooseServer(place: ServerPlace | undefined): void {
  chosen = place;
}

/** The server that the command is done on; undefined: it is done in this process. */
export function chosenServer(): ServerPlace | undefined {
  return chosen;
}
