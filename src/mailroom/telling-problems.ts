import { milliseconds } from "../base/duration.ts";
import { messageOf } from "../base/errors.ts";
import { deliveryStatuses } from "../define/status.ts";
import { statusesOf, type VendorWords } from "./callback-vendor.ts";
import type { MailRecord } from "./record.ts";
import { statusesIn, type Telling, tellingFrauds } from "./telling.ts";

const mostTimes = 100;
const longestDelay = 60 * 60_000;
const longestText = 1_000;

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
