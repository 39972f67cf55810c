import { rateToText } from "../bus/channel-limits.ts";
import type { ChannelView, DoneWhen } from "../bus/channels.ts";
import type { PauseResult } from "../bus/paused-before.ts";
import type { ProviderTrouble } from "../bus/provider-troubles.ts";
import { lengthArgument } from "./arguments.ts";
import { byPerson } from "./by-person.ts";
import { confirmed } from "./confirm.ts";
import { ageText, countOf, countText, momentText } from "./figures.ts";
import { lookAtApplication, withApplication } from "./folder-redis.ts";
import { print, printJson } from "./output.ts";
import { pausedLine } from "./paused-line.ts";
import { type Column, tableLines } from "./table.ts";
import { oneLine } from "./visible.ts";
import { asTyped } from "./wrong-call.ts";

/** Lists the channels' queues, and the two beside them. */
export async function listChannels({ json }: { readonly json?: boolean }): Promise<void> {
  const channels = await lookAtApplication((bus) => bus.channels.list());
  if (json === true) printJson(channels);
  else print(...channelLines(channels));
}

/** Pauses a channel, or lets it go on, for all processes. */
export async function turnChannel(name: string, verb: "pause" | "resume", { reason, json }: TurnCommand): Promise<void> {
  const result = await asTyped(() => withApplication<PauseResult | void>((bus) => bus.channels[verb](name, byPerson(reason))));
  if (json === true) return printJson({ channel: name, paused: verb === "pause", ...result });
  const said = { told: ": what is under way is finished, what comes waits", back: `busbar channels resume ${name}` };
  print(verb === "pause" ? pausedLine(name, result ?? {}, said) : `${name} goes on.`);
}

export interface TurnCommand {
  /** Why, for the audit record. */
  readonly reason?: string;
  readonly json?: boolean;
}

export interface CleanCommand extends TurnCommand {
  readonly olderThan?: string;
  readonly yes?: boolean;
}

/** Forgets finished deliveries of a channel, or of all queues; asks before it does. */
export async function cleanChannel(name: string, { olderThan, yes, reason, json }: CleanCommand): Promise<void> {
  const age = olderThan === undefined ? 0 : lengthArgument("--older-than", olderThan);
  const forgotten = await asTyped(() =>
    withApplication(async ({ channels }) => {
      const meant = (await channels.list()).filter((each) => name === "all" || each.name === name);
      const finished = meant.reduce((sum, { completed }) => sum + completed, 0);
      const which =
        age === 0 ? `all ${countOf(finished, "finished delivery", "finished deliveries")}` : `finished deliveries older than ${olderThan}`;
      const text = `Forget ${which} of ${name === "all" ? "all queues" : name}?`;
      // A name that no queue has is told before anybody is asked.
      if (meant.length > 0 && !(await confirmed({ text, yes }))) return undefined;
      return channels.clean(name, { olderThan: age, ...byPerson(reason) });
    }),
  );
  if (forgotten === undefined) {
    print("Nothing was changed.");
    process.exitCode = 1;
  } else if (json === true) printJson({ channel: name, forgotten });
  else print(`${countOf(forgotten, "finished delivery", "finished deliveries")} of ${name === "all" ? "all queues" : name} forgotten.`);
}

const columns: readonly Column[] = [
  { title: "channel" },
  { title: "state" },
  ...["waiting", "active", "delayed", "completed", "dead", "oldest", "workers", "concurrency", "rate"].map((title) => ({
    title,
    right: true,
  })),
];

/** A table of channels, and why those are off that are. Pure. */
export function channelLines(channels: readonly ChannelView[]): string[] {
  const off = channels.filter((channel) => !channel.on && channel.off !== undefined);
  const changed = channels.flatMap(runTimeLines);
  const troubles = channels.flatMap(({ name, troubles: own = [] }) => own.map((trouble) => troubleLine(name, trouble)));
  return [
    ...tableLines(
      columns,
      channels.map((channel) => [
        channel.name,
        stateOf(channel),
        ...[channel.waiting, channel.active, channel.delayed, channel.completed, channel.dead].map(countText),
        channel.oldestAge === undefined ? "" : ageText(channel.oldestAge),
        channel.workers === undefined ? "" : countText(channel.workers),
        channel.concurrency === undefined ? "" : countText(channel.concurrency),
        channel.rateLimit === undefined || channel.rateLimit === false ? "" : rateToText(channel.rateLimit),
      ]),
    ),
    ...(changed.length === 0 ? [] : ["", ...changed]),
    ...(troubles.length === 0 ? [] : ["", ...troubles]),
    ...(off.length === 0 ? [] : ["", ...off.map(({ name, off: why }) => `${name} is off: ${why}`)]),
  ];
}

function troubleLine(channel: string, { provider, state, reason, since, until }: ProviderTrouble): string {
  if (state === "held") return `${channel}: ${provider} asked for a wait until ${until}`;
  return `${channel}: ${provider} has not worked since ${since}: ${oneLine(reason ?? "")}; it is looked at again at ${until}`;
}

function stateOf({ on, paused }: ChannelView): string {
  return [on ? "on" : "off", ...(paused ? ["paused"] : [])].join(", ");
}

/** What a person has changed of a channel, who, when and why, and how it is changed back. Pure. */
export function runTimeLines({ name, pausedBy, atRunTime, configured, concurrency, rateLimit }: LimitedChannel): string[] {
  const says = (what: string, set: DoneWhen | undefined, back: string): string[] =>
    set === undefined ? [] : [`${name}: ${what} ${doneText(set)}${back}`];
  const reset = `; busbar channels reset ${name} goes back`;
  const rates = [rateLimit, configured?.rateLimit].map((rate) => (rate === undefined ? "" : rateToText(rate)));
  return [
    ...says("PAUSED", pausedBy, `; busbar channels resume ${name} lets it go on`),
    ...says(`RATE ${rates[0]} and not ${rates[1]}, SET`, atRunTime?.rateLimit, reset),
    ...says(`CONCURRENCY ${concurrency} and not ${configured?.concurrency}, SET`, atRunTime?.concurrency, reset),
  ];
}

type LimitedChannel = Pick<ChannelView, "name" | "pausedBy" | "atRunTime" | "configured" | "concurrency" | "rateLimit">;

function doneText({ by, at, reason }: DoneWhen): string {
  return oneLine(`by ${by} ${momentText(at)}${reason === undefined ? "" : `: ${reason}`}`);
}
