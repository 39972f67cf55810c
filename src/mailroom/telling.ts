import { type Duration, milliseconds } from "../base/duration.ts";
import { messageOf } from "../base/errors.ts";
import { type DeliveryStatus, deliveryStatuses } from "../define/status.ts";
import { type VendorWords, statusesOf } from "./callback-vendor.ts";
import type { MailRecord } from "./record.ts";

/**
 * What a vendor is to tell of a message that it took: exactly one of `status`, `answer` and `word`, and how it comes. What can be told
 * depends on the vendor.
 */
export interface Telling {
  /**
   * What became of it. Several are told one after the other as they stand here, however they happened: `["read", "delivered"]` tells them
   * out of order.
   */
  readonly status?: DeliveryStatus | readonly DeliveryStatus[];
  /** What its reader writes back, such as `STOP` or `START`. Of SMS and WhatsApp by Twilio and Meta. */
  readonly answer?: string;
  /** The vendor's own word, where a status does not say it: `deferred`, `spamreport` or `dropped` of SendGrid, `queued` of Twilio. */
  readonly word?: string;
  /** The vendor's own code in place of the usual one, such as `30007` of Twilio, `131050` of Meta, `5.2.2` of a SendGrid bounce. */
  readonly code?: string;
  /** The vendor's words for why, in place of the usual ones. */
  readonly reason?: string;
  /** How often each is told, with the same ids, as vendors do who heard no answer. Default 1. */
  readonly times?: number;
  /** It is told so late, counted from now; at most an hour. Default: at once. */
  readonly delay?: Duration;
  /**
   * It comes from somebody else: `forged` is signed with a wrong key, `altered` was changed after it was signed, `replayed` has a true
   * signature of an hour ago. None of them is ever right to take.
   */
  readonly as?: TellingFraud;
}

export const tellingFrauds = ["forged", "altered", "replayed"] as const;
export type TellingFraud = (typeof tellingFrauds)[number];

/** What can be told of a message. */
export interface Tellable {
  readonly statuses: readonly DeliveryStatus[];
  readonly words: readonly string[];
  /** Its reader can write back. */
  readonly answers: boolean;
  readonly frauds: readonly TellingFraud[];
}

const mostTimes = 100;
const longestDelay = 60 * 60_000;
const longestText = 1_000;

/** The statuses of a telling, in the order in which they are told. */
export function statusesIn({ status }: Telling): readonly DeliveryStatus[] {
  return status === undefined ? [] : typeof status === "string" ? [status] : status;
}

/** Everything that keeps a vendor from telling this, one sentence each. Pure. */
export function tellingProblems(message: Pick<MailRecord, "provider" | "channel">, vendor: VendorWords, telling: Telling): string[] {
  return [...subjectProblems(message, vendor, telling), ...fraudProblems(message, vendor, telling), ...measureProblems(telling, vendor)];
}

/** What is told. */
function subjectProblems({ provider, channel }: Pick<MailRecord, "provider" | "channel">, vendor: VendorWords, telling: Telling): string[] {
  const { answer, word, code, reason } = telling;
  const problems: string[] = [];
  const given = [telling.status, answer, word].filter((one) => one !== undefined).length;
  if (given !== 1) problems.push("say exactly one of status, answer and word");
  const statuses = statusesIn(telling);
  const known = statusesOf(vendor, channel);
  if (telling.status !== undefined && statuses.length === 0) problems.push("status: the list is empty");
  if (vendor.frauds.length === 0 && statuses.length > 1) problems.push("status: a receipt says one thing");
  for (const status of new Set(statuses)) {
    if (!deliveryStatuses.includes(status))
      problems.push(`status must be one of ${deliveryStatuses.join(", ")}, not ${JSON.stringify(status)}`);
    else if (!known.includes(status)) problems.push(`${provider} tells of ${channel} only: ${known.join(", ")}; not ${status}`);
  }
  if (word !== undefined && !vendor.words.includes(word))
    problems.push(`word must be one of ${vendor.words.join(", ")}, not ${JSON.stringify(word)}`);
  if (answer !== undefined && !vendor.answers) problems.push(`nobody can answer by ${provider}`);
  for (const [name, text] of Object.entries({ answer, code, reason })) {
    if (text !== undefined && !isText(text)) problems.push(`${name} must be a text of 1 to ${longestText} characters`);
  }
  return problems;
}

function fraudProblems({ provider }: Pick<MailRecord, "provider">, { frauds }: VendorWords, { as }: Telling): string[] {
  if (as === undefined || frauds.includes(as)) return [];
  if (!tellingFrauds.includes(as)) return [`as must be one of ${tellingFrauds.join(", ")}, not ${JSON.stringify(as)}`];
  return frauds.length === 0
    ? [`as: nothing that ${provider} says can be forged: it is asked, and does not call`]
    : [`as: ${provider} ${as === "replayed" ? "signs no time" : "signs nothing"}, so ${as} would be taken: there is ${frauds.join(", ")}`];
}

function measureProblems({ times = 1, delay }: Telling, { frauds }: VendorWords): string[] {
  const problems: string[] = [];
  if (frauds.length === 0 && times > 1) problems.push("times: a receipt is given as often as it is asked for");
  if (!Number.isInteger(times) || times < 1 || times > mostTimes)
    problems.push(`times must be a whole number from 1 to ${mostTimes}, not ${times}`);
  if (delay === undefined) return problems;
  try {
    if (milliseconds(delay, "delay") > longestDelay) problems.push("delay may be an hour at most");
  } catch (error) {
    problems.push(messageOf(error));
  }
  return problems;
}

function isText(text: unknown): boolean {
  return typeof text === "string" && text.trim() !== "" && text.length <= longestText;
}
