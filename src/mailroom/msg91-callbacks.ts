import { mailroomCallbackKeys } from "../bus/callbacks/mailroom-callback-keys.ts";
import type { CallbackVendor } from "./callback-vendor.ts";

/**
 * The statuses of a report: the numbers of the older ones, and a word of the newer ones that no number has.
 * Source: MSG91's pages on delivery reports, as its clients repeat them; its own are incomplete.
 */
const descriptions: Readonly<Record<string, string>> = {
  1: "DELIVERED",
  2: "FAILED",
  8: "SUBMITTED",
  9: "NDNC NUMBER",
  16: "REJECTED",
  17: "BLOCKED NUMBER",
  25: "REJECTED",
  26: "REJECTED",
  "Invalid Number": "INVALID NUMBER",
};

/** MSG91's delivery reports: a form with JSON in its field `data`. Nothing is signed: the address holds a secret. */
export const msg91Callbacks: CallbackVendor = {
  wordings: () => ({
    accepted: { word: "8" },
    delivered: { word: "1" },
    bounced: { word: "Invalid Number" },
    failed: { word: "2" },
  }),
  words: Object.keys(descriptions),
  answers: false,
  frauds: ["forged"],
  path: "/msg91",
  address: () => undefined,
  body({ messageId, to }, { at, word = "", reason = descriptions[word] }) {
    const report = to.map((number) => ({ date: dateOf(at), number: number.replace("+", ""), status: word, desc: reason }));
    const data = [{ requestId: messageId, userId: "1", senderId: "MLROOM", report }];
    return { contentType: "application/x-www-form-urlencoded", text: new URLSearchParams({ data: JSON.stringify(data) }).toString() };
  },
  headers: () => ({ "user-agent": "MSG91" }),
  secret: (forged) => (forged ? "forged" : mailroomCallbackKeys.msg91.secret),
};

/** The time of India, as MSG91 writes it. */
function dateOf(at: number): string {
  return new Date(at + 330 * 60_000).toISOString().slice(0, 19).replace("T", " ");
}
