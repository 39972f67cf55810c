import { BusbarError } from "../../base/errors.ts";
import type { Catalog } from "../../define/catalog.ts";
import type { BusEvent } from "../../define/event.ts";
import { chosenOf } from "./chosen.ts";
import { type LocalDeps, type LocalRequest, type LocalRun, runLocal } from "./local.ts";
import { maskedEvent } from "./masked.ts";
import type { Rendering } from "./render.ts";

export interface LocalsOptions extends Omit<LocalDeps, "rendering"> {
  readonly catalog: () => Promise<Catalog>;
  readonly rendering: () => Promise<Rendering>;
  /** An event by whatever is known of it. */
  readonly find: (id: string) => Promise<BusEvent | undefined>;
}

/** Finds an event and runs it through one subscriber in this process. */
export function locally({ catalog, rendering, find, ...deps }: LocalsOptions) {
  return async ({ event: given, subscriber, routes, mask = false }: LocalRequest): Promise<LocalRun> => {
    const event = typeof given === "string" ? await find(given) : given;
    if (event === undefined)
      throw new BusbarError(
        "INVALID_REPLAY",
        `No event, delivery or idempotency key that is still kept has the id ${JSON.stringify(given)}.`,
      );
    const known = await catalog();
    const chosen = chosenOf(known, { topics: event.type, subscribers: subscriber, routes });
    const planning = { ...deps.planning, routes: chosen.routes };
    const place = known.topic(event.type)?.marks?.places[(event.dataversion ?? 1) - 1];
    return runLocal(
      { ...deps, planning, rendering: await rendering() },
      { event: mask ? maskedEvent(event, place) : event, subscriber: chosen.subscribers[0]! },
    );
  };
}
