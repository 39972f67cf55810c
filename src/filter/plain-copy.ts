import type { FilterProblem } from "./filter-error.ts";
import { patternLimits } from "./limits.ts";
import { below, shown } from "./shown.ts";

/** Why a value cannot be copied: it is no plain data, or too much of it. */
export class NotPlain extends Error {
  readonly path: string;

  constructor(path: string, problem: string) {
    super(problem);
    this.path = path;
  }
}

/**
 * A copy of plain data within the limits. It reads the same each time: its objects have no prototype, and getters were called once. `faults` takes
 * the numbers and texts that JSON cannot keep.
 * @throws NotPlain with the path and the reason, and whatever reading the value throws
 */
export function plainCopy(value: unknown, faults: FilterProblem[]): unknown {
  return copyOf(value, "", { bytes: 0, ancestors: new Set(), faults });
}

interface Walk {
  bytes: number;
  readonly ancestors: Set<object>;
  readonly faults: FilterProblem[];
}

function copyOf(value: unknown, path: string, walk: Walk): unknown {
  const { ancestors } = walk;
  if (typeof value !== "object" || value === null) {
    checkScalar(value, path, walk);
    count(walk, typeof value === "string" ? bytesOf(value) : String(value).length);
    return value;
  }
  if (ancestors.has(value)) throw new NotPlain(path, "the pattern must not contain itself");
  if (ancestors.size >= patternLimits.depth) throw new NotPlain(path, `nested deeper than ${patternLimits.depth} levels`);
  ancestors.add(value);
  count(walk, 2);
  const copy = Array.isArray(value) ? copyOfList(value, path, walk) : copyOfObject(value, path, walk);
  ancestors.delete(value);
  return copy;
}

function copyOfList(list: readonly unknown[], path: string, walk: Walk): unknown[] {
  const copy: unknown[] = [];
  for (let index = 0; index < list.length; index++) {
    if (index > 0) count(walk, 1);
    copy.push(copyOf(list[index], `${path}[${index}]`, walk));
  }
  return copy;
}

function copyOfObject(object: object, path: string, walk: Walk): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.create(null);
  for (const [index, key] of Object.keys(object).entries()) {
    const at = below(path, key);
    if (!key.isWellFormed()) walk.faults.push({ path: at, problem: `the key has ${halfCharacter}` });
    count(walk, bytesOf(key) + (index > 0 ? 2 : 1));
    copy[key] = copyOf((object as Record<string, unknown>)[key], at, walk);
  }
  return copy;
}

const halfCharacter = "half of a character in it (a lone surrogate), which JSON cannot keep";

function checkScalar(value: unknown, path: string, { faults }: Walk): void {
  if (typeof value === "string" && !value.isWellFormed()) faults.push({ path, problem: `${shown(value)} has ${halfCharacter}` });
  if (typeof value === "number" && Number.isFinite(value) && Math.abs(value) > patternLimits.number)
    faults.push({ path, problem: `${shown(value)} ${tooLarge}` });
}

export const tooLarge = "is beyond 2^53, where numbers are no longer exact: let the payload have it as a string";

function count(walk: Walk, bytes: number): void {
  walk.bytes += bytes;
  if (walk.bytes > patternLimits.bytes)
    throw new NotPlain("", `the pattern is larger than ${patternLimits.bytes / 1_024} KB (as JSON, without spaces)`);
}

/** Bytes of a string as JSON. Of one that is too long anyway, not all are counted. */
function bytesOf(text: string): number {
  let bytes = 2;
  for (let index = 0; index < text.length && bytes <= patternLimits.bytes; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20) bytes += unit >= 8 && unit <= 13 && unit !== 11 ? 2 : 6;
    else if (unit < 0x80) bytes += unit === 0x22 || unit === 0x5c ? 2 : 1;
    // Half of what takes four bytes.
    else bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
  }
  return bytes;
}
