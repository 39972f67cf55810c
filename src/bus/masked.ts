import { maskText, maskWords } from "../define/mask.ts";

/** What people or providers wrote; all else of a view is ours. */
const words: ReadonlySet<string> = new Set(["reason", "detail", "seen", "problem", "note", "firstProblem"]);

/** A view with the addresses and these values in its words masked. Pure. */
export function maskedWords<T>(view: T, personal: readonly string[] = []): T {
  return changed(view, (text) => maskWords(text, personal)) as T;
}

function changed(value: unknown, change: (text: string) => string): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => changed(element, change));
  return Object.fromEntries(
    Object.entries(value).map(([key, below]) => [
      key,
      words.has(key) && typeof below === "string" ? change(below) : changed(below, change),
    ]),
  );
}

/** Whom a delivery goes to; a handler's is its subscriber. Pure. */
export const maskedRecipient = ({ channel, to }: { readonly channel: string; readonly to: string }): string =>
  channel === "handler" ? to : maskText(to);
