import { seeded } from "../test/chaos/random.ts";

/** Choices that a seed repeats. */
export interface Choices {
  /** A whole number from 0 up to, not including, a limit. */
  below(limit: number): number;
  chance(share: number): boolean;
  pick<T>(of: readonly T[]): T;
}

export function seededChoices(seed: number): Choices {
  const random = seeded(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  return { below, chance: (share) => random() < share, pick: (of) => of[below(of.length)]! };
}
