/**
 * Whether past events may be replayed here: of a channel, a subscriber or a route, and the nearest that says it wins. `never` is for what
 * must not come a second time or late, such as a one-time password: a replay leaves it out, and says so. Default `allow`.
 */
export type ReplayWord = "allow" | "never";

export interface ReplayOption {
  /** Whether replays may plan what is sent here. Default `allow`. */
  readonly replay?: ReplayWord | undefined;
}

/** What is wrong with the word, one sentence at most; to say nothing is right. */
export function replayWordProblems({ replay }: { readonly replay?: unknown }): string[] {
  if (replay === undefined || replay === "allow" || replay === "never") return [];
  return [`replay ${JSON.stringify(replay)} is none of "allow" and "never"`];
}

/** @param levels the farthest first */
export function refusesReplays(levels: readonly (ReplayOption | undefined)[]): boolean {
  return levels.findLast((level) => level?.replay !== undefined)?.replay === "never";
}
