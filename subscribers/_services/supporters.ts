import type { Cursor } from "../../src/index.ts";

/** Somebody who wants to hear how a model is doing. */
export interface Supporter {
  readonly name: string;
  readonly email: string;
  /** The push token of their phone, where they have the app. */
  readonly device: string | undefined;
}

export interface SupporterPage {
  readonly supporters: readonly Supporter[];
  /** Where the next page begins; undefined after the last one. */
  readonly next: number | undefined;
}

export interface Supporters {
  /** The supporters of a model, in an order that stays: the same cursor gives the same page. */
  page(modelId: string, cursor: Cursor | undefined): Promise<SupporterPage>;
}

const firstNames = ["Aarav", "Diya", "Kabir", "Ishita", "Vivaan", "Meher", "Arjun", "Saanvi", "Reyansh", "Zoya"];
const lastNames = ["Menon", "Patil", "Bose", "Gill", "Rao", "Khan", "Joshi", "Das", "Pillai", "Mehta"];

export interface MemorySupportersOptions {
  /** How many a model has. Default 500. */
  readonly total?: number;
  /** How many a page holds. Default 100. */
  readonly pageSize?: number;
}

/** Every model has the same number of invented supporters, of whom every fourth has the app. */
export function memorySupporters({ total = 500, pageSize = 100 }: MemorySupportersOptions = {}): Supporters {
  return {
    async page(modelId, cursor = 0) {
      const from = Number(cursor);
      const end = Math.min(from + pageSize, total);
      const supporters = Array.from({ length: Math.max(0, end - from) }, (_, index) => supporter(modelId, from + index));
      return { supporters, next: end < total ? end : undefined };
    },
  };
}

function supporter(modelId: string, number: number): Supporter {
  const first = firstNames[number % firstNames.length]!;
  const last = lastNames[Math.floor(number / firstNames.length) % lastNames.length]!;
  return {
    name: `${first} ${last}`,
    email: `${first}.${last}.${number + 1}@example.in`.toLowerCase(),
    device: number % 4 === 0 ? `app:${modelId}:${number + 1}` : undefined,
  };
}
