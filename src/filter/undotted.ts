import { mayLook } from "./looks.ts";
import { isObject, own } from "./payload.ts";
import type { Place } from "./program.ts";

/** Marks what is ours to change; all else is the payload's own. */
const ours = Symbol("ours");

interface Fields {
  [key: string]: unknown;
  [ours]?: boolean;
}

/**
 * What of an object a place asks for, with keys such as `a.b` as `b` in `a`: to EventBridge both are the same path. Where there is an `a` too, it
 * has both; where that is no object, both stand in a list. No key that the pattern does not name is taken over.
 */
export function undotted(place: Place, object: object): object {
  return joined(place, object, {});
}

function joined(place: Place, object: object, into: Fields): Fields {
  const { ways, everyWay } = place;
  if (mayLook(everyWay.length)) {
    for (const { key, places } of everyWay) if (Object.hasOwn(object, key)) join(into, places, (object as Fields)[key]);
    return into;
  }
  for (const key of Object.keys(object)) {
    const way = ways.get(key);
    if (way !== undefined) join(into, way.places, (object as Fields)[key]);
  }
  return into;
}

/** Puts a value where a way leads to, beside what is there. */
function join(into: Fields, places: readonly Place[], value: unknown): void {
  let within = into;
  for (let step = 0; step < places.length - 1; step++) within = objectAt(within, places[step]!);
  const place = places[places.length - 1]!;
  const there = own(within, place.key);
  if (there === undefined) within[place.key] = value;
  else if (isObject(there) && isObject(value)) joined(place, value, objectAt(within, place));
  else within[place.key] = [there, value];
}

/** An object of ours at a place, with what an object there has. */
function objectAt(within: Fields, place: Place): Fields {
  const { key } = place;
  const there = own(within, key);
  if (isObject(there) && (there as Fields)[ours] === true) return there as Fields;
  const last: unknown = Array.isArray(there) ? there.at(-1) : undefined;
  if (isObject(last) && (last as Fields)[ours] === true) return last as Fields;
  const object: Fields = { [ours]: true };
  if (isObject(there)) joined(place, there, object);
  within[key] = there === undefined || isObject(there) ? object : [there, object];
  return object;
}
