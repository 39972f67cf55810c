import { type Bits, union } from "./bits.ts";
import { keysOf, outcome, type Outcomes } from "./outcomes.ts";

/** What is asked of texts by their beginnings and as a whole; or by their endings, which are beginnings read from behind. */
export interface TextKeys {
  readonly begin: Outcomes<string>;
  /** What holds of texts that are named as a whole, and of those that are not. */
  readonly whole?: { readonly texts: ReadonlyMap<string, Bits | undefined>; readonly otherwise: Bits | undefined };
  readonly ending?: boolean;
  /** The keys are folded, and texts are compared so. */
  readonly folds?: boolean;
}

/** Where a key ends or where keys part. The first of a tree is its root; others come behind the one that leads to them. */
export interface Step {
  readonly from: number;
  /** The unit that leads to it, and what else must follow. */
  readonly unit: number;
  readonly rest: string;
  /** What holds of a text that leads here and no farther, and of one that ends here. */
  begun: Bits | undefined;
  ended: Bits | undefined;
}

/** The keys as a tree: a text is looked at once, from its beginning until no key goes on as it does, however many keys there are. */
export interface GrownTree {
  readonly steps: readonly Step[];
  readonly ending: boolean;
  readonly folds: boolean;
  /** How long a text must be for a key to fit. */
  readonly shortest: number;
  /** What holds of a text that is not named as a whole. */
  readonly otherwise: Bits | undefined;
}

/** Undefined where nothing is asked. */
export function grownTree({ begin, whole, ending = false, folds = false }: TextKeys): GrownTree | undefined {
  const keys = [...new Set([...keysOf(begin), ...(whole?.texts.keys() ?? [])])];
  if (keys.length === 0) return undefined;
  const { steps, keyOf } = grown(keys, ending);
  // What begins with a text begins with its beginnings too.
  const asked: (Bits | undefined)[] = [];
  const leftOut: (Bits | undefined)[] = [];
  for (const [index, step] of steps.entries()) {
    const { from } = step;
    const key = keyOf[index];
    [asked[index], leftOut[index]] = [asked[from], leftOut[from]];
    if (key !== undefined && begin.asked.has(key)) asked[index] = union(asked[index], begin.asked.get(key)!);
    if (key !== undefined && begin.leftOut.has(key)) leftOut[index] = union(leftOut[index], begin.leftOut.get(key)!);
    const isLike = index > 0 && asked[index] === asked[from] && leftOut[index] === leftOut[from];
    step.begun = isLike ? steps[from]!.begun : outcome(begin.leaving, asked[index], leftOut[index]);
    step.ended = key !== undefined && whole?.texts.has(key) === true ? whole.texts.get(key) : whole?.otherwise;
  }
  const shortest = keys.reduce((least, { length }) => Math.min(least, length), Number.POSITIVE_INFINITY);
  return { steps, ending, folds, shortest, otherwise: whole?.otherwise };
}

function grown(keys: readonly string[], ending: boolean) {
  const rows = keys.map((key) => ({ key, text: ending ? backwards(key) : key })).toSorted((a, b) => (a.text < b.text ? -1 : 1));
  const steps: Step[] = [];
  const keyOf: (string | undefined)[] = [];
  const add = (step: Pick<Step, "from" | "unit" | "rest">, key: string | undefined): void => {
    steps.push({ ...step, begun: undefined, ended: undefined });
    keyOf.push(key);
  };
  /** All keys of a range have the first `depth` units in common, and no more. */
  const grow = ({ low, high, depth }: { readonly low: number; readonly high: number; readonly depth: number }): void => {
    const from = steps.length - 1;
    for (let first = rows[low]!.text.length === depth ? low + 1 : low; first < high;) {
      const { key, text } = rows[first]!;
      let next = first + 1;
      while (next < high && rows[next]!.text.charCodeAt(depth) === text.charCodeAt(depth)) next += 1;
      const common = commonLength(text, rows[next - 1]!.text, depth + 1);
      add({ from, unit: text.charCodeAt(depth), rest: text.slice(depth + 1, common) }, text.length === common ? key : undefined);
      grow({ low: first, high: next, depth: common });
      first = next;
    }
  };
  add({ from: 0, unit: 0, rest: "" }, rows[0]!.text === "" ? "" : undefined);
  grow({ low: 0, high: rows.length, depth: 0 });
  return { steps, keyOf };
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
