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

interface Addressed {
  readonly channel: string;
  readonly to: string;
}

/** Whether people see a delivery's address masked: the topic marks personal data, or the address is a webhook's, whose path often lets in whoever has it. Pure. */
export const isAddressMasked = (channel: string | undefined, marked: boolean): boolean => marked || channel === "webhook";

/** Whom a delivery goes to; a handler's is its subscriber. Pure. */
export const maskedRecipient = ({ channel, to }: Addressed): string => (channel === "handler" ? to : maskText(to));

/** The address as it may stand in words about the delivery: a subscriber's name is nobody's data. Pure. */
export const addressIn = ({ channel, to }: Addressed): readonly string[] => (channel === "handler" ? [] : [to]);

/** A view with one address masked wherever it stands, and all else of it as it is. Pure. */
export function withoutAddress<T>(view: T, address: string): T {
  if (typeof view === "string") return view.replaceAll(address, () => maskText(address)) as T;
  if (typeof view !== "object" || view === null) return view;
  if (Array.isArray(view)) return view.map((element) => withoutAddress<unknown>(element, address)) as T;
  return Object.fromEntries(Object.entries(view).map(([key, below]) => [key, withoutAddress<unknown>(below, address)])) as T;
}
