import type { Side } from "../../src/schema/comparison.ts";
import { type Judged, judgePair } from "./judge-pair.ts";

/** What came of many pairs, for what lies in the log and for what publishers send. */
export interface Tally {
  pairs: number;
  /** The checker says "compatible". */
  compatible: number;
  /** It says so, and a payload says otherwise: there must be none. */
  contradicted: number;
  /** It says "breaking", and a payload shows it. */
  confirmed: number;
  /** It says so because readers lose a field, for which no payload can fail. */
  removals: number;
  /** It says so, and no payload that was tried fails: a false alarm, or a payload that was not thought of. */
  unconfirmed: number;
  /** It says so, and no valid payload came about. */
  untried: number;
  readonly seeds: { readonly seed: number; readonly side: Side }[];
}

export const sides = ["event", "publish"] as const;

/** Judges so many pairs, the first of which has the seed. */
export function tally(seed: number, pairs: number): Tally {
  const sum: Tally = { pairs, compatible: 0, contradicted: 0, confirmed: 0, removals: 0, unconfirmed: 0, untried: 0, seeds: [] };
  for (let next = seed; next < seed + pairs; next++) {
    const judged = judgePair(next);
    for (const side of sides) {
      const kind = kindOf(judged[side]);
      sum[kind] += 1;
      if (kind !== "contradicted") continue;
      sum.compatible += 1;
      sum.seeds.push({ seed: next, side });
    }
  }
  return sum;
}

function kindOf({ compatible, failing, tried, removals }: Judged): Exclude<keyof Tally, "pairs" | "seeds"> {
  if (compatible) return failing === undefined ? "compatible" : "contradicted";
  if (failing !== undefined) return "confirmed";
  if (removals) return "removals";
  return tried === 0 ? "untried" : "unconfirmed";
}
