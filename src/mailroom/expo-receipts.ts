import type { Saying, VendorWords } from "./callback-vendor.ts";
import { expoErrorText } from "./expo-rules.ts";

/** What Expo says of a ticket when it is asked. */
export type ExpoReceipt =
  | { readonly status: "ok" }
  | { readonly status: "error"; readonly message: string; readonly details: { readonly error: string } };

/** Expo calls nobody back: its receipts are asked for. `pending` has none yet. */
export const expoWords: VendorWords = {
  wordings: () => ({
    accepted: { word: "pending" },
    delivered: { word: "ok" },
    bounced: { word: "DeviceNotRegistered" },
    failed: { word: "MessageRateExceeded" },
  }),
  words: ["pending", "ok", "DeviceNotRegistered", "MessageTooBig", "MessageRateExceeded", "MismatchSenderId", "InvalidCredentials"],
  answers: false,
  frauds: [],
};

/** As many receipts can be asked for. */
const mostKept = 10_000;

/** The receipts of tickets: `ok` from the beginning, unless something else is said. */
export function expoReceipts() {
  const kept = new Map<string, ExpoReceipt | undefined>(); // oldest first
  const waiting = new Map<string, () => void>();
  const limit = (): void => {
    if (kept.size <= mostKept) return;
    const oldest = kept.keys().next().value!;
    kept.delete(oldest);
    waiting.delete(oldest);
  };
  return {
    issue(ticket: string): void {
      kept.set(ticket, { status: "ok" });
      limit();
    },
    /** Says something of a ticket from now on. `onAsked` is called when somebody has asked for it. */
    say(ticket: string, { word = "ok", reason }: Pick<Saying, "word" | "reason">, onAsked: () => void = () => undefined): void {
      // Tickets of an earlier run are not known any more until something is said of them.
      kept.set(ticket, word === "pending" ? undefined : receiptOf(word, reason));
      waiting.delete(ticket);
      if (word !== "pending") waiting.set(ticket, onAsked);
      limit();
    },
    /** The receipts of those tickets that have one. */
    ask(tickets: readonly string[]): Readonly<Record<string, ExpoReceipt>> {
      const found = tickets.flatMap((ticket) => {
        const receipt = kept.get(ticket);
        return receipt === undefined ? [] : [[ticket, receipt] as const];
      });
      for (const [ticket] of found) {
        waiting.get(ticket)?.();
        waiting.delete(ticket);
      }
      return Object.fromEntries(found);
    },
  };
}
export type ExpoReceipts = ReturnType<typeof expoReceipts>;

function receiptOf(word: string, reason: string | undefined): ExpoReceipt {
  return word === "ok" ? { status: "ok" } : { status: "error", message: reason ?? expoErrorText(word), details: { error: word } };
}
