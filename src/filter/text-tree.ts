import { type Added, addOnce, type Bits, union } from "./bits.ts";
import { type EdgeTable, edgeTable, stepBehind, wayFrom } from "./edge-table.ts";
import { foldedUnit } from "./folded.ts";
import { keysOf, outcome, type Outcomes } from "./outcomes.ts";

/**
 * Beginnings of texts, and whole texts, as a tree of their units; or endings, which are beginnings read from behind. A text is looked at once, from its beginning until no key goes on as
 * it does, however many keys there are. A step is where a key ends or where keys part; what lies between two is compared as it stands. Rows of numbers
 * rather than objects: they are quick to read and hardly larger than the keys.
 */
export interface TextTree {
  readonly ending: boolean;
  /** The keys are folded, and texts are compared so. */
  readonly folds: boolean;
  /** How long a text must be for a key to fit. */
  readonly shortest: number;
  /** Step 0 is the root, which nothing leads to. */
  readonly edges: EdgeTable;
  /** What follows the unit that leads to a step stands from `starts[step]` to `starts[step + 1]`. */
  readonly units: Uint16Array;
  readonly starts: Int32Array;
  /** What holds of a text that leads to a step and no farther. */
  readonly begun: (Bits | undefined)[];
  /** What holds of a text that ends at a step; undefined where no whole texts are asked for. */
  readonly ended: (Bits | undefined)[] | undefined;
  /** What holds of a text that is no key. */
  readonly otherwise: Bits | undefined;
  readonly added: { readonly begun: Added; readonly ended: Added };
}

interface Keys {
  readonly begin: Outcomes<string>;
  /** What holds of texts that are named as a whole, and of those that are not. */
  readonly whole?: { readonly texts: ReadonlyMap<string, Bits | undefined>; readonly otherwise: Bits | undefined };
  readonly ending?: boolean;
  readonly folds?: boolean;
}

/** Undefined where nothing is asked. */
export function textTree({ begin, whole, ending = false, folds = false }: Keys): TextTree | undefined {
  const keys = [...new Set([...keysOf(begin), ...(whole?.texts.keys() ?? [])])];
  if (keys.length === 0) return undefined;
  const isWhole = whole !== undefined && whole.texts.size > 0;
  const { steps, edges, units } = grown(keys, ending);
  const begun: (Bits | undefined)[] = [];
  const ended: (Bits | undefined)[] = [];
  // Steps come behind those that lead to them, and what begins with a text begins with its beginnings too.
  const asked: (Bits | undefined)[] = [];
  const leftOut: (Bits | undefined)[] = [];
  for (const [step, { from, key }] of steps.entries()) {
    [asked[step], leftOut[step]] = [asked[from], leftOut[from]];
    if (key !== undefined && begin.asked.has(key)) asked[step] = union(asked[step], begin.asked.get(key)!);
    if (key !== undefined && begin.leftOut.has(key)) leftOut[step] = union(leftOut[step], begin.leftOut.get(key)!);
    const isLike = step > 0 && asked[step] === asked[from] && leftOut[step] === leftOut[from];
    begun.push(isLike ? begun[from] : outcome(begin.leaving, asked[step], leftOut[step]));
    if (isWhole) ended.push(key !== undefined && whole.texts.has(key) ? whole.texts.get(key) : whole.otherwise);
  }
  return {
    ending,
    folds,
    shortest: keys.reduce((least, { length }) => Math.min(least, length), Number.POSITIVE_INFINITY),
    edges: edgeTable(edges),
    units: Uint16Array.from(units),
    starts: Int32Array.from([...steps.map(({ start }) => start), units.length]),
    begun,
    ended: isWhole ? ended : undefined,
    otherwise: whole?.otherwise,
    added: { begun: { last: undefined }, ended: { last: undefined } },
  };
}

interface Step {
  readonly from: number;
  /** The key that ends here. */
  readonly key: string | undefined;
  /** Where its units begin. */
  readonly start: number;
}

function grown(keys: readonly string[], ending: boolean) {
  const rows = keys.map((key) => ({ key, text: ending ? backwards(key) : key })).toSorted((a, b) => (a.text < b.text ? -1 : 1));
  const steps: Step[] = [];
  const edges = new Map<number, number>();
  const units: number[] = [];
  /** All keys of a range have the first `depth` units in common, and no more. */
  const grow = ({ low, high, depth }: { readonly low: number; readonly high: number; readonly depth: number }): void => {
    const from = steps.length - 1;
    for (let first = rows[low]!.text.length === depth ? low + 1 : low; first < high;) {
      const { key, text } = rows[first]!;
      let next = first + 1;
      while (next < high && rows[next]!.text.charCodeAt(depth) === text.charCodeAt(depth)) next += 1;
      const common = commonLength(text, rows[next - 1]!.text, depth + 1);
      edges.set(wayFrom(from, text.charCodeAt(depth)), steps.length);
      steps.push({ from, key: text.length === common ? key : undefined, start: units.length });
      for (let at = depth + 1; at < common; at++) units.push(text.charCodeAt(at));
      grow({ low: first, high: next, depth: common });
      first = next;
    }
  };
  steps.push({ from: 0, key: rows[0]!.text === "" ? "" : undefined, start: 0 });
  grow({ low: 0, high: rows.length, depth: 0 });
  return { steps, edges, units };
}

function backwards(text: string): string {
  let result = "";
  for (let at = text.length - 1; at >= 0; at--) result += text[at]!;
  return result;
}

function commonLength(a: string, b: string, from: number): number {
  let at = from;
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
}

/** Adds what holds of a text, by its units. */
export function addBy(tree: TextTree, row: Uint16Array, length: number, into: Bits): void {
  const { ending, folds, edges, units, starts, added } = tree;
  const stride = ending ? -1 : 1;
  let place = ending ? length - 1 : 0;
  let left = length >= tree.shortest ? length : -1;
  let step = 0;
  while (left > 0) {
    const read = row[place]!;
    const on = stepBehind(edges, wayFrom(step, folds ? foldedUnit(read) : read));
    if (on === 0) break;
    const end = starts[on + 1]!;
    let at = starts[on]!;
    place += stride;
    left -= 1;
    if (end - at > left) {
      left = -1;
      break;
    }
    for (; at < end; at++, place += stride) {
      const unit = row[place]!;
      if ((folds ? foldedUnit(unit) : unit) !== units[at]) break;
    }
    if (at < end) {
      left = -1;
      break;
    }
    left -= end - starts[on]!;
    step = on;
  }
  addOnce(added.begun, tree.begun[step], into);
  if (tree.ended !== undefined) addOnce(added.ended, left === 0 ? tree.ended[step] : tree.otherwise, into);
}
