import type { Likeness } from "./parsed-pattern.ts";

/** What a text is like, or a text itself. */
export type Simplest = Likeness | { readonly is: "equal"; readonly value: string };

/** A wildcard without a star is a text, and one with a star at one end a prefix or a suffix; others must be searched for. */
export function simplest(likeness: Likeness): Simplest {
  if (likeness.is !== "wildcard") return likeness;
  const { parts } = likeness;
  if (parts.length === 1) return { is: "equal", value: parts[0]! };
  if (parts.length === 2 && parts[1] === "") return { is: "prefix", prefix: parts[0]! };
  if (parts.length === 2 && parts[0] === "") return { is: "suffix", suffix: parts[1]! };
  return likeness;
}

/** Whether all of a list can be looked up at once: they are of one kind, and no wildcards. */
export function isOfOneKind(list: readonly { readonly is: string }[]): boolean {
  return list.every(({ is }) => is === list[0]!.is && is !== "wildcard");
}
