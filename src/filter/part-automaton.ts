import { classOf, type UnitClasses, unitClasses } from "./unit-classes.ts";

/**
 * Several texts as one machine (Aho and Corasick): each unit of a text in which they are looked for is one step, after which the state says which of them end there.
 * All steps are written out, so that each costs the same whatever is searched.
 */
export interface PartAutomaton {
  readonly units: UnitClasses;
  /** The state that follows a state, by the class of the unit that is read: `steps[(state << shift) | class]`. It begins in state 0. */
  readonly steps: Uint16Array;
  readonly shift: number;
  /** From this state on, texts end; `hits` has them as bits, by their index. */
  readonly firstHit: number;
  readonly hits: Int32Array;
}

/** Of at most 31 texts with at most 255 different units. None is empty, and they have less than 65,536 units together. */
export function partAutomaton(texts: readonly string[]): PartAutomaton {
  const { count, ...units } = unitClasses(texts);
  const shift = Math.ceil(Math.log2(count));
  const room = texts.reduce((sum, { length }) => sum + length, 1);
  const steps = new Uint16Array(room << shift);
  const hits = new Int32Array(room);
  let states = 1;
  for (const [index, text] of texts.entries()) {
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const step = (state << shift) | classOf(units, text.charCodeAt(at));
      if (steps[step] === 0) steps[step] = states++;
      state = steps[step]!;
    }
    hits[state]! |= 1 << index;
  }
  fall({ steps, hits, states, shift });
  return { units, shift, ...hitsLast({ steps, hits, states, shift }) };
}

interface Machine {
  readonly steps: Uint16Array;
  readonly hits: Int32Array;
  readonly states: number;
  readonly shift: number;
}

/** Where no text goes on, the state goes on as that of the longest end of what was read with which a text begins. */
function fall({ steps, hits, states, shift }: Machine): void {
  const fallen = new Uint16Array(states);
  const order = new Uint16Array(states);
  // State 0 comes first, and each behind those that are nearer to it.
  for (let at = 0, known = 1; at < known; at++) {
    const state = order[at]!;
    const lower = fallen[state]! << shift;
    hits[state]! |= hits[fallen[state]!]!;
    for (let unit = 0; unit < 1 << shift; unit++) {
      const step = (state << shift) | unit;
      const on = steps[step]!;
      if (on === 0) steps[step] = state === 0 ? 0 : steps[lower | unit]!;
      else {
        if (state !== 0) fallen[on] = steps[lower | unit]!;
        order[known++] = on;
      }
    }
  }
}

/** The same machine, with the states in which texts end behind all others. */
function hitsLast({ steps, hits, states, shift }: Machine): Pick<PartAutomaton, "steps" | "firstHit" | "hits"> {
  const all = Array.from({ length: states }, (_, state) => state);
  const inOrder = [...all.filter((state) => hits[state] === 0), ...all.filter((state) => hits[state] !== 0)];
  const named = new Uint16Array(states);
  for (const [name, state] of inOrder.entries()) named[state] = name;
  const renamed = new Uint16Array(states << shift);
  for (const [name, state] of inOrder.entries())
    for (let unit = 0; unit < 1 << shift; unit++) renamed[(name << shift) | unit] = named[steps[(state << shift) | unit]!]!;
  const firstHit = inOrder.findIndex((state) => hits[state] !== 0);
  return { steps: renamed, firstHit, hits: Int32Array.from(inOrder.slice(firstHit), (state) => hits[state]!) };
}
