import { editDistance } from "../../define/names.ts";

/** How many letters may be wrong: of a short name, one. */
const farthest = (name: string): number => (name.length < 8 ? 1 : 2);

/**
 * One sentence for each variable that busbar does not know and whose name is nearly that of one it knows. Everything else in an
 * environment belongs to others and is passed over. Pure.
 */
export function misspeltVariables(env: Readonly<Record<string, string | undefined>>, known: readonly string[]): string[] {
  const names = Object.keys(env).filter((name) => (env[name] ?? "") !== "" && /^[A-Z][A-Z\d_]{4,}$/.test(name) && !known.includes(name));
  return names.flatMap((name) => {
    const meant = nearest(name, known);
    return meant === undefined ? [] : [`${name} is no variable of busbar: did you mean ${meant}?`];
  });
}

function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: plain(candidate) === plain(name) ? 0 : editDistance(name, candidate) }))
    .filter(({ candidate, distance }) => distance <= farthest(candidate) || isBeginning(name, candidate))
    .toSorted((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
}

function plain(name: string): string {
  return name.replaceAll("_", "");
}

/** `SMTP_PASS` for `SMTP_PASSWORD`: a name cut short in its last word. */
function isBeginning(name: string, candidate: string): boolean {
  const last = candidate.lastIndexOf("_") + 1;
  return last > 0 && candidate.startsWith(name) && name.length >= last + 3;
}
