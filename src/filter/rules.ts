import type { ParsedField, ParsedPattern } from "./parsed-pattern.ts";

/**
 * How many rules without `$or` a pattern is: one branch of each `$or`, in all combinations. At most `limit + 1`: what is more does not matter.
 */
export function combinationsOf(pattern: ParsedPattern, limit: number): number {
  let product = 1;
  for (const factor of factorsOf(pattern, limit)) product = Math.min(limit + 1, product * factor);
  return product;
}

/** The rules of a pattern, by their numbers, and of each which of the pattern's combinations it stands for. */
export interface Members {
  readonly rules: readonly number[];
  readonly combinations: readonly number[];
}

/** The parts of a pattern's object: its leaves and what is nested, each with the rules that it belongs to. */
export interface Part {
  readonly field: ParsedField;
  readonly members: Members;
}

/** The fields of an object of a pattern and of all branches of its `$or`, in the order in which they are written, with the rules of each. */
export function partsOf(pattern: ParsedPattern, members: Members, limit: number): Part[] {
  const parts: Part[] = [];
  let stride = 1;
  for (const field of pattern.fields) {
    const size = "nested" in field ? combinationsOf(field.nested, limit) : 1;
    parts.push({ field, members: size === 1 ? ofOne(members) : digit(members, stride, size) });
    stride *= size;
  }
  if (pattern.or.length === 0) return parts;
  const sizes = pattern.or.map((branch) => combinationsOf(branch, limit));
  const chosen = digit(
    members,
    stride,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  for (const [index, own] of byBranch(chosen, sizes).entries()) parts.push(...partsOf(pattern.or[index]!, own, limit));
  return parts;
}

/** The members of each branch, of which so many combinations belong to each in turn. */
function byBranch({ rules, combinations }: Members, sizes: readonly number[]): Members[] {
  const owners = sizes.flatMap((size, branch) => Array.from({ length: size }, (_, within) => ({ branch, within })));
  const members = sizes.map(() => ({ rules: [] as number[], combinations: [] as number[] }));
  for (const [index, rule] of rules.entries()) {
    const { branch, within } = owners[combinations[index]!]!;
    members[branch]!.rules.push(rule);
    members[branch]!.combinations.push(within);
  }
  return members;
}

function factorsOf({ fields, or }: ParsedPattern, limit: number): number[] {
  const factors = fields.map((field) => ("nested" in field ? combinationsOf(field.nested, limit) : 1));
  return or.length === 0 ? factors : [...factors, or.reduce((sum, branch) => sum + combinationsOf(branch, limit), 0)];
}

function digit({ rules, combinations }: Members, stride: number, size: number): Members {
  return { rules, combinations: combinations.map((combination) => Math.floor(combination / stride) % size) };
}

/** Of what has but one combination. */
function ofOne({ rules }: Members): Members {
  return { rules, combinations: rules.map(() => 0) };
}
