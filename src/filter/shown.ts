const longest = 40;

/**
 * A value as JSON for people: at most 40 characters, the rest cut off with "…", and nothing in it that moves a cursor or turns the
 * direction of writing. The work is bounded, however large the value is.
 */
export function shown(value: unknown): string {
  const text = json(value, longest).replace(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return cut(text, longest);
}

/** At most so many characters of a text, with "…" where there was more. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** The path of a key below another, as people write it: `customer.phone`, `meta["two words"]`. */
export function below(path: string, key: string): string {
  if (!/^[\p{L}_$][\p{L}\p{N}_$-]{0,63}$/u.test(key)) return `${path}[${shown(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** Stops soon after so many characters. Every level of nesting takes one of them, so it does not go deep either. */
function json(value: unknown, room: number): string {
  if (room <= 0) return "";
  if (typeof value === "string") return JSON.stringify(value.slice(0, room));
  if (typeof value !== "object" || value === null)
    return typeof value === "bigint" ? `${value}n` : typeof value === "function" ? "a function" : String(value);
  let text = Array.isArray(value) ? "[" : "{";
  const add = (part: string, item: unknown): void => {
    text += (text.length > 1 ? "," : "") + part;
    text += json(item, room - text.length);
  };
  if (Array.isArray(value)) {
    for (const item of value) {
      if (text.length > room) break;
      add("", item);
    }
    return `${text}]`;
  }
  for (const key in value) {
    if (text.length > room) break;
    if (Object.hasOwn(value, key)) add(`${JSON.stringify(key.slice(0, room))}:`, (value as Record<string, unknown>)[key]);
  }
  return `${text}}`;
}
