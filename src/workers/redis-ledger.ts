import type { RedisConnection } from "../base/redis.ts";
import { base32Alphabet } from "../base/ids.ts";
import { luaScript } from "../base/lua.ts";
import { oneLine } from "./one-line.ts";
import {
  type Claim,
  type Ledger,
  type LedgerKey,
  type LedgerStanding,
  type Mark,
  type Marked,
  type TimelineStepName,
  timelineSteps,
} from "./ledger.ts";
import { keepSeconds, ledgerKeys, longestTimeline } from "./redis-ledger-keys.ts";
import { receiptText, redisStatuses } from "./redis-statuses.ts";
import { parseTimeline } from "./timeline.ts";

const statusLines = new URL("./status-lines.lua", import.meta.url);
const claimScript = luaScript<[Claim["kind"], (number | string)?, (number | string)?]>(
  new URL("./claim.lua", import.meta.url),
  statusLines,
);
const renewScript = luaScript<number>(new URL("./renew.lua", import.meta.url));
const reopenScript = luaScript<"open" | "sent" | "suppressed" | "cancelled" | "busy">(new URL("./reopen.lua", import.meta.url));
const cancelScript = luaScript<"cancelled" | "sent" | "suppressed" | "dead" | "busy">(new URL("./cancel.lua", import.meta.url));
const forgetScript = luaScript<number>(new URL("./forget.lua", import.meta.url));
const markScript = luaScript<Marked>(new URL("./mark.lua", import.meta.url), statusLines);

const markState: Readonly<Record<Mark["kind"], string>> = {
  sent: "s",
  suppressed: "p",
  dead: "d",
  deadInDoubt: "e",
  free: "f",
  doubtful: "u",
  held: "h",
};
const ended: Readonly<Record<string, LedgerStanding>> = { s: "sent", p: "suppressed", d: "dead", e: "dead", n: "cancelled" };
const markStep: Readonly<Record<Mark["kind"], TimelineStepName>> = {
  sent: "sent",
  suppressed: "suppressed",
  dead: "dead",
  deadInDoubt: "dead",
  free: "retry",
  doubtful: "doubtful",
  held: "held",
};

/**
 * The ledger in Redis: one Lua call a transition. `<p>` is the prefix, `<s>` a shard (the last character of the delivery's id),
 * `<hour>` hours since 1970 of the event's time.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:{<s>}:ledger:<hour>` | hash | delivery id → its record, at most 100 bytes (its form stands in claim.lua) |
 * | `<p>:{<s>}:ledger-doubtful` | string | how many sends followed one that may have been accepted; never expires |
 * | `<p>:{<s>}:sent:<hour>` | hash | delivery id → what was sent, JSON; its form stands in sent-record.ts |
 * | `<p>:{<s>}:timeline:<hour>` | hash | delivery id → lines `<ms> <step's letter> <detail>`, at most 2,000 bytes |
 *
 * What providers say later is beside them: redis-statuses.ts.
 */
export function redisLedger(redis: RedisConnection, prefix: string): Ledger {
  const { of: keysOf, bucketOf, doubtful: doubtfulKey } = ledgerKeys(prefix);
  const markKeys = (delivery: LedgerKey): readonly string[] => {
    const { ledger, timeline, statuses, receipts, sent } = keysOf(delivery);
    return [ledger, timeline, statuses, receipts, sent];
  };

  return {
    ...redisStatuses(redis, prefix),

    async claim(delivery, { token, lease, mostDeaths, now, hold = 0 }) {
      const { ledger, timeline, statuses, doubtful } = keysOf(delivery);
      const [kind, value, more] = await claimScript(
        redis,
        [ledger, timeline, statuses, doubtful],
        [delivery.id, token, lease, mostDeaths, keepSeconds, now, hold, longestTimeline],
      );
      switch (kind) {
        case "go":
          return { kind, doubtful: value === 1 };
        case "busy":
          return { kind, after: Number(value) };
        case "held":
          return { kind, after: Number(value), begun: more === 1 };
        case "proved":
          return { kind, provider: String(value), messageId: more === "" ? undefined : String(more) };
        case "given up":
          return { kind, reason: String(value) };
        case "poison":
          return { kind, deaths: Number(value) };
        case "dead":
          return { kind, reason: String(value) };
        default:
          return { kind };
      }
    },

    renew: async (delivery, token, lease) => (await renewScript(redis, [keysOf(delivery).ledger], [delivery.id, token, lease])) === 1,

    mark: (delivery, token, mark) =>
      markScript(redis, markKeys(delivery), [
        delivery.id,
        token,
        markState[mark.kind],
        timelineSteps[markStep[mark.kind]],
        oneLine(mark.detail),
        keepSeconds,
        longestTimeline,
        mark.kind === "held" ? mark.until : "",
        mark.kind === "sent" && mark.receipt !== undefined ? receiptText(mark.receipt) : "",
        mark.kind === "sent" && mark.record !== undefined ? mark.record : "",
      ]),

    reopen: (delivery, { suppressed = false } = {}) => reopenScript(redis, [keysOf(delivery).ledger], [delivery.id, suppressed ? 1 : 0]),

    cancel: (delivery, { step, detail }) => {
      const { ledger, timeline } = keysOf(delivery);
      const line = `${timelineSteps[step]} ${oneLine(detail)}`;
      const reason = step === "dead" ? oneLine(detail) : "";
      return cancelScript(redis, [ledger, timeline], [delivery.id, line, keepSeconds, reason, step === "discarded" ? 1 : 0]);
    },

    async standings(deliveries) {
      const records = await inBuckets(deliveries, {
        bucketOf: (each) => bucketOf("ledger", each),
        read: (key, ids) => redis.hmget(key, ...ids),
      });
      const now = Date.now();
      return records.map((record) => standingOf(record, now));
    },

    async sent(deliveries) {
      const records = await inBuckets(deliveries, {
        bucketOf: (each) => bucketOf("sent", each),
        read: (key, ids) => redis.hmget(key, ...ids),
      });
      return records.map((record) => record ?? undefined);
    },

    async note(delivery, { step, detail }) {
      await markScript(redis, markKeys(delivery), [
        delivery.id,
        "",
        "",
        timelineSteps[step],
        oneLine(detail),
        keepSeconds,
        longestTimeline,
        "",
        "",
        "",
      ]);
    },

    forget: async (delivery) => (await forgetScript(redis, markKeys(delivery), [delivery.id])) === 1,

    async doubtful() {
      // One by one: in a Cluster each shard may live elsewhere.
      const counts = await Promise.all([...base32Alphabet].map((letter) => redis.get(doubtfulKey(letter))));
      return counts.reduce((sum, count) => sum + Number(count ?? 0), 0);
    },

    timeline: async (delivery) => parseTimeline(await redis.hget(keysOf(delivery).timeline, delivery.id)),
  };
}

/** Reads of many deliveries with one command a bucket. The answers are in the order of the deliveries. */
async function inBuckets<Value>(
  deliveries: readonly LedgerKey[],
  { bucketOf, read }: { bucketOf(delivery: LedgerKey): string; read(key: string, ids: readonly string[]): Promise<(Value | null)[]> },
): Promise<readonly (Value | null)[]> {
  const buckets = new Map<string, number[]>();
  for (const [index, delivery] of deliveries.entries()) {
    const key = bucketOf(delivery);
    const known = buckets.get(key);
    if (known === undefined) buckets.set(key, [index]);
    else known.push(index);
  }
  const found: (Value | null)[] = deliveries.map(() => null);
  await Promise.all(
    [...buckets].map(async ([key, indexes]) => {
      const values = await read(
        key,
        indexes.map((index) => deliveries[index]!.id),
      );
      for (const [at, index] of indexes.entries()) found[index] = values[at] ?? null;
    }),
  );
  return found;
}

/** The forms of a record stand in claim.lua. */
function standingOf(record: string | null, now: number): LedgerStanding {
  if (record === null) return "open";
  const [state = "", , , rest] = record.split("|");
  if (state === "c") return Number(rest) > now ? "busy" : "open";
  // Whoever held it queues nothing anew: it is in its queue, and may have been sent.
  if (state === "h") return "busy";
  return ended[state] ?? "open";
}
