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

/** A line for people. */
export function findingLine({ file, message }: Finding): string {
  return file === undefined || message.includes(file) ? message : `${file}: ${message}`;
}

/** The same, with the files that a message is true of drawn together. */
export function groupedLines(findings: readonly Finding[]): string[] {
  const messages = [...new Set(findings.map(({ message }) => message))];
  return messages.map((message) => {
    const same = findings.filter((each) => each.message === message);
    const [first, ...others] = same;
    if (others.length === 0) return findingLine(first!);
    const files = same.map(({ file }) => file);
    return `${files.length > 3 ? `${files.slice(0, 2).join(", ")} and ${files.length - 2} more` : files.join(", ")}: ${message}`;
  });
}
