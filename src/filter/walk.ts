import { add, addNew, type Bits, copyCommon, copyInto, isEmpty, isSame, keepCommon, keepOnly } from "./bits.ts";
import { beginHolding, holdOther, holdText, lookUp } from "./leaf-index.ts";
import { beginObject, collect } from "./joined.ts";
import { mayLook } from "./looks.ts";
import { elements, isObject, isScalar, own } from "./payload.ts";
import type { Scalar } from "./parsed-pattern.ts";
import type { Place, Way } from "./program.ts";
import { beginList, forget, isNew, isNewText } from "./seen.ts";
import { unitsOf } from "./units.ts";

/** Up to so many keys of a pattern are looked for in an object; for more, the object's own keys are gone through. */
const few = 8;
/** Up to so many are looked for in whatever number of objects. */
const always = 2;
/** Up to so many places are put into order by hand: each moves a few steps. */
const byHand = 24;
/** In longer lists, equal values are looked up once. */
const long = 64;

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

function tryScalar(place: Place, value: Scalar): Bits {
  const { leaves, below, values, ofValues, belowAbsent, result } = place;
  if (leaves.length === 0) return belowAbsent;
  const isAlone = leaves.length === 1 && below.length === 0;
  const found = isAlone ? lookUp(values, value) : undefined;
  if (found !== undefined) return found;
  beginHolding(values, ofValues);
  if (typeof value === "string") holdText(values, value, unitsOf(value), ofValues);
  else holdOther(values, value, ofValues);
  if (isAlone) return ofValues;
  copyInto(result, belowAbsent);
  keepOfLeaves(place, result);
  return result;
}

/** Keeps the rules of which every leaf holds. */
function keepOfLeaves({ leaves, ofValues }: Place, into: Bits): void {
  let at = 0;
  for (let leaf = 0; leaf < leaves.length; leaf++) for (let word = 0; word < into.length; word++) into[word]! &= ofValues[at++]!;
}

/** A rule holds of a list where each leaf holds of one of its elements, and what lies below of one. An empty list is like nothing. */
function tryList(place: Place, list: readonly unknown[]): Bits {
  const { result } = place;
  if (list.length === 0) return place.absent;
  if (list.length === 1) return tryPlace(place, list[0]);
  copyInto(result, place.all);
  if (place.leaves.length > 0) {
    if (tryValues(place, list)) keepOfLeaves(place, result);
    else keepOnly(result, place.leavesAbsent);
  }
  if (place.below.length > 0 && !isEmpty(result)) keepOnly(result, tryElements(place, list));
  return result;
}

/** Leaves in `ofValues` what each leaf holds of: one scalar must do. False where there is none. */
export function tryValues({ values, everything, ofValues }: Place, list: readonly unknown[]): boolean {
  const repeats = list.length > long;
  let tried = 0;
  if (repeats) beginList();
  beginHolding(values, ofValues);
  for (let index = 0; index < list.length; index++) {
    const value = list[index];
    if (typeof value === "string") {
      const row = unitsOf(value);
      if (repeats && !isNewText(value, row)) continue;
      holdText(values, value, row, ofValues);
    } else {
      if (!isScalar(value)) continue;
      const other = value as Exclude<Scalar, string>;
      if (repeats && !isNew(other)) continue;
      holdOther(values, other, ofValues);
    }
    // Not each time: it costs as much as a look-up.
    if (tried++ % 16 === 0 && isSame(ofValues, everything)) break;
  }
  if (repeats) forget();
  return tried > 0;
}

function tryElements(place: Place, list: readonly unknown[]): Bits {
  const { ofAny, belowAbsent } = place;
  let isAbsent = false;
  ofAny.fill(0);
  for (let index = 0; index < list.length; index++) {
    const value = list[index];
    const holding = isObject(value) ? tryObject(place, value) : belowAbsent;
    if (holding === belowAbsent) {
      if (isAbsent) continue;
      isAbsent = true;
    }
    if (addNew(ofAny, holding) && isSame(ofAny, place.all)) break;
  }
  return ofAny;
}

/** The rules that hold of what lies in an object. */
function tryObject(place: Place, object: object): Bits {
  const { below, dotted, ofObject } = place;
  const keys = below.length + dotted.length;
  if (keys > always && !mayLook(keys)) return tryOwnKeys(place, object);
  if (keys > few) return tryKeysOf(place, object);
  for (let index = 0; index < dotted.length; index++) {
    const { key, places } = dotted[index]!;
    if (Object.hasOwn(object, key)) return Object.hasOwn(object, places[0]!.key) ? tryJoined(place, object) : tryKeysOf(place, object);
  }
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
  // No `for … in`: its compiled code is thrown away again and again where objects have many shapes.
  const keys = Object.keys(object);
  return place.dotted.length === 0 ? tryEachKey(place, object, keys) : tryWaysOf(place, object, keys);
}

/** Where each key leads to a place of its own: they are tried as they come. */
function tryEachKey(place: Place, object: object, keys: readonly string[]): Bits {
  const { ways, ofObject, seen } = place;
  let count = 0;
  for (let index = 0; index < keys.length; index++) {
    const way = ways.get(keys[index]!);
    if (way === undefined) continue;
    const value = (object as Record<string, unknown>)[way.key];
    if (value === undefined) continue;
    if (keys.length === 1) return tryOnly(place, way, value);
    const holding = tryPlace(way.places[0]!, value);
    if (count === 0) copyInto(ofObject, holding);
    else keepOnly(ofObject, holding);
    seen[count++] = way.index;
  }
  return ofSeen(place, count);
}

function tryWaysOf(place: Place, object: object, keys: readonly string[]): Bits {
  const { ways, found, ofFound } = place;
  let count = 0;
  beginObject(place);
  for (let index = 0; index < keys.length; index++) {
    const way = ways.get(keys[index]!);
    if (way === undefined) continue;
    const value = (object as Record<string, unknown>)[way.key];
    if (value === undefined) continue;
    if (!isFirstTo(place, way)) return tryJoined(place, object);
    found[count] = way;
    ofFound[count++] = value;
  }
  return tryFound(place, count);
}

/** Of an object's only key, the rules that hold. */
function tryOnly({ absence, ofObject }: Place, { places, index }: Way, value: unknown): Bits {
  const holding = tryPlace(places[0]!, value);
  copyCommon(ofObject, holding, absence.beside[index]!);
  return ofObject;
}

/** The same, in time that depends on the pattern's size and not on the object's. */
function tryKeysOf(place: Place, object: object): Bits {
  const { everyWay, found, ofFound } = place;
  beginObject(place);
  let count = 0;
  for (let index = 0; index < everyWay.length; index++) {
    const way = everyWay[index]!;
    const value = own(object, way.key);
    if (value === undefined) continue;
    if (!isFirstTo(place, way)) return tryJoined(place, object);
    found[count] = way;
    ofFound[count++] = value;
  }
  return tryFound(place, count);
}

/** False where another key led to the same place: their values belong together. This is known of all keys before anything is tried, so that nothing is tried twice. */
function isFirstTo({ seenIn, tries }: Place, { index }: Way): boolean {
  if (seenIn[index] === tries) return false;
  seenIn[index] = tries;
  return true;
}

/** Of what an object has at the ends of some ways, and of what it has not, the rules that hold. */
function tryFound(place: Place, count: number): Bits {
  const { found, ofFound, ofObject, seen } = place;
  for (let at = 0; at < count; at++) {
    const { places, index } = found[at]!;
    const value = ofFound[at];
    // Nothing of the payload is kept.
    ofFound[at] = undefined;
    const holding = places.length === 1 ? tryPlace(places[0]!, value) : tryWay(places, value);
    if (at === 0) copyInto(ofObject, holding);
    else keepOnly(ofObject, holding);
    seen[at] = index;
  }
  return ofSeen(place, count);
}

/** Of the places that an object has not, keeps the rules that hold where nothing is. */
function ofSeen(place: Place, count: number): Bits {
  const { below, belowAbsent, ofObject, absence } = place;
  if (count === 0) return belowAbsent;
  if (count === below.length || isEmpty(ofObject)) return ofObject;
  const seen = count === 1 ? place.seen : sorted(place.seen, count);
  keepCommon(ofObject, absence.before[seen[0]!]!, absence.behind[seen[count - 1]!]!);
  for (let at = 1; at < count; at++) absence.keepBetween(seen[at - 1]! + 1, seen[at]!, ofObject);
  return ofObject;
}

/** The first of a row, in order. */
function sorted(row: Int32Array, count: number): Int32Array {
  if (count > byHand) return row.subarray(0, count).toSorted();
  for (let at = 1; at < count; at++) {
    const one = row[at]!;
    let to = at;
    for (; to > 0 && row[to - 1]! > one; to--) row[to] = row[to - 1]!;
    row[to] = one;
  }
  return row;
}

/** Of a place, where only what lies at the end of a way through it is there. */
function tryWay(way: readonly Place[], value: unknown): Bits {
  let holding = tryPlace(way[way.length - 1]!, value);
  for (let at = way.length - 2; at >= 0; at--) {
    const { ofObject, leavesAbsent, absence } = way[at]!;
    const { index } = way[at + 1]!;
    copyCommon(ofObject, holding, absence.beside[index]!);
    keepOnly(ofObject, leavesAbsent);
    holding = ofObject;
  }
  return holding;
}

/** The same, where several keys may lead to one place. */
function tryJoined(place: Place, object: object): Bits {
  place.ofFound.length = 0;
  beginObject(place);
  collect(place, object);
  return tryCollected(place);
}

/** Of what was put together below a place. */
function tryCollected(place: Place): Bits {
  const { below, seen, count, ofObject } = place;
  for (let at = 0; at < count; at++) {
    const holding = tryParts(below[seen[at]!]!);
    if (at === 0) copyInto(ofObject, holding);
    else keepOnly(ofObject, holding);
  }
  return ofSeen(place, count);
}

/** Of what was put together at a place: first of the object that it became, for which the room below is used until it was tried. */
function tryParts(place: Place): Bits {
  const { parts, partCount, isJoined, leaves, result } = place;
  if (!isJoined) copyInto(result, partCount === 1 ? tryPlace(place, parts[0]) : tryList(place, elements(parts.slice(0, partCount))));
  else if (partCount === 0) {
    copyInto(result, tryCollected(place));
    if (leaves.length > 0) keepOnly(result, place.leavesAbsent);
  } else tryBeside(place, elements(parts.slice(0, partCount)));
  // Nothing of the payload is kept.
  for (let part = 0; part < partCount; part++) parts[part] = undefined;
  return result;
}

/** Of a list that an object which was put together stands in. */
function tryBeside(place: Place, list: readonly unknown[]): void {
  const { result, ofJoined } = place;
  copyInto(ofJoined, tryCollected(place));
  copyInto(result, place.all);
  if (place.leaves.length > 0 && tryValues(place, list)) keepOfLeaves(place, result);
  else keepOnly(result, place.leavesAbsent);
  add(ofJoined, tryElements(place, list));
  keepOnly(result, ofJoined);
}
