/** Who does something, and why, for the time line. */
export interface By {
  readonly actor?: string;
  readonly reason?: string;
}

/** As a time line says it. */
export function byText({ actor, reason }: By): string {
  return `by ${actor ?? "a person"}${reason === undefined ? "" : `: ${reason}`}`;
}
