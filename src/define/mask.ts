/** What stands where a secret is. */
export const secretText = "[secret]";

const emailAddress = /[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;
const phoneNumber = /\+\d{7,15}\b/g;

/**
 * A personal value that can be recognised by who knows it, and not be read by who does not: `as…@example.in`, `+91…45`, `A…`,
 * `https://example.in/…`. Pure.
 */
export function maskText(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return `${new URL(text).origin}/…`;
  const at = text.lastIndexOf("@");
  if (at > 0) return `${firstOf(text.slice(0, at), 2)}…${text.slice(at)}`;
  if (/^\+\d{7,15}$/.test(text)) return `${text.slice(0, 3)}…${text.slice(-2)}`;
  return `${firstOf(text, 1)}…`;
}

/** Never all of it. */
function firstOf(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.slice(0, Math.min(most, characters.length - 1)).join("");
}

/** Everything in a value, masked; keys stay. Pure. */
export function maskValue(value: unknown): unknown {
  if (value === undefined || value === null || value === secretText) return value;
  if (typeof value === "string") return maskText(value);
  if (typeof value !== "object") return "…";
  if (Array.isArray(value)) return value.map(maskValue);
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, maskValue(below)]));
}

/** What somebody else wrote, such as a provider's reason: addresses and numbers in it are masked, and these values. Pure. */
export function maskWords(text: string, values: readonly string[] = []): string {
  const longestFirst = values.filter(({ length }) => length > 2).toSorted((a, b) => b.length - a.length);
  const known = longestFirst.reduce((left, value) => left.replaceAll(value, () => maskText(value)), text);
  return known.replaceAll(emailAddress, maskText).replaceAll(phoneNumber, maskText);
}

/** Data that was made of an event: texts are masked unless the event has them, just so, where nothing is marked. Pure. */
export function maskMade(data: unknown, open: ReadonlySet<string>): unknown {
  if (typeof data === "string") return open.has(data) || data === secretText ? data : maskText(data);
  if (typeof data !== "object" || data === null) return data;
  if (Array.isArray(data)) return data.map((element) => maskMade(element, open));
  return Object.fromEntries(Object.entries(data).map(([key, below]) => [key, maskMade(below, open)]));
}

/** A text with `[secret]` in the place of each secret, also where an address or JSON wrote it in its own way. Pure. */
export function withoutValues(text: string, values: readonly string[]): string {
  return values
    .flatMap((value) => [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])
    .filter((form) => form !== "")
    .toSorted((a, b) => b.length - a.length)
    .reduce((left, form) => left.replaceAll(form, secretText), text);
}
