import { type Bits, hasBit } from "./bits.ts";
import { conditionsText } from "./condition-text.ts";
import { beginObject, collect, taken } from "./joined.ts";
import { matches, programOf } from "./match.ts";
import { operatorOf, type ParsedPattern } from "./parsed-pattern.ts";
import { elements, isObject, isScalar, own } from "./payload.ts";
import type { Place, Program } from "./program.ts";
import { below, cut, shown } from "./shown.ts";
import { tryPlace, tryValues } from "./walk.ts";

/** Why a payload is not what a pattern asks for. */
export interface Explanation {
  /** One line for people, such as `total is 0, not > 0`. */
  readonly reason: string;
  /** What does not hold: one condition, or of an `$or` those of the first two branches. Empty where the payload is no object. */
  readonly failures: readonly Failure[];
}

export interface Failure {
  /** Where in the payload, such as `customer.phone`. */
  readonly path: string;
  /** The operators that were tried there; "equal" is a value by itself. */
  readonly operators: readonly string[];
  /** What the pattern asks for: `> 0`. */
  readonly wanted: string;
  /** What is there, as JSON of at most 40 characters; "absent", or "an object". */
  readonly seen: string;
}

/** Why a payload is not what a pattern asks for; undefined where it is. */
export function explain(pattern: ParsedPattern, data: unknown): Explanation | undefined {
  if (matches(pattern, data)) return undefined;
  if (data === undefined || isScalar(data)) return { reason: `the payload is ${shown(data)}, not an object`, failures: [] };
  const program = programOf(pattern);
  const failing = { ...program, covered: new Int32Array(program.root.all.length) };
  const first = nextReason(failing, data)!;
  const second = nextReason(failing, data);
  if (second === undefined) return { reason: first.text, failures: [first.failure] };
  const more = Array.from({ length: program.rules }, (_, rule) => rule).filter((rule) => !hasBit(failing.covered, rule)).length;
  const rest = more > 0 ? `; and ${more} more` : "";
  return {
    reason: cut(`no branch of $or matches: ${first.text}; ${second.text}${rest}`, 400),
    failures: [first.failure, second.failure],
  };
}

/** The same, as the line for people alone. */
export function mismatch(pattern: ParsedPattern, data: unknown): string | undefined {
  return explain(pattern, data)?.reason;
}

interface Reason {
  readonly text: string;
  readonly failure: Failure;
  /** The rules that fail by it. */
  readonly rules: Bits;
}

/** Of the first rule that no reason covers yet. */
function nextReason(failing: Program & { readonly covered: Bits }, data: unknown): Reason | undefined {
  const { root, rules, covered } = failing;
  let rule = 0;
  while (rule < rules && hasBit(covered, rule)) rule += 1;
  if (rule === rules) return undefined;
  const reason = reasonAt(root, data, { rule, path: "" });
  for (let word = 0; word < covered.length; word++) covered[word]! |= reason.rules[word]!;
  return reason;
}

interface Looking {
  readonly rule: number;
  readonly path: string;
}

/** Of a place at which a rule does not hold. */
function reasonAt(place: Place, value: unknown, { rule, path }: Looking): Reason {
  const list = Array.isArray(value) ? elements(value) : [value];
  const hasValue = tryValues(place, list);
  for (const [index, leaf] of place.leaves.entries()) {
    const test = leaf.tests.find(({ rules }) => hasBit(rules, rule));
    const words = place.all.length;
    const holding = hasValue ? place.ofValues.subarray(index * words, (index + 1) * words) : leaf.absent;
    if (test === undefined || hasBit(holding, rule)) continue;
    const wanted = conditionsText(test.conditions);
    const operators = [...new Set(test.conditions.map(operatorOf))];
    return { text: leafText(path, value, wanted), failure: { path, operators, wanted, seen: seen(value) }, rules: test.rules };
  }
  // All elements fail: the first stands for them.
  const [first] = list;
  const others = Array.isArray(value) && list.length > 1 ? "no element matches; in the first, " : "";
  const object = isObject(first) ? (place.dotted.length > 0 ? withoutDots(place, first) : first) : {};
  const failing = place.below.find((each) => !hasBit(tryPlace(each, own(object, each.key)), rule))!;
  const reason = reasonAt(failing, own(object, failing.key), { rule, path: below(path, failing.key) });
  return { ...reason, text: `${others}${reason.text}` };
}

/** What of an object a place asks for, with nothing under keys that have dots. */
function withoutDots(place: Place, object: object): object {
  beginObject(place);
  collect(place, object);
  return taken(place);
}

function leafText(path: string, value: unknown, wanted: string): string {
  if (value === undefined) return `${path} is absent`;
  if (isScalar(value)) return `${path} is ${shown(value)}, not ${wanted}`;
  return Array.isArray(value) ? `${path} is ${shown(value)}, with no element ${wanted}` : `${path} is an object, not ${wanted}`;
}

function seen(value: unknown): string {
  if (value === undefined) return "absent";
  return isObject(value) ? "an object" : shown(value);
}
