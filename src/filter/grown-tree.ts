import { type Bits, union } from "./bits.ts";
import { keysOf, outcome, type Outcomes } from "./outcomes.ts";

/** What is asked of texts by their beginnings and as a whole; or by their endings, which are beginnings read from behind. */
export interface TextKeys {
  readonly begin: Outcomes<string>;
  /** What holds of texts that are named as a whole, and of those that are not. */
  readonly whole?: { readonly texts: ReadonlyMap<string, Bits | undefined>; readonly otherwise: Bits | undefined };
  readonly ending?: boolean;
}

/** One unit of a key, behind those before it. The first of a tree is its root; others come behind the one that leads to them. */
export interface Step {
  readonly from: number;
  /** The unit that leads to it. */
  readonly unit: number;
  /** What holds of a text that leads here and no farther, and of one that ends here. */
  passed: Bits | undefined;
  ended: Bits | undefined;
}

/** The keys as a tree: a text is looked at once, from its beginning until no key goes on as it does, however many keys there are. Undefined where nothing is asked. */
export function grownTree({ begin, whole, ending = false }: TextKeys): readonly Step[] | undefined {
  const keys = [...new Set([...keysOf(begin), ...(whole?.texts.keys() ?? [])])];
  if (keys.length === 0) return undefined;
  const { steps, keyOf } = grown(keys, ending);
  const both = together();
  // What begins with a text begins with its beginnings too.
  const asked: (Bits | undefined)[] = [];
  const leftOut: (Bits | undefined)[] = [];
  const begun: (Bits | undefined)[] = [];
  for (const [index, step] of steps.entries()) {
    const { from } = step;
    const key = keyOf.get(index);
    [asked[index], leftOut[index]] = [asked[from], leftOut[from]];
    if (key !== undefined && begin.asked.has(key)) asked[index] = union(asked[index], begin.asked.get(key)!);
    if (key !== undefined && begin.leftOut.has(key)) leftOut[index] = union(leftOut[index], begin.leftOut.get(key)!);
    const isLike = index > 0 && asked[index] === asked[from] && leftOut[index] === leftOut[from];
    begun[index] = isLike ? begun[from] : outcome(begin.leaving, asked[index], leftOut[index]);
    step.passed = both(begun[index], whole?.otherwise);
    step.ended = key !== undefined && whole?.texts.has(key) === true ? both(begun[index], whole.texts.get(key)) : step.passed;
  }
  return steps;
}

function grown(keys: readonly string[], ending: boolean) {
  const rows = keys.map((key) => ({ key, text: ending ? backwards(key) : key })).toSorted((a, b) => (a.text < b.text ? -1 : 1));
  const steps: Step[] = [{ from: 0, unit: 0, passed: undefined, ended: undefined }];
  const keyOf = new Map<number, string>();
  /** The steps along the key before, by how many units lead to them. */
  const way = [0];
  let before = "";
  for (const { key, text } of rows) {
    for (let at = commonLength(before, text); at < text.length; at++) {
      way[at + 1] = steps.length;
      steps.push({ from: way[at]!, unit: text.charCodeAt(at), passed: undefined, ended: undefined });
    }
    keyOf.set(way[text.length]!, key);
    before = text;
  }
  return { steps, keyOf };
}

function backwards(text: string): string {
  let result = "";
  for (let at = text.length - 1; at >= 0; at--) result += text[at]!;
  return result;
}

function commonLength(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
}

/** Puts two sets together; each pair once, so that they stay few. */
function together(): (a: Bits | undefined, b: Bits | undefined) => Bits | undefined {
  const made = new Map<Bits, Map<Bits, Bits>>();
  return (a, b) => {
    if (a === undefined || b === undefined) return a ?? b;
    const ofA = made.get(a) ?? new Map<Bits, Bits>();
    made.set(a, ofA);
    const known = ofA.get(b) ?? union(a, b);
    ofA.set(b, known);
    return known;
  };
}
