import { rateToText } from "../channel-limits.ts";
import type { ChannelView, DoneWhen } from "../channels.ts";
import type { SubscriberPosition } from "../positions.ts";
import type { NewerWaiting } from "../../router/newer-record.ts";
import type { ReconcilerFindings } from "../reconciler-record.ts";
import type { SpoolUse } from "../spool/spool-folder.ts";
import type { Stats } from "../stats.ts";
import { type Diagnosis, error, ok, warning } from "./diagnosis.ts";

/** What the doctor sees of the application's work. */
export interface WorkFacts {
  readonly channels: readonly ChannelView[];
  readonly subscribers: readonly SubscriberPosition[];
  /** Consumer groups of this application that belong to no subscriber that this build knows, with the topics that they read. */
  readonly unknownGroups: readonly { readonly group: string; readonly name: string; readonly topics: readonly string[] }[];
  readonly reconciled: ReconcilerFindings;
  /** Some of the events that could not be planned and are planned again by themselves. */
  readonly unplanned: Stats["unplanned"];
  /** Events that wait for a process that knows their version; `known`: the newest version that this build knows. */
  readonly newer: readonly (NewerWaiting & { readonly known: number | undefined })[];
  /** What lies in the spool's folder; absent where there is no spool. */
  readonly spool?: SpoolUse | undefined;
  /** What is in the outbox; absent where no database of one is named. */
  readonly outbox?: Stats["outbox"] | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A router looks after each subscriber every 5 s; one that is killed is replaced within 15 s. */
const readerGoneMs = 60_000;

/** What is to be said of queues and subscribers. Pure. */
export function workFindings(facts: WorkFacts): Diagnosis[] {
  return [
    workers(facts),
    paused(facts),
    setAtRunTime(facts),
    switchedOff(facts),
    readers(facts),
    groups(facts),
    deadLetters(facts),
    unplannedEvents(facts),
    newerVersions(facts),
    reconciled(facts),
    spooled(facts),
    outboxed(facts),
  ].flat();
}

function workers({ channels }: WorkFacts): Diagnosis {
  const about = "workers";
  const waiting = channels.filter((channel) => channel.on && channel.waiting > 0);
  const idle = waiting.filter((channel) => channel.workers === 0 && !channel.paused);
  if (waiting.some((channel) => channel.workers === undefined))
    return warning(about, "Whether workers run cannot be seen.", "Allow CLIENT LIST, or look at the workers' /readyz.");
  if (idle.length === 0)
    return ok(about, waiting.length === 0 ? "No queue has work that waits for a worker." : "Every queue with work has a worker.");
  const named = idle.map(({ name, waiting: count }) => `${name} (${count.toLocaleString("en")})`);
  const roles = idle.some(({ name }) => name !== "routing" && name !== "audiences") ? "workers" : "router";
  return error(about, `Work waits that no process takes: ${named.join(", ")}.`, `Start a process: busbar start --only ${roles}.`);
}

function unplannedEvents({ unplanned, newer, channels }: WorkFacts): Diagnosis {
  const about = "routing";
  const [first] = unplanned;
  if (first === undefined) return ok(about, "No event is being planned again.");
  const { waiting = 0, active = 0, delayed = 0 } = channels.find(({ name }) => name === "routing") ?? {};
  const count = waiting + active + delayed - newer.reduce((sum, { events }) => sum + events, 0);
  const { topic, event, subscriber, made, most } = first;
  const named = `${topic}${event === undefined ? "" : ` ${event}`} for ${subscriber}, ${made} of ${most} tries failed`;
  return warning(
    about,
    `Events could not be planned, and are tried again by themselves: ${Math.max(count, unplanned.length).toLocaleString("en")}, such as ${named}.`,
    event === undefined
      ? "What goes on failing becomes a dead letter: busbar dead-letters list --queue routing."
      : `See what is wrong: busbar trace ${event}. What goes on failing becomes a dead letter of routing.`,
  );
}

function newerVersions({ newer }: WorkFacts): Diagnosis[] {
  if (newer.length === 0) return [ok("versions", "No event waits for a newer process.")];
  return newer.map(({ topic, version, events, known }) => {
    const waiting = `${events.toLocaleString("en")} of ${topic}, version ${version}`;
    return known !== undefined && known >= version
      ? warning("versions", `Events wait for a process of this build: ${waiting}.`, "Start one: busbar start --only router.")
      : warning(
          "versions",
          `Events wait for a newer process: ${waiting}; this build knows ${known === undefined ? "no such topic" : `versions up to ${known}`}.`,
          "Nothing is lost: deploy the routers' newer build, and it takes them at once.",
        );
  });
}

/** What was lost longer ago than this is no news, milliseconds. */
const newsMs = 7 * 86_400_000;

function reconciled({ reconciled: { missing, lastAt }, now }: WorkFacts): Diagnosis {
  const about = "accounting";
  if (lastAt === undefined || now - lastAt > newsMs) return ok(about, "Nothing that was planned was found lost in the last 7 days.");
  return warning(
    about,
    `Planned deliveries had been lost and were queued again: ${missing.toLocaleString("en")} ever, the last at ${new Date(lastAt).toISOString()}.`,
    "Look what happened to Redis then (a restart without its last second, keys deleted, an error of its scripts), in its log and in busbar's.",
  );
}

function spooled({ spool }: WorkFacts): Diagnosis[] {
  if (spool === undefined) return [];
  const about = "spool";
  if (spool.refused > 0)
    return [
      warning(
        about,
        `Events that could not be published lie in the spool's folder, in files that end in .refused: ${spool.refused}.`,
        "Each line ends with its reason: publish what is still true with a key or id of its own, then delete the file.",
      ),
    ];
  if (spool.files === 0) return [ok(about, "No event waits in the spool.")];
  return [
    warning(
      about,
      `Events wait in the spool's folder although Redis answers: ${spool.bytes.toLocaleString("en")} bytes.`,
      "Start a process that publishes with this folder: it goes on with them.",
    ),
  ];
}

/** A relay is woken by the commit, and looks once a second. */
const relayGoneMs = 60_000;

function outboxed({ outbox }: WorkFacts): Diagnosis[] {
  if (outbox === undefined) return [];
  const about = "outbox";
  if ("problem" in outbox)
    return [
      error(
        about,
        `The outbox cannot be seen: ${outbox.problem}`,
        "What was published in transactions waits there until a relay reaches it.",
      ),
    ];
  const { waiting, oldestAge, refused, unknownTopics } = outbox;
  const count = waiting.toLocaleString("en");
  const unknown = unknownTopics.map(({ topic, waiting: ofTopic }) => `${topic} (${ofTopic.toLocaleString("en")})`);
  const late = oldestAge > relayGoneMs && unknownTopics.reduce((left, topic) => left - topic.waiting, waiting) > 0;
  const findings: Diagnosis[] = [];
  if (late)
    findings.push(
      error(
        about,
        `Events wait in the outbox, and no relay takes them: ${count}, the oldest since ${Math.round(oldestAge / 1_000)} s.`,
        "Start one: busbar outbox relay; where one runs, its log says what is in its way.",
      ),
    );
  if (unknown.length > 0)
    findings.push(
      warning(
        about,
        `Events of topics that this build does not define wait in the outbox: ${unknown.join(", ")}.`,
        "Start a relay of the build that defines them; if nobody does, correct or delete the rows in busbar.outbox.",
      ),
    );
  if (refused > 0)
    findings.push(
      warning(
        about,
        `Events were set aside because they cannot be published: ${refused.toLocaleString("en")}.`,
        "Look at them: busbar outbox refused; then retry or discard them.",
      ),
    );
  return findings.length > 0
    ? findings
    : [
        ok(
          about,
          waiting === 0 ? "No event waits in the outbox." : `${count} events wait in the outbox, the oldest for less than a minute.`,
        ),
      ];
}

function paused({ channels, subscribers }: WorkFacts): Diagnosis {
  const held = channels.filter((channel) => channel.paused);
  const waiting = subscribers.filter(({ state }) => state !== "running");
  if (held.length + waiting.length === 0) return ok("pauses", "No channel and no subscriber is paused.");
  const named = [
    ...held.map(({ name, waiting: count, pausedBy }) => `${name} (${count.toLocaleString("en")} wait${doneText(pausedBy)})`),
    ...waiting.map(({ name, lag, heldBy, heldSince: at = "" }) => {
      const who = doneText(heldBy && { ...heldBy, at });
      return `the subscriber ${name} (${lag.toLocaleString("en")} unread${who})`;
    }),
  ];
  const resume = held[0] === undefined ? `subscribers resume ${waiting[0]!.name}` : `channels resume ${held[0].name}`;
  return warning("pauses", `Paused: ${named.join(", ")}.`, `When the reason is gone: busbar ${resume}.`);
}

/** What no deploy changes any more is easily forgotten. */
function setAtRunTime({ channels }: WorkFacts): Diagnosis[] {
  const set = channels.filter(({ atRunTime }) => atRunTime !== undefined);
  if (set.length === 0) return [ok("limits", "Every channel has the limits of its configuration.")];
  return set.map(({ name, atRunTime, configured, concurrency, rateLimit }) => {
    const parts = [
      ...(atRunTime?.rateLimit === undefined
        ? []
        : [`the rate ${rateToText(rateLimit!)} in place of ${rateToText(configured!.rateLimit)}${doneText(atRunTime.rateLimit)}`]),
      ...(atRunTime?.concurrency === undefined
        ? []
        : [`the concurrency ${concurrency} in place of ${configured!.concurrency}${doneText(atRunTime.concurrency)}`]),
    ];
    return warning(
      "limits",
      `Set at run time for ${name}: ${parts.join("; ")}.`,
      `It holds over restarts. To go back: busbar channels reset ${name}.`,
    );
  });
}

function doneText(done: DoneWhen | undefined): string {
  if (done === undefined) return "";
  return `, by ${done.by} at ${done.at}${done.reason === undefined ? "" : ` (${done.reason})`}`;
}

function switchedOff({ channels }: WorkFacts): Diagnosis[] {
  const left = channels.filter((channel) => !channel.on && channel.waiting + channel.delayed > 0);
  return left.map(({ name, waiting, delayed, off }) => {
    const message = `${(waiting + delayed).toLocaleString("en")} deliveries are left on ${name}: ${off}.`;
    return warning(
      "channels",
      message,
      "Switch it on again until they are sent, or cancel them: busbar deliveries cancel --channel <name>.",
    );
  });
}

function readers({ subscribers, now }: WorkFacts): Diagnosis {
  const about = "subscribers";
  const alone = subscribers.filter(({ lag, seen }) => lag > 0 && (seen === undefined || now - Date.parse(seen) > readerGoneMs));
  if (alone.length === 0) return ok(about, "Every subscriber that has something to read has a router.");
  const named = alone.slice(0, 5).map(({ name, lag }) => `${name} (${lag.toLocaleString("en")} unread)`);
  const more = alone.length - named.length;
  return error(
    about,
    `No router looks after ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`,
    "Start one: busbar start --only router; where one runs, its build may be older than these subscribers.",
  );
}

function groups({ unknownGroups }: WorkFacts): Diagnosis[] {
  return unknownGroups.map(({ group, name, topics }) => {
    const message = `The group ${group} reads ${topics.join(", ")} and belongs to no subscriber of this build.`;
    return warning(
      "groups",
      message,
      `If it was renamed, name the old one in \`formerly\`; if it is gone for good: busbar subscribers remove ${name}.`,
    );
  });
}

function deadLetters({ channels }: WorkFacts): Diagnosis {
  const dead = channels.filter((channel) => channel.dead > 0);
  if (dead.length === 0) return ok("dead letters", "There are none.");
  const named = dead.map(({ name, dead: count }) => `${name} ${count.toLocaleString("en")}`);
  return warning(
    "dead letters",
    `Not sent, and kept until somebody decides: ${named.join(", ")}.`,
    "Look at them: busbar dead-letters list.",
  );
}
