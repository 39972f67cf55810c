import { mayLook } from "./looks.ts";
import { isObject } from "./payload.ts";
import type { Place } from "./program.ts";

/*
 * What of an object a place asks for, where keys such as `a.b` lead to the same place as `b` in `a`: to EventBridge both are the same path. It is put together in the
 * places themselves, each of which has room for it, since to make objects of it would take longer than all else. Where there is an `a` too, it has both; where that is no
 * object, both stand in a list. No key that the pattern does not name is taken over.
 */

/** Up to so many keys are looked for in whatever number of objects. */
const always = 4;

/** To be called at a place before something is put together below it. */
export function beginObject(place: Place): void {
  if (place.tries === 0x7fff_ffff) {
    place.tries = 0;
    place.seenIn.fill(0);
  }
  place.tries += 1;
  place.count = 0;
}

/** Puts the values of an object where the ways of a place lead to. */
export function collect(place: Place, object: object): void {
  const { everyWay, ways } = place;
  if (everyWay.length <= always || mayLook(everyWay.length)) {
    for (let index = 0; index < everyWay.length; index++) {
      const { key, places } = everyWay[index]!;
      if (Object.hasOwn(object, key)) put(place, places, (object as Record<string, unknown>)[key]);
    }
    return;
  }
  const keys = Object.keys(object);
  for (let index = 0; index < keys.length; index++) {
    const way = ways.get(keys[index]!);
    if (way !== undefined) put(place, way.places, (object as Record<string, unknown>)[way.key]);
  }
}

function put(from: Place, places: readonly Place[], value: unknown): void {
  if (value === undefined) return;
  let within = from;
  for (let step = 0; step < places.length - 1; step++) {
    touch(within, places[step]!);
    within = places[step]!;
    becomeObject(within);
  }
  const place = places[places.length - 1]!;
  touch(within, place);
  const isOneObject = place.isJoined ? place.partCount === 0 : place.partCount === 1 && isObject(place.parts[0]);
  if (!isOneObject || !isObject(value)) place.parts[place.partCount++] = value;
  else {
    becomeObject(place);
    collect(place, value);
  }
}

/** Notes that a place has something; the first time, what a match that ended in an error may have left there is taken away. */
function touch(within: Place, place: Place): void {
  const { index } = place;
  if (within.seenIn[index] === within.tries) return;
  within.seenIn[index] = within.tries;
  within.seen[within.count++] = index;
  place.partCount = 0;
  place.isJoined = false;
}

/** An object that is put together, with what an object there has. */
function becomeObject(place: Place): void {
  if (place.isJoined) return;
  place.isJoined = true;
  beginObject(place);
  if (place.partCount !== 1) return;
  const only = place.parts[0];
  if (!isObject(only)) return;
  place.partCount = 0;
  collect(place, only);
}

/** What was put together below a place, as an object; it is taken out of the places. */
export function taken(place: Place): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const index of place.seen.slice(0, place.count)) {
    const each = place.below[index]!;
    const parts = each.parts.slice(0, each.partCount);
    if (each.isJoined) parts.push(taken(each));
    each.isJoined = false;
    object[each.key] = parts.length === 1 ? parts[0] : parts;
  }
  return object;
}
