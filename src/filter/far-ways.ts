/**
 * The ways of a tree of texts by what there can be thousands of. A row of pairs in which a way is found by a hash: multiplied by a factor that is another for each
 * tree, so that nobody can choose units that share a place. It is made anew until no run of pairs is long, so that looking in vain is quick too.
 */
export interface FarWays {
  /** The ways, as `wayFrom` writes them, and the step that each leads to; -1 where there is none. */
  readonly pairs: Int32Array;
  readonly factor: number;
  /** How many bits of a hash are not used. */
  readonly shift: number;
}

/** Steps are below 2^15: a pattern has 32 KB. */
export function wayFrom(step: number, unit: number): number {
  return (step << 16) | unit;
}

const longestRun = 16;
/** Room is four times what is needed. */
const spareBits = 2;

export function farWays(ways: readonly (readonly [number, number])[]): FarWays {
  for (let bits = spareBits + Math.ceil(Math.log2(ways.length + 1)); ; bits++)
    for (let tries = 0; tries < 4; tries++) {
      const table = filled(ways, bits);
      if (table !== undefined) return table;
    }
}

function filled(ways: readonly (readonly [number, number])[], bits: number): FarWays | undefined {
  const [factor, shift] = [2 * Math.floor(Math.random() * 0x4000_0000) + 1, 32 - bits];
  // Runs go on behind the last place, and one that is free ends them.
  const pairs = new Int32Array(2 * ((1 << bits) + longestRun + 1)).fill(-1);
  for (const [way, step] of ways) {
    let at = (Math.imul(way, factor) >>> shift) << 1;
    for (let run = 0; pairs[at] !== -1; run++, at += 2) if (run === longestRun) return undefined;
    pairs[at] = way;
    pairs[at + 1] = step;
  }
  return runsOf(pairs) > longestRun ? undefined : { pairs, factor, shift };
}

/** How long the longest run of pairs is. */
function runsOf(pairs: Int32Array): number {
  let longest = 0;
  for (let at = 0, run = 0; at < pairs.length; at += 2) {
    run = pairs[at] === -1 ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** The step that a way leads to; 0, where no way leads, for none. */
export function stepFar({ pairs, factor, shift }: FarWays, way: number): number {
  let at = (Math.imul(way, factor) >>> shift) << 1;
  for (;;) {
    const there = pairs[at];
    if (there === way) return pairs[at + 1]!;
    if (there === -1) return 0;
    at += 2;
  }
}
