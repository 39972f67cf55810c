export type Scalar = string | number | boolean | null;

/** A pattern that `parsePattern` found good: plain, frozen data that can be printed and sent. All of its fields must hold, and its `$or`. */
export interface ParsedPattern {
  readonly fields: readonly ParsedField[];
  /** One of these must hold; empty where the pattern has no `$or`. */
  readonly or: readonly ParsedPattern[];
  /** Of a pattern as a whole, in the SNS dialect: numbers are compared after so many decimals were kept. */
  readonly decimals?: number;
}

/** What one key of a payload must be. One key may have two of them, a leaf and what is nested in it. */
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
  | Likeness
  | { readonly is: "equal"; readonly value: Scalar }
  | { readonly is: "numeric"; readonly comparisons: readonly Comparison[] }
  | { readonly is: "cidr"; readonly cidr: string; readonly address: string; readonly bits: number }
  | { readonly is: "exists"; readonly exists: boolean }
  | { readonly is: "none-of"; readonly values: readonly (string | number)[] }
  | { readonly is: "none-like"; readonly of: readonly Likeness[] };

/** What a text can be like. What ignores case is written as `folded` makes it. */
export type Likeness =
  | { readonly is: "equal-ignoring-case"; readonly folded: string }
  | { readonly is: "prefix"; readonly prefix: string }
  | { readonly is: "prefix-ignoring-case"; readonly folded: string }
  | { readonly is: "suffix"; readonly suffix: string }
  | { readonly is: "suffix-ignoring-case"; readonly folded: string }
  | { readonly is: "wildcard"; readonly wildcard: string; readonly parts: readonly string[] };

export const comparisonSigns = ["<", "<=", "=", ">", ">="] as const;

export interface Comparison {
  readonly sign: (typeof comparisonSigns)[number];
  readonly than: number;
}

/** The operator that makes a condition, as it is written in a pattern; "equal" for a value that stands by itself. */
export function operatorOf(condition: Condition): string {
  switch (condition.is) {
    case "equal-ignoring-case":
      return "equals-ignore-case";
    case "prefix-ignoring-case":
      return "prefix";
    case "suffix-ignoring-case":
      return "suffix";
    case "none-of":
    case "none-like":
      return "anything-but";
    default:
      return condition.is;
  }
}
