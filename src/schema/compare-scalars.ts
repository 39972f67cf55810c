import type { Alternative } from "./alternatives.ts";
import { breaks, type Change, widens } from "./change.ts";

/** Changes of what a text, a number, a truth value or null is limited by. */
export function compareScalars(old: Alternative, now: Alternative): Change[] {
  if (old.type === "string") return textChanges(old, now);
  return old.type === "number" || old.type === "integer" ? numberChanges(old, now) : [];
}

function textChanges(old: Alternative, now: Alternative): Change[] {
  return [
    ...lengthChanges(old, now, { keywords: ["minLength", "maxLength"], unit: "characters" }),
    ...wordChanges("match the pattern", old.patterns, now.patterns),
    ...(["format", "contentEncoding", "contentMediaType"] as const).flatMap((keyword) =>
      wordChanges(`have the ${keyword}`, texts(old.words[keyword]), texts(now.words[keyword])),
    ),
  ];
}

export interface Lengths {
  readonly keywords: readonly [string, string];
  readonly unit: string;
}

const was = (value: number): string => (Number.isFinite(value) && value > 0 ? ` (it was ${value})` : "");

/** Changes of the least and the greatest length. */
export function lengthChanges(old: Alternative, now: Alternative, { keywords: [least, most], unit }: Lengths): Change[] {
  const [min, newMin] = [old, now].map(({ words }) => (words[least] as number | undefined) ?? 0) as [number, number];
  const [max, newMax] = [old, now].map(({ words }) => (words[most] as number | undefined) ?? Infinity) as [number, number];
  const changes: Change[] = [];
  if (newMin > min) changes.push(breaks(`must have at least ${newMin} ${unit}${was(min)}`));
  if (newMin < min) changes.push(widens(`may have as few as ${newMin} ${unit}${was(min)}`));
  if (newMax < max) changes.push(breaks(`may have at most ${newMax} ${unit}${was(max)}`));
  if (newMax > max) changes.push(widens(`may have ${Number.isFinite(newMax) ? `up to ${newMax}` : "any number of"} ${unit}${was(max)}`));
  return changes;
}

function wordChanges(verb: string, before: readonly string[], after: readonly string[]): Change[] {
  return [
    ...after.filter((word) => !before.includes(word)).map((word) => breaks(`must now ${verb} ${word}`)),
    ...before.filter((word) => !after.includes(word)).map((word) => widens(`need not ${verb} ${word} any more`)),
  ];
}

const texts = (value: unknown): string[] => (typeof value === "string" ? [value] : []);

/** A bound, and whether it is outside of what is allowed. */
interface Bound {
  readonly value: number;
  readonly exclusive: boolean;
}

const above = ({ value, exclusive }: Bound): string => (exclusive ? `greater than ${value}` : `at least ${value}`);
const below = ({ value, exclusive }: Bound): string => (exclusive ? `less than ${value}` : `at most ${value}`);
const rising = (a: Bound, b: Bound): number => a.value - b.value || Number(a.exclusive) - Number(b.exclusive);
const falling = (a: Bound, b: Bound): number => b.value - a.value || Number(a.exclusive) - Number(b.exclusive);

function numberChanges(old: Alternative, now: Alternative): Change[] {
  const [low, newLow] = [lowest(old), lowest(now)];
  const [high, newHigh] = [highest(old), highest(now)];
  const changes: Change[] = [];
  const rises = compared(newLow, low, rising);
  if (rises > 0) changes.push(breaks(`must now be ${above(newLow!)}${low === undefined ? "" : ` (it was ${above(low)})`}`));
  if (rises < 0) changes.push(widens(newLow === undefined ? `need not be ${above(low!)} any more` : `may be ${above(newLow)}`));
  const falls = compared(newHigh, high, falling);
  if (falls > 0) changes.push(breaks(`must now be ${below(newHigh!)}${high === undefined ? "" : ` (it was ${below(high)})`}`));
  if (falls < 0) changes.push(widens(newHigh === undefined ? `need not be ${below(high!)} any more` : `may be ${below(newHigh)}`));
  const steps = now.divisors.filter((divisor) => !old.divisors.some((before) => divides(divisor, before)));
  changes.push(...steps.map((divisor) => breaks(`must now be a multiple of ${divisor}`)));
  const gone = old.divisors.filter((before) => !now.divisors.includes(before));
  if (steps.length === 0) changes.push(...gone.map((before) => widens(`need not be a multiple of ${before} any more`)));
  if (old.type === "integer" && now.type === "number") changes.push(widens("may have decimals"));
  return changes;
}

/** Positive where the first is narrower; no bound is the widest. */
function compared(now: Bound | undefined, old: Bound | undefined, order: (a: Bound, b: Bound) => number): number {
  if (now === undefined || old === undefined) return Number(now !== undefined) - Number(old !== undefined);
  return order(now, old);
}

/** Whole numbers alone: what 0.1 divides is a matter of rounding. */
const divides = (divisor: number, before: number): boolean =>
  divisor === before || (Number.isInteger(divisor) && Number.isInteger(before) && before % divisor === 0);

function lowest(form: Alternative): Bound | undefined {
  const [value, outside] = [form.words["minimum"], form.words["exclusiveMinimum"]] as (number | undefined)[];
  const bound = tighter(value, outside, (a, b) => a >= b);
  if (form.type !== "integer" || bound === undefined) return bound;
  // The whole number after it; every integer has the least and the greatest that JavaScript can count.
  const first = bound.exclusive ? Math.floor(bound.value) + 1 : bound.value;
  return first <= Number.MIN_SAFE_INTEGER ? undefined : { value: first, exclusive: false };
}

function highest(form: Alternative): Bound | undefined {
  const [value, outside] = [form.words["maximum"], form.words["exclusiveMaximum"]] as (number | undefined)[];
  const bound = tighter(value, outside, (a, b) => a <= b);
  if (form.type !== "integer" || bound === undefined) return bound;
  const last = bound.exclusive ? Math.ceil(bound.value) - 1 : bound.value;
  return last >= Number.MAX_SAFE_INTEGER ? undefined : { value: last, exclusive: false };
}

function tighter(value: number | undefined, outside: number | undefined, beats: (a: number, b: number) => boolean): Bound | undefined {
  if (outside !== undefined && (value === undefined || beats(outside, value))) return { value: outside, exclusive: true };
  return value === undefined ? undefined : { value, exclusive: false };
}
