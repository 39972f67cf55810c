import type { Scalar } from "./parsed-pattern.ts";

/** How a payload is read: of objects only their own keys, and nothing that its prototypes have. */
export function own(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
}

/** What is neither an object nor a list nor missing. */
export function isScalar(value: unknown): value is Scalar {
  return typeof value !== "object" ? value !== undefined : value === null;
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The elements of a list, and of the lists in it, however deep: without recursion, so that no payload makes it overflow. */
export function elements(list: readonly unknown[]): readonly unknown[] {
  let nested = false;
  for (let index = 0; index < list.length && !nested; index++) nested = Array.isArray(list[index]);
  if (!nested) return list;
  const found: unknown[] = [];
  const lists: (readonly unknown[])[] = [];
  const places: number[] = [];
  let open = list;
  let place = 0;
  for (;;) {
    if (place === open.length) {
      const outer = lists.pop();
      if (outer === undefined) return found;
      open = outer;
      place = places.pop()!;
      continue;
    }
    const element = open[place++];
    if (!Array.isArray(element)) found.push(element);
    else if (element.length === 1 && !Array.isArray(element[0])) found.push(element[0]);
    else if (element.length > 0) {
      // Of a list that is at its end, nothing is left to come back to.
      if (place < open.length) {
        lists.push(open);
        places.push(place);
      }
      open = element;
      place = 0;
    }
  }
}
