/**
 * The types of EventBridge patterns, made from the type of a payload: a mistake is a compile error at the key or the value that is wrong.
 * Branches of a union are not told apart: a pattern may name the keys of all of them. Below six levels, where the payload is
 * `unknown` or any JSON, and in objects that take any further keys of such kinds, only the form of a pattern is checked. `parsePattern`
 * checks the form again, of whatever it is given.
 */
type Scalar = string | number | boolean | null;

/**
 * What a payload of type `T` must be: an object with, for some of its keys, a list of {@link ValuePattern}s, of which one must hold, or
 * another such object. All keys must hold. A list in the payload matches where one of its elements does; all that one object of a pattern
 * says of a list of objects must hold within one of them. An object that is missing is like an empty one.
 * @example { total: [{ numeric: [">", 0] }], customer: { phone: [{ exists: true }] }, paymentMethod: ["cod"] }
 */
export type Pattern<T> = ObjectPattern<[T]>;

/** A pattern for any of several payloads, `U` their union: it can name what all of them have, at every level, and no more. */
export type SharedPattern<U> = ObjectPattern<U extends unknown ? [U] : never>;

/** What a string, number, boolean or null of type `S` must be: the value itself, or an object with one operator. */
export type ValuePattern<S> = S | OneOperator<S, OperatorFor<S>>;

/** What follows an operator. */
interface Operands<S> {
  /** Whether there is a value. Null is one; an object and an empty list are none. */
  readonly exists: boolean;
  /** What a string begins with. */
  readonly prefix: TextEnd;
  /** What a string ends with. */
  readonly suffix: TextEnd;
  /** The string, in capital letters or small ones. */
  readonly "equals-ignore-case": string;
  /** The string, with up to five stars that stand for anything: `KR-*-48*`. A star itself is written `\\*`, a backslash `\\\\`. */
  readonly wildcard: string;
  /** The block of IP addresses that a string is in, such as `10.0.0.0/8` or `2001:db8::/32`. */
  readonly cidr: string;
  /** The range of a number. */
  readonly numeric: NumericPattern;
  /** A value that is there and is none of these. */
  readonly "anything-but": AnythingBut<S>;
}

type OperatorFor<S> =
  | "exists"
  | ([Text<S>] extends [never] ? never : "prefix" | "suffix" | "equals-ignore-case" | "wildcard" | "cidr" | "anything-but")
  | ([Extract<S, number>] extends [never] ? never : "numeric" | "anything-but");

/** An object with one of the operators that `S` can have, and no second one. */
type OneOperator<S, Name extends keyof Operands<S>> = Name extends unknown
  ? { readonly [Key in Name]: Operands<S>[Key] } & { readonly [Key in Exclude<OperatorFor<S>, Name>]?: never }
  : never;

/** One comparison, or a lower and then an upper bound. */
export type NumericPattern = readonly ["<" | "<=" | "=" | ">" | ">=", number] | readonly [">" | ">=", number, "<" | "<=", number];

/** A beginning or an ending; as an object, in capital letters or small ones. */
export type TextEnd = string | { readonly "equals-ignore-case": string };

/** Strings or numbers, not both; or what a string is not like. */
type AnythingBut<S> =
  | ([Text<S>] extends [never] ? never : Text<S> | readonly Text<S>[] | OneLikeness<keyof Likenesses>)
  | ([Extract<S, number>] extends [never] ? never : Extract<S, number> | readonly Extract<S, number>[]);

interface Likenesses {
  readonly prefix: string | readonly string[];
  readonly suffix: string | readonly string[];
  readonly "equals-ignore-case": string | readonly string[];
  readonly wildcard: string | readonly string[];
}

/** An object with one of them, and no second one. */
type OneLikeness<Name extends keyof Likenesses> = Name extends unknown
  ? { readonly [Key in Name]: Likenesses[Key] } & { readonly [Key in Exclude<keyof Likenesses, Name>]?: never }
  : never;

type Text<S> = Extract<S, string>;

/*
 * The payloads travel as a union of one-element tuples: `[A] | [B]` are two payloads, of which a pattern names what they share, and `[A | B]`
 * is one payload that is a union, of which it names everything.
 */
type ObjectPattern<Payloads, Depth extends unknown[] = []> =
  true extends IsFree<Payloads>
    ? FreeObject
    : string extends SharedKeys<Payloads>
      ? RecordPattern<Payloads, Depth>
      : FieldsPattern<Payloads, Depth>;

type FieldsPattern<Payloads, Depth extends unknown[]> = {
  readonly [Key in SharedKeys<Payloads>]?: FieldPattern<ValuesAt<Payloads, Key>, [...Depth, 0]>;
} & {
  /** At least two patterns of which one must hold, besides the keys beside it. */
  readonly $or?: readonly FieldsPattern<Payloads, Depth>[];
};

/** Of a record, whose keys are open: `$or` cannot be told apart from them. */
interface RecordPattern<Payloads, Depth extends unknown[]> {
  readonly [key: string]: FieldPattern<ValuesAt<Payloads, string>, [...Depth, 0]> | readonly RecordPattern<Payloads, Depth>[];
}

type FieldPattern<Values, Depth extends unknown[]> =
  true extends IsFree<Values> ? FreePattern : LeafPattern<ScalarsOf<Values>> | NestedPattern<Values, Depth>;

type LeafPattern<S> = [S] extends [never] ? never : readonly ValuePattern<S>[];

type NestedPattern<Values, Depth extends unknown[]> = [SharedKeys<Values>] extends [never]
  ? never
  : Depth["length"] extends 6
    ? FreeObject
    : ObjectPattern<Values, Depth>;

/** A pattern of which only the form is checked. */
type FreePattern = readonly ValuePattern<Scalar>[] | FreeObject;
interface FreeObject {
  readonly [key: string]: FreePattern | readonly FreeObject[];
}

/** Keys that every payload has in one of its branches. */
type SharedKeys<Payloads> = keyof (Payloads extends [infer T] ? { [Key in KeysOf<ObjectsIn<Element<T>>>]: 0 } : never) & string;
type KeysOf<Objects> = Objects extends unknown ? keyof Objects : never;

/** What lies at a key in each payload, each again as a tuple. */
type ValuesAt<Payloads, Key> = Payloads extends [infer T] ? [ValueAt<ObjectsIn<Element<T>>, Key>] : never;
type ValueAt<Objects, Key> = Objects extends unknown ? (Key extends keyof Objects ? Exclude<Objects[Key], undefined> : never) : never;

type ScalarsOf<Values> = Values extends [infer T] ? Unbranded<Extract<Element<T>, Scalar>> : never;

/** A pattern looks into lists, so their elements stand for them. */
type Element<T> = T extends readonly (infer E)[] ? Element<E> : T;
type ObjectsIn<T> = T extends Scalar ? never : T extends object ? T : never;

/** Branded strings and numbers are compared with plain ones. */
type Unbranded<S> = S extends object ? (S extends string ? string : S extends number ? number : S) : S;

/** Whether one of the values is `any`, `unknown`, or any JSON (`z.json()`), which takes lists of whatever depth. */
type IsFree<Values> = Values extends [infer T]
  ? [unknown] extends [T]
    ? true
    : [string[] | number[][]] extends [T]
      ? true
      : false
  : never;
