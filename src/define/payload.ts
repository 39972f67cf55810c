/** What no payload may hold, whatever its schema says: it would break a parser, a log or a person's terminal further down. */
export const payloadLimits = { bytes: 256 * 1024, depth: 32, keys: 1_000 } as const;

/** Keys that change prototypes, and the one that marks an encrypted value (docs/redis-layout.md). */
const forbiddenKeys = new Set(["__proto__", "constructor", "prototype", "$enc"]);

/** Everything wrong with a payload before its schema is asked, one sentence each with its path. */
export function payloadProblems(payload: unknown): string[] {
  const problems: string[] = [];
  walk(payload, [], problems);
  return problems;
}

function walk(value: unknown, path: readonly (string | number)[], problems: string[]): void {
  const report = (problem: string): void => void problems.push(`${pathText(path)}: ${problem}`);
  if (typeof value === "string") return textProblem(value, report);
  if (typeof value === "number" && !Number.isFinite(value)) return report(`${value} is not a JSON number`);
  if (typeof value !== "object" || value === null) return;
  if (path.length >= payloadLimits.depth) return report(`nested deeper than ${payloadLimits.depth} levels`);
  if (Array.isArray(value)) return value.forEach((item, index) => walk(item, [...path, index], problems));
  const keys = Object.keys(value);
  if (keys.length > payloadLimits.keys) return report(`has ${keys.length} keys, at most ${payloadLimits.keys} are allowed`);
  for (const key of keys) {
    if (forbiddenKeys.has(key)) problems.push(`${pathText([...path, key])}: the key "${key}" is not allowed`);
    else {
      textProblem(key, (problem) => problems.push(`${pathText(path)}: a key ${problem}`));
      walk((value as Record<string, unknown>)[key], [...path, key], problems);
    }
  }
}

function textProblem(text: string, report: (problem: string) => void): void {
  if (text.includes("\0")) report("holds a NUL character");
  if (!text.isWellFormed()) report("holds half of a surrogate pair");
}

/** A path as people write it: `customer.items[2].sku`; the payload itself is `data`. */
export function pathText(path: readonly PropertyKey[]): string {
  return (
    path.reduce<string>(
      (text, step) => (typeof step === "number" ? `${text}[${step}]` : text === "" ? String(step) : `${text}.${String(step)}`),
      "",
    ) || "data"
  );
}
