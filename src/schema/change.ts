/** One difference between two schemas. */
export interface Change {
  /** Names of fields, `[]` for the items of a list, `[0]` for one of a tuple, `*` for the values of a record. */
  readonly path: readonly string[];
  /** True: a payload that was valid need not be any more, or what readers were promised is gone. */
  readonly breaking: boolean;
  /** A payload that was valid may be read as another one than before: something is filled in, or left out. */
  readonly alters?: true;
  /** What happened to what is at the path, such as `became required`. */
  readonly what: string;
}

export const breaks = (what: string, ...path: readonly string[]): Change => ({ path, breaking: true, what });
export const widens = (what: string, ...path: readonly string[]): Change => ({ path, breaking: false, what });

/** Compatible, and yet what is read is not the same. */
export const alters = (what: string, ...path: readonly string[]): Change => ({ path, breaking: false, alters: true, what });

/** The same changes, seen from farther out. */
export function under(step: string, changes: readonly Change[]): Change[] {
  return changes.map(({ path, ...rest }) => ({ path: [step, ...path], ...rest }));
}

/** A sentence without its full stop: "`customer.email` became required". */
export function changeText({ path, what }: Change): string {
  const place = path.map((step, index) => (index === 0 || step.startsWith("[") ? step : `.${step}`)).join("");
  return `${place === "" ? "the payload" : `\`${place}\``} ${what}`;
}

/** Those of the breaking ones there are most reasons to think of: the fewest, so that the nearest of several forms is told. */
export function fewest(all: readonly (readonly Change[])[]): readonly Change[] | undefined {
  const cost = (changes: readonly Change[]): number => changes.filter(({ breaking }) => breaking).length * 1_000 + changes.length;
  return all.toSorted((a, b) => cost(a) - cost(b))[0];
}

export const isBreaking = (changes: readonly Change[]): boolean => changes.some(({ breaking }) => breaking);
