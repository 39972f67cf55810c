import { isObject } from "./payload.ts";
import type { Place } from "./program.ts";

type Fields = Record<string, unknown>;

/**
 * What of an object a place asks for, with keys such as `a.b` as `b` in `a`: to EventBridge both are the same path. Where there is an `a` too, it
 * has both; where that is no object, both stand in a list. No key that the pattern does not name is taken over.
 */
export function undotted(place: Place, object: object): object {
  const result: Fields = {};
  // What is ours to change, a list for its last element; all else is the payload's own.
  const made = new Set<unknown>();
  for (const key in object) {
    if (!Object.hasOwn(object, key)) continue;
    const value = (object as Fields)[key];
    if (place.keys.has(key)) put(result, key, value);
    else {
      const way = place.dotted.get(key);
      if (way === undefined) continue;
      let within = result;
      for (let step = 0; step < way.length - 1; step++) within = objectAt(within, way[step]!, made);
      put(within, way.at(-1)!, value);
    }
  }
  return result;
}

function objectAt(within: Fields, step: string, made: Set<unknown>): Fields {
  const there = own(within, step);
  if (made.has(there)) return (Array.isArray(there) ? there.at(-1) : there) as Fields;
  const object: Fields = isObject(there) ? { ...there } : {};
  made.add(object);
  if (there === undefined || isObject(there)) within[step] = object;
  else made.add((within[step] = [there, object]));
  return object;
}

function put(within: Fields, step: string, value: unknown): void {
  const there = own(within, step);
  if (there === undefined) within[step] = value;
  else if (isObject(there) && isObject(value)) within[step] = { ...there, ...value };
  else within[step] = [there, value];
}

function own(object: Fields, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
