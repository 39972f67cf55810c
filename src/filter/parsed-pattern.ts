export type Scalar = string | number | boolean | null;

/** A pattern that `parsePattern` found good: plain, frozen data that can be printed and sent. All of its fields must hold, and its `$or`. */
export interface ParsedPattern {
  readonly fields: readonly ParsedField[];
  /** One of these must hold; empty where the pattern has no `$or`. */
  readonly or: readonly ParsedPattern[];
}

/** What one key of a payload must be. */
export type ParsedField = ParsedLeaf | ParsedNested;

export interface ParsedLeaf {
  readonly key: string;
  /** Where it lies in the payload, for reasons, such as `customer.phone`. */
  readonly path: string;
  /** One of these must hold of one value. */
  readonly oneOf: readonly Condition[];
}

export interface ParsedNested {
  readonly key: string;
  readonly path: string;
  /** Must hold of the object, or of one element of the list. */
  readonly nested: ParsedPattern;
}

/** One entry of a leaf's list. */
export type Condition =
  | { readonly is: "equal"; readonly value: Scalar }
  | { readonly is: "prefix"; readonly prefix: string }
  | { readonly is: "numeric"; readonly comparisons: readonly Comparison[] }
  | { readonly is: "exists"; readonly exists: boolean }
  | { readonly is: "none-of"; readonly values: readonly Scalar[] }
  | { readonly is: "no-prefix"; readonly prefixes: readonly string[] };

export const comparisonSigns = ["<", "<=", "=", ">", ">="] as const;

export interface Comparison {
  readonly sign: (typeof comparisonSigns)[number];
  readonly than: number;
}
