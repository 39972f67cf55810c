/** Who had paused something already, as far as that is known. They, the time and the reason stay: who asks for it again changes nothing. */
export interface PausedBefore {
  readonly by?: string;
  /** RFC 3339. */
  readonly at?: string;
  readonly reason?: string;
}

/** What became of a pause. */
export interface PauseResult {
  /** Absent: it was not paused, and is now. */
  readonly already?: PausedBefore;
}

/** Milliseconds since 1970 made readable. */
export function pausedBefore(before: { readonly by?: string; readonly at?: number; readonly reason?: string } | undefined): PauseResult {
  if (before === undefined) return {};
  const { at, ...who } = before;
  return { already: { ...who, ...(at === undefined ? {} : { at: new Date(at).toISOString() }) } };
}

/** What the audit record says of a pause, by what was seen before it. Somebody else may be quicker between the two. */
export function pauseDeed(name: string, { already }: PauseResult) {
  return {
    of: already === undefined ? name : `${name}: ${pausedAlready(already)}`,
    undone(now: PauseResult): string | undefined {
      if ((now.already === undefined) === (already === undefined)) return undefined;
      return now.already === undefined ? "it had gone on meanwhile, and was paused again" : pausedAlready(now.already);
    },
  };
}

/** Its reason stands with the entry of who was first. */
function pausedAlready({ by, at }: PausedBefore): string {
  return `it was paused already${by === undefined ? "" : `, by ${by}`}${at === undefined ? "" : ` at ${at}`}`;
}
