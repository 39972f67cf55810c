import { randomBytes } from "node:crypto";
import { type DeliveryStatus, statusRank } from "../define/status.ts";
import type { Saying, VendorWords, Wording } from "./callback-vendor.ts";
import type { MailChannel } from "./record.ts";
import { statusesIn, type Telling } from "./telling.ts";

/** A saying, and the status that it stands for where one was asked for. */
export interface PlannedSaying {
  readonly saying: Saying;
  readonly status?: DeliveryStatus;
}

/** One thing has happened a second before the next. */
const stepMs = 1_000;

/**
 * What a telling makes a vendor say, in the order in which it is said. Statuses have happened in the order of their ranks, the last of
 * them now, in whichever order they are told. Pure but for the ids.
 */
export function sayingsOf(channel: MailChannel, vendor: VendorWords, telling: Telling, now: number): readonly PlannedSaying[] {
  const { answer, word, code, reason } = telling;
  const own = { ...(code === undefined ? {} : { code }), ...(reason === undefined ? {} : { reason }) };
  const say = (wording: Wording, at: number): Saying => ({ id: randomBytes(12).toString("hex"), at, ...wording, ...own });
  const statuses = statusesIn(telling);
  if (statuses.length === 0) return [{ saying: say(answer === undefined ? { word: word! } : { answer }, now) }];
  const wordings = vendor.wordings(channel);
  const happened = statuses.toSorted((a, b) => statusRank(a) - statusRank(b));
  return statuses.map((status) => ({
    status,
    saying: say(wordings[status]!, now - (happened.length - 1 - happened.indexOf(status)) * stepMs),
  }));
}

/** What stands in the place of a saying after it was signed: good news for bad, and bad for good. Pure. */
export function contraryOf(channel: MailChannel, vendor: VendorWords, saying: Saying): Saying {
  const { id, at, answer } = saying;
  if (answer !== undefined) return { id, at, answer: answer.trim().toUpperCase() === "STOP" ? "START" : "STOP" };
  const { delivered, bounced } = vendor.wordings(channel);
  return { id, at, ...(saying.word === delivered?.word ? bounced : delivered) };
}

/** What a vendor says, for people to read. */
export function sayingText({ answer, word = "", code }: Saying): string {
  if (answer !== undefined) return `“${answer}”`;
  return code === undefined ? word : `${word} ${code}`;
}
