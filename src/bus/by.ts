/** Who does something, and why, for the time line and the audit record. */
export interface By {
  readonly actor?: string;
  readonly reason?: string;
}

export const byName = ({ actor }: By): string => actor ?? "a person";

/** As a time line says it. */
export function byText(by: By): string {
  const { reason } = by;
  return `by ${byName(by)}${reason === undefined ? "" : `: ${reason}`}`;
}
