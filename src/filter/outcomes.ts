import { add, addWithout, type Bits, isEmpty, union } from "./bits.ts";

/**
 * What conditions of one kind say of values: for each key, such as a prefix, the rules that ask for it, and the rules that leave it out. The rules that leave something else out hold
 * of a value that has no key at all.
 */
export interface Outcomes<K> {
  readonly asked: Map<K, Bits>;
  readonly leftOut: Map<K, Bits>;
  /** All rules that leave something out. */
  leaving: Bits | undefined;
}

export function newOutcomes<K>(): Outcomes<K> {
  return { asked: new Map(), leftOut: new Map(), leaving: undefined };
}

export function ask<K>({ asked }: Outcomes<K>, key: K, rules: Bits): void {
  asked.set(key, union(asked.get(key), rules));
}

export function leaveOut<K>(outcomes: Outcomes<K>, keys: readonly K[], rules: Bits): void {
  const { leftOut } = outcomes;
  outcomes.leaving = union(outcomes.leaving, rules);
  for (const key of keys) leftOut.set(key, union(leftOut.get(key), rules));
}

/** Every key that is named. */
export function keysOf<K>({ asked, leftOut }: Outcomes<K>): Set<K> {
  return new Set([...asked.keys(), ...leftOut.keys()]);
}

/** The rules that hold of a value, from those that ask for what it has and those that leave it out; undefined for none. */
export function outcome(leaving: Bits | undefined, asked: Bits | undefined, leftOut: Bits | undefined): Bits | undefined {
  if (leaving === undefined || leftOut === undefined)
    return leaving === undefined ? asked : asked === undefined ? leaving : union(asked, leaving);
  const rules = new Int32Array(leaving.length);
  if (asked !== undefined) add(rules, asked);
  addWithout(rules, leaving, leftOut);
  return isEmpty(rules) ? undefined : rules;
}
