/** What topics, subscribers, routes and templates may be called. */
export const namePattern = /^[a-z0-9][a-z0-9._-]{0,127}$/;

/** What is wrong with the name of a category of messages, one sentence at most; to name none is right. */
export function categoryProblems(category: unknown): string[] {
  if (category === undefined || (typeof category === "string" && namePattern.test(category))) return [];
  return [`category ${JSON.stringify(category)} must be lower case, such as "marketing"`];
}

/** The values that a list holds more than once. */
export function repeated<T>(values: readonly T[]): T[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

/** The known name that is most like a mistyped one, if any is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .toSorted((a, b) => a.distance - b.distance);
  return ranked[0] && ranked[0].distance <= Math.max(2, name.length / 3) ? ranked[0].candidate : undefined;
}

/** What can be named, as the beginning of a sentence. */
export function thereAre(known: readonly string[]): string {
  return known.length === 1 ? `There is only ${known[0]}` : `There are ${known.join(", ") || "none"}`;
}

/** One sentence for each option that is not known, with the one that was probably meant. */
export function unknownOptions(options: object | undefined, known: readonly string[]): string[] {
  return Object.keys(options ?? {})
    .filter((key) => !known.includes(key))
    .map((key) => {
      const near = nearestName(key, known);
      return `it knows no option "${key}"${near === undefined ? `; there are ${known.join(", ")}` : `: did you mean "${near}"?`}`;
    });
}

/** How many letters have to be changed, added or taken away. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}
