import type { PauseResult } from "../bus/paused-before.ts";
import type { SubscriberRemoved, SubscriberSought } from "../bus/subscribers.ts";
import { lengthArgument, timeArgument } from "./arguments.ts";
import { byPerson } from "./by-person.ts";
import { confirmed } from "./confirm.ts";
import { countOf } from "./figures.ts";
import { withApplication } from "./folder-redis.ts";
import { print, printJson } from "./output.ts";
import { pausedLine } from "./paused-line.ts";
import { UsageError } from "./usage-error.ts";
import { asTyped } from "./wrong-call.ts";

interface VerbCommand {
  /** Why, for the audit record. */
  readonly reason?: string;
  readonly json?: boolean;
}

/** Pauses a subscriber, or lets it go on, for all processes. */
export async function setSubscriber(name: string, verb: "pause" | "resume", { reason, json }: VerbCommand): Promise<void> {
  const result = await asTyped(() => withApplication<PauseResult | void>((bus) => bus.subscribers[verb](name, byPerson(reason))));
  if (json === true) return printJson({ subscriber: name, state: verb === "pause" ? "paused" : "running", ...result });
  const said = {
    told: ": its logs keep what it has not read. What was routed before goes on",
    back: `busbar subscribers resume ${name}`,
  };
  print(verb === "pause" ? pausedLine(name, result ?? {}, said) : `${name} goes on where it was.`);
}

/** Pauses a subscriber and waits until what it has read is routed. Exit code 1 where something is left. */
export async function drainSubscriber(name: string, { timeout, reason, json }: VerbCommand & { readonly timeout: string }): Promise<void> {
  const within = lengthArgument("--timeout", timeout);
  const drained = await asTyped(() => withApplication((bus) => bus.subscribers.drain(name, { within, ...byPerson(reason) })));
  const { pending, already } = drained;
  if (pending > 0) process.exitCode = 1;
  if (json === true) return printJson({ subscriber: name, state: "draining", ...drained });
  if (already !== undefined) print(pausedLine(name, drained, { told: "", back: `busbar subscribers resume ${name}` }));
  print(
    pending === 0
      ? `${name} has nothing in hand, and reads no more. Go on: busbar subscribers resume ${name}`
      : `${name} reads no more and still has ${countOf(pending, "event")} in hand: a queue refuses, or no router runs. See busbar doctor.`,
  );
}

export interface SeekCommand extends VerbCommand {
  readonly to: string;
  readonly mayRepeat?: boolean;
  readonly preview?: boolean;
  readonly yes?: boolean;
}

/** Sets where a subscriber reads on: looks first, asks, then moves it. */
export async function seekSubscriber(name: string, { to: typed, mayRepeat, preview, yes, reason, json }: SeekCommand): Promise<void> {
  if (preview === true && yes === true) throw new UsageError("--preview only looks, so there is nothing to say --yes to: give one of them");
  const to = typed === "now" || typed === "beginning" ? typed : timeArgument("--to", typed, Date.now());
  const result = await asTyped(() =>
    withApplication(async ({ subscribers }) => {
      const seen = await subscribers.seek(name, { to, preview: true });
      if (json !== true) print(...seekLines(seen));
      if (preview === true) return seen;
      // What is refused needs no answer.
      const asked = seen.forgotten === 0 || mayRepeat === true;
      if (asked && !(await confirmed({ text: `Move ${name}?`, yes }))) return undefined;
      return subscribers.seek(name, { to, mayRepeat: mayRepeat === true, ...byPerson(reason) });
    }),
  );
  if (result === undefined) {
    print("Nothing was changed.");
    process.exitCode = 1;
  } else if (json === true) printJson(result);
  else if (result.moved) print(`${name} was moved.`);
}

/** What a move means, for people. Pure. */
export function seekLines({ subscriber, again, skipped, forgotten }: SubscriberSought): string[] {
  const twice = forgotten === 0 ? "; what was sent is not sent again" : "";
  return [
    `${subscriber}: ${countOf(again, "event")} would be routed again${twice}, ${countOf(skipped, "event")} skipped.`,
    ...(forgotten === 0
      ? []
      : [
          `${countOf(forgotten, "event")} of them are older than it is known what was sent (95 h): these may be sent again, which takes --may-repeat.`,
        ]),
  ];
}

/** Removes a subscriber that is gone from the code, for good; asks before it does. */
export async function removeSubscriber(name: string, { yes, reason, json }: VerbCommand & { readonly yes?: boolean }): Promise<void> {
  const result = await asTyped(() =>
    withApplication(async ({ subscribers }) => {
      const seen = await subscribers.remove(name, { preview: true });
      const text = `Remove ${name} for good from ${seen.topics.join(", ")}? ${unreadText(seen)}`;
      return (await confirmed({ text, yes })) ? subscribers.remove(name, byPerson(reason)) : undefined;
    }),
  );
  if (result === undefined) {
    print("Nothing was changed.");
    process.exitCode = 1;
  } else if (json === true) printJson(result);
  else print(`${name} was removed: ${result.topics.join(", ")} no longer wait for it.`);
}

function unreadText({ unread, pending }: SubscriberRemoved): string {
  return `It has not read ${countOf(unread, "event")}, and not finished ${countOf(pending, "event")}.`;
}
