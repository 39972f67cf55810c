import { BusbarError } from "../../base/errors.ts";
import type { Catalog } from "../../define/catalog.ts";
import type { BusEvent } from "../../define/event.ts";
import type { LazyParts } from "../parts.ts";
import { recordView } from "../view.ts";
import { chosenOf } from "./chosen.ts";
import { type LocalDeps, type LocalRequest, type LocalRun, runLocal } from "./local.ts";
import { maskedEvent } from "./masked.ts";
import type { Rendering } from "./render.ts";
import { shownLocal } from "./shown-local.ts";

export interface LocalsOptions extends Omit<LocalDeps, "rendering"> {
  readonly catalog: () => Promise<Catalog>;
  readonly rendering: () => Promise<Rendering>;
  readonly parts: Pick<LazyParts, "audit">;
  /** An event by whatever is known of it. */
  readonly find: (id: string) => Promise<BusEvent | undefined>;
}

/** Finds an event and runs it through one subscriber in this process. */
export function locally({ catalog, rendering, find, parts, ...deps }: LocalsOptions) {
  return async ({ event: given, subscriber, routes, mask = false, showPii }: LocalRequest): Promise<LocalRun> => {
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
    const view = showPii === undefined ? {} : { showPii };
    const open = await recordView(parts.audit, view, `the local run of ${event.id} through ${subscriber}`);
    const [through] = chosen.subscribers;
    const run = await runLocal(
      { ...deps, planning, rendering: await rendering() },
      { event: mask ? maskedEvent(event, place) : event, subscriber: through! },
    );
    // Other people's addresses are nobody's.
    return shownLocal(run, { subscriber: through!, topics: deps.topics, open: open || mask });
  };
}
