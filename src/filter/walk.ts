import { add, type Bits, copyInto, isEmpty, isSame, keepOnly } from "./bits.ts";
import { elements, isObject, isScalar, own } from "./payload.ts";
import type { Scalar } from "./parsed-pattern.ts";
import type { Leaf, Place } from "./program.ts";
import { undotted } from "./undotted.ts";

/** Up to so many keys of a pattern are looked for in an object; for more, and in longer lists, the object's own keys are gone through. */
const few = 8;

/** The rules that can hold of a value found at a place, with all that lies below. What it gives is to be read before that place is tried again. */
export function tryPlace(place: Place, value: unknown): Bits {
  if (value === undefined) return place.absent;
  if (isScalar(value)) return tryScalar(place, value);
  if (Array.isArray(value)) return tryList(place, elements(value));
  if (place.below.length === 0) return place.leavesAbsent;
  const holding = tryObject(place, value);
  if (place.leaves.length === 0) return holding;
  copyInto(place.result, holding);
  keepOnly(place.result, place.leavesAbsent);
  return place.result;
}

function tryScalar({ leaves, below, belowAbsent, result }: Place, value: Scalar): Bits {
  if (leaves.length === 0) return belowAbsent;
  const first = tryLeaf(leaves[0]!, value);
  if (leaves.length === 1 && below.length === 0) return first;
  copyInto(result, belowAbsent);
  keepOnly(result, first);
  for (let index = 1; index < leaves.length; index++) keepOnly(result, tryLeaf(leaves[index]!, value));
  return result;
}

function tryLeaf(leaf: Leaf, value: Scalar): Bits {
  copyInto(leaf.result, leaf.others);
  leaf.hold(value, leaf.result);
  return leaf.result;
}

/** A rule holds of a list where each leaf holds of one of its elements, and what lies below of one. An empty list is like nothing. */
function tryList(place: Place, list: readonly unknown[]): Bits {
  const { result } = place;
  if (list.length === 0) return place.absent;
  copyInto(result, place.all);
  for (const leaf of place.leaves) keepOnly(result, tryLeaves(leaf, list));
  if (place.below.length > 0 && !isEmpty(result)) keepOnly(result, tryElements(place, list));
  return result;
}

/** The same for a leaf alone: one scalar must do. */
export function tryLeaves(leaf: Leaf, list: readonly unknown[]): Bits {
  const { result } = leaf;
  let any = false;
  copyInto(result, leaf.others);
  for (let index = 0; index < list.length; index++) {
    const value = list[index];
    if (!isScalar(value)) continue;
    any = true;
    leaf.hold(value, result);
    // Not each time: it costs as much as a look-up.
    if (index % 16 === 0 && isSame(result, leaf.all)) break;
  }
  return any ? result : leaf.absent;
}

function tryElements(place: Place, list: readonly unknown[]): Bits {
  const { ofAny } = place;
  const ways = list.length > few ? tryOwnKeys : tryObject;
  ofAny.fill(0);
  for (const value of list) {
    add(ofAny, isObject(value) ? ways(place, value) : place.belowAbsent);
    if (isSame(ofAny, place.all)) break;
  }
  return ofAny;
}

/** The rules that hold of what lies in an object. */
function tryObject(place: Place, object: object): Bits {
  const { below, dotted, ofObject } = place;
  if (below.length + dotted.size > few) return tryOwnKeys(place, object);
  if (dotted.size > 0) for (const path of dotted.keys()) if (Object.hasOwn(object, path)) return tryOwnKeys(place, object);
  for (let index = 0; index < below.length; index++) {
    const each = below[index]!;
    const holding = tryPlace(each, own(object, each.key));
    if (index === 0) copyInto(ofObject, holding);
    else keepOnly(ofObject, holding);
    if (isEmpty(ofObject)) break;
  }
  return ofObject;
}

/** The same, in time that depends on the object's size and not on the pattern's. */
function tryOwnKeys(place: Place, object: object): Bits {
  const { keys, dotted, ofObject, seen, seenIn } = place;
  if (place.tries === 0x7fff_ffff) {
    place.tries = 0;
    seenIn.fill(0);
  }
  const now = ++place.tries;
  seen.length = 0;
  for (const key in object) {
    const each = keys.get(key);
    const way = each === undefined && dotted.size > 0 ? dotted.get(key) : undefined;
    const { index } = each ?? way?.[0] ?? nowhere;
    if (index < 0) continue;
    const value = own(object, key);
    if (value === undefined) continue;
    // Two keys lead to one place: their values belong together.
    if (seenIn[index] === now) return tryOwnKeys(place, undotted(place, object));
    seenIn[index] = now;
    const holding = way === undefined ? tryPlace(each!, value) : tryWay(way, value);
    if (seen.length === 0) copyInto(ofObject, holding);
    else keepOnly(ofObject, holding);
    seen.push(index);
  }
  if (seen.length === 0) return place.belowAbsent;
  if (seen.length < place.below.length && !isEmpty(ofObject)) keepAbsent(place);
  return ofObject;
}

const nowhere = { index: -1 };

/** Of a place, where only what lies at the end of a way through it is there. */
function tryWay(way: readonly Place[], value: unknown): Bits {
  let holding = tryPlace(way[way.length - 1]!, value);
  for (let at = way.length - 2; at >= 0; at--) {
    const { ofObject, below, leavesAbsent, absentBetween } = way[at]!;
    const { index } = way[at + 1]!;
    copyInto(ofObject, holding);
    absentBetween(0, index, ofObject);
    absentBetween(index + 1, below.length, ofObject);
    keepOnly(ofObject, leavesAbsent);
    holding = ofObject;
  }
  return holding;
}

/** Of the places that an object has not, keeps the rules that hold where nothing is. */
function keepAbsent({ below, seen, alone, absentBetween, ofObject }: Place): void {
  if (seen.length === 1 && alone.length > 0) return keepOnly(ofObject, alone[seen[0]!]!);
  if (seen.length > 1) seen.sort((a, b) => a - b);
  let from = 0;
  for (const index of seen) {
    absentBetween(from, index, ofObject);
    from = index + 1;
  }
  absentBetween(from, below.length, ofObject);
}
