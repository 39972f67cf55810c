import type { TimelineStep } from "./ledger.ts";
import type { Suppression } from "./suppressions.ts";

/** Characters that a time line keeps of a step. */
const longest = 200;
/** A longer command would leave no room for the reason. */
const longestCommand = 110;

/** A provider's own answer begins with its name. */
const ourWords = "its address";

/** True of the step of a delivery that was not tried, because its address was suppressed before. Pure. */
export function isWithheld({ step, detail }: TimelineStep): boolean {
  return step === "suppressed" && detail.startsWith(ourWords);
}

/** Why a delivery was not sent, for people: since when, by whom, why, and what lets the next one go. Pure. */
export function suppressedReason(entry: Suppression): string {
  const what = entry.category === undefined ? ourWords : `${ourWords}, for ${entry.category},`;
  const since = `${what} is suppressed since ${new Date(entry.at).toISOString().slice(0, 10)} by ${entry.by ?? entry.source}: `;
  const command = releaseCommand(entry);
  const advice =
    command.length > longestCommand ? `see busbar suppressions list --channel ${entry.channel}` : `release it with: ${command}`;
  const room = Math.max(0, longest - since.length - advice.length - 2);
  const reason = entry.reason.length > room ? `${entry.reason.slice(0, Math.max(0, room - 1)).trimEnd()}…` : entry.reason;
  return `${since}${reason}; ${advice}`;
}

/** What a person types to release an entry. Pure. */
export function releaseCommand({ channel, address, category }: Pick<Suppression, "channel" | "address" | "category">): string {
  const scope = category === undefined ? "" : ` --category ${category}`;
  return `busbar suppressions release ${channel} ${shellWord(address)}${scope}`;
}

/** An address may hold what a shell acts on: a URL its `&`, the JSON of a browser's subscription its quotes. */
function shellWord(text: string): string {
  return /^[\w@.+:/,%=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
