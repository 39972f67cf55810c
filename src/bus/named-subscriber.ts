import { BusbarError } from "../base/errors.ts";
import type { Catalog } from "../define/catalog.ts";
import { nearestName, thereAre } from "../define/names.ts";
import type { Subscriber } from "../define/subscriber.ts";

/**
 * The subscriber of a name, which may be its oldest one.
 * @throws BusbarError `UNKNOWN_SUBSCRIBER` with the one that was probably meant
 */
export function namedSubscriber({ subscribers, subscriber }: Pick<Catalog, "subscribers" | "subscriber">, name: string): Subscriber {
  const found = subscribers.find((one) => one.name === name) ?? subscriber(name);
  if (found !== undefined) return found;
  throw unknownSubscriber(
    name,
    subscribers.map((one) => one.name),
  );
}

/** The error for a name that no subscriber has. */
export function unknownSubscriber(name: string, known: readonly string[]): BusbarError {
  const near = nearestName(name, known);
  const advice = near === undefined ? `${thereAre(known)}.` : `Did you mean "${near}"?`;
  return new BusbarError("UNKNOWN_SUBSCRIBER", `No subscriber is called ${JSON.stringify(name)}. ${advice}`);
}
