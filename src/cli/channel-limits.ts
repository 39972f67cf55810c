import { limitProblems, rateFromText, rateToText } from "../bus/channel-limits.ts";
import type { ChannelLimitsView, LimitName } from "../bus/channels.ts";
import { numberArgument } from "./arguments.ts";
import { byPerson } from "./by-person.ts";
import { runTimeLines, type TurnCommand } from "./channels.ts";
import { withApplication } from "./folder-redis.ts";
import { print, printJson } from "./output.ts";
import { UsageError } from "./usage-error.ts";
import { asTyped } from "./wrong-call.ts";

export interface SetCommand extends TurnCommand {
  readonly rate?: string;
  readonly concurrency?: string;
}

/** Sets a channel's rate, or the concurrency of each process, until it is reset. */
export async function setLimits(name: string, { rate, concurrency, reason, json }: SetCommand): Promise<void> {
  if (rate === undefined && concurrency === undefined) throw new UsageError("say what is set: --rate 5/1s, --concurrency 2, or both");
  const rateLimit = rate === undefined ? undefined : rateFromText(rate);
  if (rate !== undefined && rateLimit === undefined)
    throw new UsageError(`--rate takes a number and a time, such as 10/1s or 100/1h, or off, not ${JSON.stringify(rate)}`);
  // The bus speaks of its own names.
  const problems = rateLimit === undefined ? [] : limitProblems({ rateLimit });
  if (problems.length > 0) throw new UsageError(`--rate ${rate}: ${problems.map(asTypedRate).join("; ")}`);
  const limits = {
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(concurrency === undefined ? {} : { concurrency: numberArgument("--concurrency", concurrency, { least: 1, most: 1_000 }) }),
  };
  const view = await asTyped(() => withApplication(({ channels }) => channels.set(name, { ...limits, ...byPerson(reason) })));
  show(view, json);
}

function asTypedRate(problem: string): string {
  return problem.replace(/^rateLimit\.max:/, "its number").replace(/^rateLimit\.per:/, "its time");
}

export interface ResetCommand extends TurnCommand {
  readonly rate?: boolean;
  readonly concurrency?: boolean;
}

/** Goes back to what the configuration says, of both limits where none is named. */
export async function resetLimits(name: string, { rate, concurrency, reason, json }: ResetCommand): Promise<void> {
  const named: LimitName[] = [...(rate === true ? ["rateLimit" as const] : []), ...(concurrency === true ? ["concurrency" as const] : [])];
  const options = { ...(named.length === 0 ? {} : { limits: named }), ...byPerson(reason) };
  const view = await asTyped(() => withApplication(({ channels }) => channels.reset(name, options)));
  show(view, json);
}

function show(view: ChannelLimitsView, json: boolean | undefined): void {
  if (json === true) printJson(view);
  else print(...limitLines(view));
}

/** The limits in force, and what of them is not the configuration's. Pure. */
export function limitLines(view: ChannelLimitsView): string[] {
  const { name, concurrency, rateLimit } = view;
  const rate =
    rateLimit === undefined || rateLimit === false ? ", no limit of its rate" : `, rate ${rateToText(rateLimit)} over all processes`;
  const set = runTimeLines(view);
  const from = set.length === 0 ? ", as the configuration says" : "; it holds until it is reset";
  return [`${name}: ${concurrency} at once in each process${rate}${from}.`, ...set];
}
