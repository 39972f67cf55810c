/** Cuts a wildcard at its stars; `\*` is a star itself and `\\` a backslash. `problem` says at which character it is wrong. */
export function wildcardParts(
  wildcard: string,
): { readonly parts: readonly string[] } | { readonly problem: "consecutive" | "escape"; readonly at: number } {
  const parts = [""];
  for (let at = 0; at < wildcard.length; at++) {
    const character = wildcard[at]!;
    if (character === "*") {
      if (at > 0 && parts.length > 1 && parts.at(-1) === "") return { problem: "consecutive", at };
      parts.push("");
      continue;
    }
    if (character === "\\") {
      at += 1;
      if (wildcard[at] !== "*" && wildcard[at] !== "\\") return { problem: "escape", at };
    }
    parts[parts.length - 1] += wildcard[at]!;
  }
  return { parts };
}

/** A wildcard with at least one star, ready to be looked for: how a text begins and ends, and what stands between, each behind the one before it. */
export interface Wildcard {
  readonly first: string;
  readonly last: string;
  readonly between: readonly string[];
  /** How long a text must be. */
  readonly least: number;
}

export function wildcardOf(parts: readonly string[]): Wildcard {
  return { first: parts[0]!, last: parts.at(-1)!, between: parts.slice(1, -1), least: parts.join("").length };
}

/** Whether a text begins and ends as a wildcard does, which may be so without it being like the wildcard. */
export function hasEndsOf({ first, last, least }: Wildcard, text: string): boolean {
  return text.length >= least && (first === "" || text.startsWith(first)) && (last === "" || text.endsWith(last));
}
