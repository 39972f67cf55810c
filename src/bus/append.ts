import { BusbarError, messageOf } from "../base/errors.ts";
import { pause } from "../base/pause.ts";
import { TooFewReplicas } from "../base/redis-replication.ts";
import type { Durability } from "../base/redis-suitability.ts";
import { LateAnswer, within } from "../base/within.ts";
import { payloadFingerprint } from "../define/event.ts";
import { type Appended, LogFull, type NewEntry, type TopicLog } from "../log/topic-log.ts";
import type { Vault } from "../vault/vault-port.ts";
import { lacksKey } from "./lacks-key.ts";
import type { SpoolRecord } from "./spool/spool-record.ts";
import type { Spool } from "./spool/spool.ts";

/** An event that is in the log, or on its way to it. */
export interface Kept {
  readonly eventId: string;
  readonly repeated: boolean;
  readonly durability: Durability | "spooled" | undefined;
}

export interface Appender {
  /**
   * Until the deadline, a lost connection is tried again with the same id; then the event goes to the spool, where there is one.
   * @throws BusbarError `PUBLISH_FAILED`, `IDEMPOTENCY_CONFLICT` or `REDIS_UNSUITABLE`
   */
  append(record: SpoolRecord): Promise<Kept>;
  /** One try, for what waits in the spool. */
  once(record: SpoolRecord): Promise<Kept>;
}

export interface AppenderOptions {
  readonly log: TopicLog;
  /** Milliseconds that an append may take. */
  readonly deadline: number;
  /** Where events wait while Redis is away; undefined: nowhere, the publish fails. */
  readonly spool?: Pick<Spool, "add" | "holding" | "start"> | undefined;
  /** For events of marked topics. */
  readonly vault: Pick<Vault, "settle" | "clear">;
}

const retryPauseMs = 50;

export function createAppender({ log, deadline, spool, vault }: AppenderOptions): Appender {
  async function append(record: SpoolRecord): Promise<Kept> {
    if (spool === undefined) return tried(record);
    await spool.start();
    // Behind those that wait, so that their order stays; and a Redis that is known to be away keeps nobody waiting.
    if (spool.holding()) return spooled(spool, record);
    try {
      return await tried(record);
    } catch (error) {
      if (!isAway(error)) throw error;
      return spooled(spool, record);
    }
  }

  async function tried(record: SpoolRecord): Promise<Kept> {
    const giveUpAt = performance.now() + deadline;
    const state = { sent: false, over: new AbortController() };
    let away: BusbarError | undefined;
    for (;;) {
      try {
        const trying = attempt(record, state);
        // What comes of it after the deadline is nobody's any more: the same id may be appended again.
        trying.catch(() => undefined);
        return await within(Math.max(0, giveUpAt - performance.now()), trying);
      } catch (error) {
        if (error instanceof LateAnswer) state.over.abort();
        if (error instanceof BusbarError && error.code !== "REDIS_UNREACHABLE") throw error;
        if (error instanceof BusbarError) away = error;
        // Redis answered: trying again would give the same answer.
        const { entry } = record;
        if (isReply(error) || error instanceof LogFull || error instanceof TooFewReplicas || performance.now() + retryPauseMs > giveUpAt)
          throw state.sent && !(error instanceof LogFull) ? unconfirmed(entry, error) : unreachable(entry, whyAway(error, away));
        await pause(retryPauseMs);
      }
    }
  }

  /** The time is over in the midst of a try: that before it knows why, and at which address. */
  function whyAway(error: unknown, before: BusbarError | undefined): unknown {
    if (!(error instanceof LateAnswer)) return error;
    return before ?? new LateAnswer(`Redis did not answer within ${deadline} ms. Start it, or correct REDIS_URL.`);
  }

  async function attempt(record: SpoolRecord, state: { sent: boolean; readonly over: AbortController }): Promise<Kept> {
    // Asked once: an event is not entrusted to a Redis that may evict it.
    await log.check();
    const { givenId } = record;
    const entry = record.pending === true ? { ...record.entry, json: await settled(record.entry) } : record.entry;
    state.over.signal.throwIfAborted();
    state.sent = true;
    const appended = await log.append(entry, state.over.signal);
    const known = appended.kind === "conflict" && entry.idempotency?.formerly?.includes(appended.fingerprint) === true;
    if (appended.kind === "conflict" && !known) throw conflict(entry, appended);
    const repeated = appended.kind !== "appended";
    if (repeated && givenId) await checkSamePayload(entry);
    return { eventId: appended.eventId, repeated, durability: log.durability() };
  }

  async function settled({ topic, eventId, json }: NewEntry): Promise<string> {
    try {
      return await vault.settle(json);
    } catch (error) {
      if (!lacksKey(error)) throw error;
      throw new BusbarError(
        "PUBLISH_FAILED",
        `${topic}: event ${eventId} was not published: ${messageOf(error)}. Then publish again with { id: "${eventId}" }.`,
        { cause: error, eventId },
      );
    }
  }

  /** An id that was given belongs to one fact: another payload under it would be lost in silence. */
  async function checkSamePayload({ topic, eventId, time, json }: NewEntry): Promise<void> {
    const found = await log.find(eventId, { topics: [topic], time });
    if (found === undefined) return;
    // The same payload is sealed in another way each time.
    const [known, own] = await Promise.all([vault.clear(found.entry.json), vault.clear(json)]).catch((error: unknown) => {
      if (!lacksKey(error)) throw error;
      throw new BusbarError(
        "PUBLISH_FAILED",
        `${topic}: the id "${eventId}" is in the log already, and whether with this payload cannot be told: ${messageOf(error)}.`,
        { cause: error, eventId },
      );
    });
    if (payloadFingerprint(known) === payloadFingerprint(own)) return;
    throw new BusbarError(
      "IDEMPOTENCY_CONFLICT",
      `${topic}: the id "${eventId}" belongs to an event with another payload. This one was not published: give it an id of its own.`,
    );
  }

  return { append, once: (record) => attempt(record, { sent: false, over: new AbortController() }) };
}

async function spooled(spool: Pick<Spool, "add">, record: SpoolRecord): Promise<Kept> {
  await spool.add(record);
  return { eventId: record.entry.eventId, repeated: false, durability: "spooled" };
}

/** Answers of a Redis that will work again by itself, or by its operator: what they refuse may wait in the spool. */
const passing = /^(OOM|LOADING|READONLY|MISCONF|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|BUSY)\b/;

function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === "ReplyError";
}

/** True when the log could not be reached, or could not take anything just then. */
function isAway(error: unknown): boolean {
  if (!(error instanceof BusbarError) || error.code !== "PUBLISH_FAILED" || lacksKey(error)) return false;
  return !isReply(error.cause) || passing.test(messageOf(error.cause));
}

function conflict(
  { topic, eventId, idempotency }: NewEntry,
  { eventId: first, fingerprint: known }: Extract<Appended, { readonly kind: "conflict" }>,
): BusbarError {
  return new BusbarError(
    "IDEMPOTENCY_CONFLICT",
    `${topic}: the idempotency key "${idempotency?.key}" was used by event ${first} with another payload (fingerprint ${known}; ` +
      `this one, ${eventId}, has ${idempotency?.fingerprint}). It was not published: use a new key for a new fact.`,
  );
}

function unreachable({ topic, eventId }: NewEntry, error: unknown): BusbarError {
  return new BusbarError(
    "PUBLISH_FAILED",
    `${topic}: event ${eventId} was not published. ${messageOf(error).replace(/\.?$/, ".")} Then publish again with { id: "${eventId}" }.`,
    { cause: error, eventId },
  );
}

function unconfirmed({ topic, eventId }: NewEntry, error: unknown): BusbarError {
  return new BusbarError(
    "PUBLISH_FAILED",
    `${topic}: Redis did not confirm event ${eventId} (${messageOf(error)}). It may or may not be in the log: publish again with { id: "${eventId}" } or an idempotencyKey, and it is there once.`,
    { cause: error, eventId },
  );
}
