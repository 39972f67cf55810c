/** One thing that a check found. */
export interface Finding {
  /** Relative to the application's folder; absent where no one file is to be mended. */
  readonly file?: string;
  readonly message: string;
}

/** A sentence that begins with its file, or names it, as a finding. What stands in front of all else is not said twice. */
export function findingOf(sentence: string): Finding {
  const leading = /^(\S+\.[mc]?[jt]s): (.*)$/s.exec(sentence);
  if (leading !== null) return { file: leading[1]!, message: leading[2]! };
  if (sentence.startsWith("topics: ")) return { file: "topics/index.ts", message: sentence.slice("topics: ".length) };
  const named = /(?<![\w./-])(?:topics|subscribers)\/[\w./-]+\.[mc]?[jt]s(?!\w)/.exec(sentence);
  return named === null ? { message: sentence } : { file: named[0], message: sentence };
}

/** By file, what belongs to none first. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const key = ({ file, message }: Finding): string => `${file ?? ""}\u0000${message}`;
  return findings.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Lines for people, the same message of several files said once. */
export function findingLines(findings: readonly Finding[]): string[] {
  const files = new Map<string, string[]>();
  for (const { file, message } of findings) files.set(message, [...(files.get(message) ?? []), ...(file === undefined ? [] : [file])]);
  return [...files].map(([message, found]) => {
    if (found.length === 0 || message.startsWith(found[0]!)) return message;
    const shown = found.length > 3 ? `${found.slice(0, 2).join(", ")} and ${found.length - 2} more` : found.join(", ");
    return `${shown}: ${message}`;
  });
}
