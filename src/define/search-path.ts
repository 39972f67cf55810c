/**
 * The paths to the texts and numbers of a payload of type `T`: keys with dots between them. A list is passed through: `items.sku` is the
 * `sku` of each item. Below four levels, and where the payload is `unknown` or any JSON, every path is taken; `defineTopic` checks again.
 */
export type SearchPath<T> = PathIn<Element<T>>;

type PathIn<T, Depth extends 0[] = []> =
  IsFree<T> extends true
    ? string
    : Depth["length"] extends 4
      ? string
      : T extends Plain
        ? never
        : T extends object
          ? PathOf<T, Depth>
          : never;

type PathOf<T, Depth extends 0[]> = {
  [Key in keyof T & string]-?: PathAt<Key, Element<Exclude<T[Key], undefined>>, [...Depth, 0]>;
}[keyof T & string];

type PathAt<Key extends string, V, Depth extends 0[]> =
  IsFree<V> extends true
    ? Key | `${Key}.${string}`
    : (Extract<V, string | number> extends never ? never : Key) | Below<Key, PathIn<V, Depth>>;

type Below<Key extends string, Path extends string> = Path extends unknown ? `${Key}.${Path}` : never;

type Plain = string | number | boolean | null | undefined;

type Element<T> = T extends readonly (infer E)[] ? Element<E> : T;

/** `any`, `unknown`, and what takes every object. */
type IsFree<T> = unknown extends T ? true : false;
