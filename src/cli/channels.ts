import type { ChannelView } from "../bus/channels.ts";
import type { ProviderTrouble } from "../bus/provider-troubles.ts";
import { lengthArgument } from "./arguments.ts";
import { confirmed } from "./confirm.ts";
import { ageText, countOf, countText } from "./figures.ts";
import { withApplication } from "./folder-redis.ts";
import { print, printJson } from "./output.ts";
import { type Column, tableLines } from "./table.ts";
import { oneLine } from "./visible.ts";
import { asTyped } from "./wrong-call.ts";

/** Lists the channels' queues, and the two beside them. */
export async function listChannels({ json }: { readonly json?: boolean }): Promise<void> {
  const channels = await withApplication((bus) => bus.channels.list());
  if (json === true) printJson(channels);
  else print(...channelLines(channels));
}

/** Pauses a channel, or lets it go on, for all processes. */
export async function setChannel(name: string, verb: "pause" | "resume", { json }: { readonly json?: boolean }): Promise<void> {
  await asTyped(() => withApplication((bus) => bus.channels[verb](name)));
  if (json === true) return printJson({ channel: name, paused: verb === "pause" });
  print(
    verb === "pause"
      ? `${name} is paused for all processes: what is under way is finished, what comes waits. Go on: busbar channels resume ${name}`
      : `${name} goes on.`,
  );
}

export interface CleanCommand {
  readonly olderThan?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Forgets finished deliveries of a channel; asks before it does. */
export async function cleanChannel(name: string, { olderThan, yes, json }: CleanCommand): Promise<void> {
  const age = olderThan === undefined ? 0 : lengthArgument("--older-than", olderThan);
  const forgotten = await asTyped(() =>
    withApplication(async ({ channels }) => {
      const channel = (await channels.list()).find((each) => each.name === name);
      const which =
        age === 0
          ? `all ${countOf(channel?.completed ?? 0, "finished delivery", "finished deliveries")}`
          : `finished deliveries older than ${olderThan}`;
      // A name that no queue has is told before anybody is asked.
      if (channel !== undefined && !(await confirmed({ text: `Forget ${which} of ${name}?`, yes }))) return undefined;
      return channels.clean(name, { olderThan: age });
    }),
  );
  if (forgotten === undefined) {
    print("Nothing was changed.");
    process.exitCode = 1;
  } else if (json === true) printJson({ channel: name, forgotten });
  else print(`${countOf(forgotten, "finished delivery", "finished deliveries")} of ${name} forgotten.`);
}

const columns: readonly Column[] = [
  { title: "channel" },
  { title: "state" },
  ...["waiting", "active", "delayed", "completed", "dead", "oldest", "workers", "rate"].map((title) => ({ title, right: true })),
];

/** A table of channels, and why those are off that are. Pure. */
export function channelLines(channels: readonly ChannelView[]): string[] {
  const off = channels.filter((channel) => !channel.on && channel.off !== undefined);
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
        rateText(channel.rateLimit),
      ]),
    ),
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

function rateText(limit: ChannelView["rateLimit"]): string {
  if (limit === undefined || limit === false) return "";
  return `${countText(limit.max)}/${limit.per % 1_000 === 0 ? `${limit.per / 1_000}s` : `${limit.per}ms`}`;
}
