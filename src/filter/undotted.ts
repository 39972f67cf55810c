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
  const result: Fields = {};
  for (const key in object) {
    if (!Object.hasOwn(object, key)) continue;
    const value = (object as Fields)[key];
    if (place.keys.has(key)) put(result, key, value);
    else {
      const way = place.dotted.get(key);
      if (way === undefined) continue;
      let within = result;
      for (let step = 0; step < way.length - 1; step++) within = objectAt(within, way[step]!.key);
      put(within, way[way.length - 1]!.key, value);
    }
  }
  return result;
}

function objectAt(within: Fields, step: string): Fields {
  const there = own(within, step);
  if (there === undefined) return (within[step] = { [ours]: true });
  if (isObject(there)) return (there as Fields)[ours] === true ? (there as Fields) : (within[step] = { ...there, [ours]: true });
  const last: unknown = Array.isArray(there) ? there.at(-1) : undefined;
  if (isObject(last) && (last as Fields)[ours] === true) return last as Fields;
  const object: Fields = { [ours]: true };
  within[step] = [there, object];
  return object;
}

function put(within: Fields, step: string, value: unknown): void {
  const there = own(within, step);
  if (there === undefined) within[step] = value;
  else if (isObject(there) && isObject(value)) within[step] = { ...there, ...value, [ours]: true };
  else within[step] = [there, value];
}
