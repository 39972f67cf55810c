import { type Added, addOnce, type Bits, union } from "./bits.ts";
import { foldedUnit } from "./folded.ts";
import { keysOf, outcome, type Outcomes } from "./outcomes.ts";

/**
 * Beginnings of texts as a tree of their units; or endings, which are beginnings read from behind. A text is looked at once, from its beginning until no
 * key goes on as it does, however many keys there are. Rows of numbers rather than objects: a key of 15,000 units has as many steps.
 */
export interface TextTree {
  readonly ending: boolean;
  /** The keys are folded, and texts are compared so. */
  readonly folds: boolean;
  /** How long a text must be for a key to fit. */
  readonly shortest: number;
  /** Of each step the unit that leads to it, and the step that follows it where it is the only one; 0 is the root, which nothing leads to. */
  readonly units: Uint16Array;
  readonly next: Uint16Array;
  /** Where several steps follow: of each such step its row, from 1 on, and in the rows the steps by their units; those from 128 on stand in `far`. */
  readonly rowOf: Uint16Array;
  readonly rows: Uint16Array;
  readonly far: readonly ReadonlyMap<number, number>[];
  /** What holds of a text that leads to a step and no farther. */
  readonly begun: (Bits | undefined)[];
  /** What holds of a text that ends at a step; the keys are whole texts, too. */
  readonly ended: (Bits | undefined)[] | undefined;
  /** What holds of a text that is no key. */
  readonly otherwise: Bits | undefined;
  readonly added: { readonly begun: Added; readonly ended: Added };
}

interface Keys {
  readonly begin: Outcomes<string>;
  /** Of texts as a whole. */
  readonly whole?: Outcomes<string>;
  readonly ending?: boolean;
  readonly folds?: boolean;
}

/** Undefined where nothing is asked. */
export function textTree({ begin, whole, ending = false, folds = false }: Keys): TextTree | undefined {
  const begins = keysOf(begin);
  const wholes = whole === undefined ? new Set<string>() : keysOf(whole);
  if (begins.size + wholes.size === 0) return undefined;
  const keys = [...new Set([...begins, ...wholes])];
  const { steps, before, units, ends } = stepsOf(keys, ending);
  const begun: (Bits | undefined)[] = [];
  const ended: (Bits | undefined)[] = [];
  // Steps come behind those that lead to them, and what begins with a text begins with its beginnings too.
  const asked: (Bits | undefined)[] = [];
  const leftOut: (Bits | undefined)[] = [];
  for (let step = 0; step < steps; step++) {
    const key = ends.get(step);
    const from = before[step]!;
    [asked[step], leftOut[step]] = [asked[from], leftOut[from]];
    if (key !== undefined && begin.asked.has(key)) asked[step] = union(asked[step], begin.asked.get(key)!);
    if (key !== undefined && begin.leftOut.has(key)) leftOut[step] = union(leftOut[step], begin.leftOut.get(key)!);
    const isLike = step > 0 && asked[step] === asked[from] && leftOut[step] === leftOut[from];
    begun.push(isLike ? begun[from] : outcome(begin.leaving, asked[step], leftOut[step]));
    if (whole === undefined || wholes.size === 0) continue;
    ended.push(key === undefined ? whole.leaving : outcome(whole.leaving, whole.asked.get(key), whole.leftOut.get(key)));
  }
  return {
    ending,
    folds,
    shortest: keys.reduce((least, { length }) => Math.min(least, length), Number.POSITIVE_INFINITY),
    units,
    ...waysOn(steps, before, units),
    begun,
    ended: wholes.size === 0 ? undefined : ended,
    otherwise: whole?.leaving,
    added: { begun: { last: undefined }, ended: { last: undefined } },
  };
}

/** The steps of all keys, each with the one before it and the unit that leads from there. */
function stepsOf(keys: readonly string[], ending: boolean) {
  const room = 1 + keys.reduce((sum, { length }) => sum + length, 0);
  const before = new Uint16Array(room);
  const units = new Uint16Array(room);
  const ends = new Map<number, string>();
  const known = new Map<number, number>();
  let steps = 1;
  for (const key of keys) {
    let step = 0;
    for (let at = 0; at < key.length; at++) {
      const unit = key.charCodeAt(ending ? key.length - 1 - at : at);
      const way = step * 65_536 + unit;
      let on = known.get(way);
      if (on === undefined) {
        on = steps++;
        before[on] = step;
        units[on] = unit;
        known.set(way, on);
      }
      step = on;
    }
    ends.set(step, key);
  }
  return { steps, before, units, ends };
}

const near = 128;

function waysOn(steps: number, before: Uint16Array, units: Uint16Array): Pick<TextTree, "next" | "rowOf" | "rows" | "far"> {
  const next = new Uint16Array(steps);
  const rowOf = new Uint16Array(steps);
  const far: Map<number, number>[] = [];
  for (let step = 1; step < steps; step++) {
    const from = before[step]!;
    if (next[from] === 0) next[from] = step;
    else if (rowOf[from] === 0) rowOf[from] = far.push(new Map());
  }
  const rows = new Uint16Array((far.length + 1) * near);
  for (let step = 1; step < steps; step++) {
    const row = rowOf[before[step]!]!;
    const unit = units[step]!;
    if (row === 0) continue;
    if (unit < near) rows[row * near + unit] = step;
    else far[row - 1]!.set(unit, step);
  }
  return { next, rowOf, rows, far };
}

/** Adds what holds of a text. */
export function addBy(tree: TextTree, text: string, into: Bits): void {
  const { ending, folds, units, next, rowOf, rows, added } = tree;
  const { length } = text;
  let step = 0;
  let at = 0;
  while (at < length && length >= tree.shortest) {
    const read = text.charCodeAt(ending ? length - 1 - at : at);
    const unit = folds ? foldedUnit(read) : read;
    const row = rowOf[step]!;
    let on = row === 0 ? next[step]! : unit < near ? rows[row * near + unit]! : (tree.far[row - 1]!.get(unit) ?? 0);
    if (row === 0 && units[on] !== unit) on = 0;
    if (on === 0) break;
    step = on;
    at += 1;
  }
  addOnce(added.begun, tree.begun[step], into);
  if (tree.ended !== undefined) addOnce(added.ended, at === length ? tree.ended[step] : tree.otherwise, into);
}
