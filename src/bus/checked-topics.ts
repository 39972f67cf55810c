/** The key of each topic must be the camelCase of its name, or it does not compile. */
export type CheckedTopics<T> = {
  [Key in keyof T]: T[Key] extends { readonly name: infer Name extends string }
    ? CamelCase<Name> extends Key
      ? unknown
      : { "the export must be named": CamelCase<Name> }
    : never;
};
type Joined<Name extends string, Separator extends string> = Name extends `${infer Head}${Separator}${infer Rest}`
  ? `${Head}${Capitalize<Joined<Rest, Separator>>}`
  : Name;
export type CamelCase<Name extends string> = Joined<Joined<Joined<Name, ".">, "_">, "-">;
