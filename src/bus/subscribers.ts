import { BusbarError } from "../base/errors.ts";
import { paces } from "../base/pace.ts";
import { pause } from "../base/pause.ts";
import type { Catalog } from "../define/catalog.ts";
import { knownSendsMs } from "../define/known-sends.ts";
import type { Subscriber } from "../define/subscriber.ts";
import type { GroupStanding, Held, SeekTarget } from "../log/log-standing.ts";
import type { Position, TopicLog } from "../log/topic-log.ts";
import type { Audit } from "./audit.ts";
import { audited } from "./audited.ts";
import { type By, byName } from "./by.ts";
import { namedSubscriber, unknownSubscriber } from "./named-subscriber.ts";
import { pausedBefore, pauseDeed, type PauseResult } from "./paused-before.ts";
import { firstHeld, type SubscriberPosition, subscriberPositions, sum, topicStandings } from "./positions.ts";

/** The subscribers of an application at run time, for all processes. Connects with its first question. Each verb stands in the audit record. */
export interface SubscriberControl {
  /** How far each has read, in the order of their names. */
  list(): Promise<readonly SubscriberPosition[]>;
  /**
   * No process reads anything for it until `resume`. What a router has in hand is finished; what one that is gone left behind waits too. What was routed
   * before goes on: to hold that up, pause its channel. Its logs keep what it has not read.
   * @returns who had held it up already, where somebody had
   * @throws BusbarError `UNKNOWN_SUBSCRIBER`
   */
  pause(name: string, by?: By): Promise<PauseResult>;
  /** It reads on where it was, at once. */
  resume(name: string, by?: By): Promise<void>;
  /**
   * Pauses it and waits until nothing is in hand any more, taking over what a router that is gone left behind; `pending` is what is left. It stays so until `resume`.
   * @param options.within milliseconds to wait at most; 30,000 by default
   * @returns besides that, who had held it up already, where somebody had
   * @throws BusbarError `UNKNOWN_SUBSCRIBER`
   */
  drain(name: string, options?: { readonly within?: number } & By): Promise<PauseResult & { readonly pending: number }>;
  /**
   * Sets where it reads on, whether it is running or paused: with what comes (`now`), with the oldest event that its logs hold (`beginning`), or with what
   * was published since a time. What it reads again is planned as today's code does; of the last 95 h nothing is sent twice, because deliveries have the same
   * ids as ever and the ledger knows them. What it has in hand is finished all the same.
   * @throws BusbarError `UNKNOWN_SUBSCRIBER`, `INVALID_RANGE`, or `REFUSED` where it would read again what is older than that; nothing was changed then
   */
  seek(name: string, options: SeekSubscriberOptions): Promise<SubscriberSought>;
  /**
   * Destroys the place of a subscriber that is gone from the code, in all logs: they no longer wait for it. Should it come back, it begins as a new one.
   * @param options.preview only looks; false by default
   * @throws BusbarError `UNKNOWN_SUBSCRIBER`, or `REFUSED` where it is in the code, or a router of another build looks after it
   */
  remove(name: string, options?: { readonly preview?: boolean } & By): Promise<SubscriberRemoved>;
}

export interface SeekSubscriberOptions extends By {
  /** `now`, `beginning`, or a time: RFC 3339, or milliseconds since 1970. */
  readonly to: string | number;
  /** Only looks. Default false. */
  readonly preview?: boolean;
  /** Also where it reads again what is older than it is known what was sent, so that it may be sent again. Default false. */
  readonly mayRepeat?: boolean;
}

export interface SubscriberSought {
  readonly subscriber: string;
  /** Events that it has read and reads again. */
  readonly again: number;
  /** Events that it has not read and passes over. */
  readonly skipped: number;
  /** Those read again that are older than it is known what was sent (95 h). */
  readonly forgotten: number;
  /** False in a preview. */
  readonly moved: boolean;
}

export interface SubscriberRemoved {
  readonly subscriber: string;
  readonly topics: readonly string[];
  /** Events that it had not read, and had read without an end. */
  readonly unread: number;
  readonly pending: number;
  /** False in a preview. */
  readonly removed: boolean;
}

export interface SubscriberControlOptions {
  readonly application: string;
  readonly log: TopicLog;
  readonly catalog: () => Promise<Catalog>;
  readonly audit: () => Audit;
}

/** Who has not been seen for so long is gone, whichever profile its process has. */
const goneMs = paces.economy.takeOver;
const drainMs = 30_000;
const lookAgainMs = 100;

export function subscriberControl({ application, log, catalog, audit }: SubscriberControlOptions): SubscriberControl {
  const positionsOf = async ({ identity, topics }: Pick<Subscriber, "identity"> & { topics: readonly { name: string }[] }) => {
    const group = `${application}.${identity}`;
    const places = topics.map(async ({ name: topic }) =>
      Array.from({ length: await log.partitions(topic) }, (_, partition): Position => ({ topic, partition, group })),
    );
    return (await Promise.all(places)).flat();
  };
  /** The first of its logs decides who was first; the others say the same. */
  const hold = async (positions: readonly Position[], held: Held | undefined): Promise<Held | undefined> => {
    const [first, ...others] = positions;
    const before = first && (await log.hold(first, held));
    const mark = held && before && { ...before, hold: held.hold };
    const marks = await Promise.all(others.map((position) => log.hold(position, mark ?? held)));
    return before && firstHeld([before, ...marks]);
  };
  /** Pauses or drains one: of several who do, the first one stays who did. */
  const holdUp = async (what: "subscriber.pause" | "subscriber.drain", name: string, by: By) => {
    const positions = await positionsOf(namedSubscriber(await catalog(), name));
    const [first, ...others] = (await Promise.all(positions.map(groupOf))).map((place) => place?.held);
    const deed = pauseDeed(name, heldBefore(first && firstHeld([first, ...others])));
    const { reason } = by;
    const how = what === "subscriber.pause" ? "paused" : "draining";
    const held: Held = { hold: how, since: Date.now(), by: byName(by), ...(reason === undefined ? {} : { reason }) };
    const result = await audited(audit, { ...deed, what, by }, async () => heldBefore(await hold(positions, held)));
    return { positions, ...result };
  };
  const groupOf = async ({ topic, partition, group }: Position): Promise<GroupStanding | undefined> =>
    (await log.standing(topic, partition)).groups.find((one) => one.group === group);
  const pendingOf = async (positions: readonly Position[]): Promise<number> => {
    const places = await Promise.all(positions.map(groupOf));
    return sum(places.map((place) => place?.pending ?? 0));
  };

  return {
    async list() {
      const present = await catalog();
      return subscriberPositions(await topicStandings(log, present), application, present);
    },
    async pause(name, by = {}) {
      const { positions: _, ...result } = await holdUp("subscriber.pause", name, by);
      return result;
    },
    async resume(name, by = {}) {
      const positions = await positionsOf(namedSubscriber(await catalog(), name));
      await audited(audit, { what: "subscriber.resume", of: name, by }, () => hold(positions, undefined));
    },

    async drain(name, { within = drainMs, ...by } = {}) {
      const { positions, ...result } = await holdUp("subscriber.drain", name, by);
      const deadline = performance.now() + within;
      for (;;) {
        const pending = await pendingOf(positions);
        if (pending === 0 || performance.now() >= deadline) return { pending, ...result };
        await pause(lookAgainMs);
      }
    },

    async seek(name, { to, preview = false, mayRepeat = false, ...by }) {
      const subscriber = namedSubscriber(await catalog(), name);
      const now = Date.now();
      const asked = { to: seekTarget(to, now), knownSince: now - knownSendsMs };
      const positions = await positionsOf(subscriber);
      const move = async (really: boolean) => {
        const all = await Promise.all(positions.map((position) => log.seek(position, { ...asked, move: really })));
        const known = all.filter((one) => one !== undefined);
        if (known.length < all.length) throw refused(`"${subscriber.name}" has no place yet in each of its logs: start a router first.`);
        const [again, skipped, forgotten] = (["again", "skipped", "forgotten"] as const).map((count) =>
          sum(known.map((one) => one[count])),
        );
        return { subscriber: subscriber.name, again: again!, skipped: skipped!, forgotten: forgotten!, moved: really };
      };
      const seen = await move(false);
      if (preview) return seen;
      if (seen.forgotten > 0 && !mayRepeat)
        throw refused(
          `"${subscriber.name}" was not moved: ${seen.forgotten} of the events that it would read again are older than it is known what was sent (95 h), so that they could be sent again. Choose a time after ${new Date(asked.knownSince).toISOString()}, or say that they may be.`,
        );
      const of = `${subscriber.name} to ${placeText(asked.to)}: ${seen.again} again, ${seen.skipped} skipped`;
      return audited(audit, { what: "subscriber.seek", of, by }, () => move(true));
    },

    async remove(name, { preview = false, ...by } = {}) {
      const present = await catalog();
      const inCode = present.subscribers.find((one) => one.name === name) ?? present.subscriber(name);
      if (inCode !== undefined)
        throw refused(
          `"${inCode.name}" is in the code of this application: take it out, deploy, and remove it then. To hold it up, pause it.`,
        );
      const positions = await positionsOf({ identity: name, topics: (await log.topics()).map((topic) => ({ name: topic })) });
      const standings = await Promise.all(
        positions.map(async (position) => ({ position, ...(await log.standing(position.topic, position.partition)) })),
      );
      const own = standings.flatMap(({ position, published, groups }) => {
        const found = groups.find(({ group }) => group === position.group);
        return found === undefined ? [] : [{ position, published, ...found }];
      });
      if (own.length === 0) throw unknownSubscriber(name, strangers(standings, present));
      const goneSince = Date.now() - goneMs;
      const seen = Math.max(...own.map((place) => place.seen ?? 0));
      if (seen > goneSince) throw stillRead(name, seen);
      if (!preview)
        await audited(audit, { what: "subscriber.remove", of: name, by }, async () => {
          for (const { position } of own) if ((await log.remove(position, goneSince)) === "read") throw stillRead(name, Date.now());
        });
      return {
        subscriber: name,
        topics: [...new Set(own.map(({ position: { topic } }) => topic))],
        unread: sum(own.map(({ published, read }) => Math.max(0, published - read))),
        pending: sum(own.map(({ pending }) => pending)),
        removed: !preview,
      };
    },
  };

  /** Those that could be meant: of this application, and not in its code. */
  function strangers(standings: readonly { readonly groups: readonly { readonly group: string }[] }[], { subscribers }: Catalog): string[] {
    const names = standings.flatMap(({ groups }) => groups).map(({ group }) => group);
    const own = names.filter((group) => group.startsWith(`${application}.`)).map((group) => group.slice(application.length + 1));
    return [...new Set(own)].filter((name) => !subscribers.some(({ identity }) => identity === name));
  }
}

function heldBefore(held: Held | undefined): PauseResult {
  if (held === undefined) return {};
  const { hold: _, since: at, ...who } = held;
  return pausedBefore({ at, ...who });
}

/**
 * Pure.
 * @throws BusbarError `INVALID_RANGE`
 */
export function seekTarget(to: string | number, now: number): SeekTarget {
  if (to === "now" || to === "beginning") return to;
  const time = typeof to === "number" ? to : Date.parse(to);
  // What no date can say is no number either.
  const problem = Number.isNaN(new Date(time).getTime())
    ? `${JSON.stringify(to)} is none of now, beginning and a time such as 2026-11-21T09:00:00Z`
    : time > now
      ? `${new Date(time).toISOString()} is yet to come: to read what comes, say now`
      : undefined;
  if (problem === undefined) return time;
  throw new BusbarError("INVALID_RANGE", "Nothing was moved:", { problems: [`to: ${problem}`] });
}

function placeText(to: SeekTarget): string {
  return typeof to === "number" ? new Date(to).toISOString() : to;
}

function refused(message: string): BusbarError {
  return new BusbarError("REFUSED", message);
}

function stillRead(name: string, seen: number): BusbarError {
  const when = new Date(seen).toISOString();
  return refused(
    `"${name}" was not removed: a router looked after it at ${when}. A process that still has it in its code must be stopped; one that has just let go of it, as \`busbar dev\` does when its file is taken away, is noticed within ${goneMs / 1_000} s. Try again then.`,
  );
}
