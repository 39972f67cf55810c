import type { Redis } from "ioredis";
import { base32Alphabet } from "../base/ids.ts";
import { luaScript } from "../base/lua.ts";
import { type Claim, type Ledger, type LedgerKey, type LedgerStanding, type Mark, type TimelineStepName, timelineSteps } from "./ledger.ts";
import { parseTimeline } from "./timeline.ts";

const claimScript = luaScript<[Claim["kind"], (number | string)?, number?]>(new URL("./claim.lua", import.meta.url));
const renewScript = luaScript<number>(new URL("./renew.lua", import.meta.url));
const reopenScript = luaScript<"open" | "sent" | "suppressed" | "busy">(new URL("./reopen.lua", import.meta.url));
const cancelScript = luaScript<"cancelled" | "sent" | "suppressed" | "dead" | "busy">(new URL("./cancel.lua", import.meta.url));
const markScript = luaScript<"marked" | "late">(new URL("./mark.lua", import.meta.url));

/** How long a bucket is kept after its first record, seconds: 96 h. */
const keepSeconds = 96 * 3_600;
/** Bytes of one time line. */
const longestTimeline = 2_000;
const longestDetail = 200;

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
 * | `<p>:{<s>}:timeline:<hour>` | hash | delivery id → lines `<ms> <step's letter> <detail>`, at most 2,000 bytes |
 */
export function redisLedger(redis: Redis, prefix: string): Ledger {
  const shard = (letter: string): string => `${prefix}:{${letter}}`;
  const doubtfulKey = (letter: string): string => `${shard(letter)}:ledger-doubtful`;
  const keysOf = ({ id, event }: LedgerKey): readonly [ledger: string, timeline: string, doubtful: string] => {
    const letter = id.at(-1)!;
    const hour = Math.floor(Date.parse(event.time) / 3_600_000);
    return [`${shard(letter)}:ledger:${hour}`, `${shard(letter)}:timeline:${hour}`, doubtfulKey(letter)];
  };

  return {
    async claim(delivery, { token, lease, mostDeaths, now, hold = 0 }) {
      const [kind, value, begun] = await claimScript(redis, keysOf(delivery), [
        delivery.id,
        token,
        lease,
        mostDeaths,
        keepSeconds,
        now,
        hold,
      ]);
      switch (kind) {
        case "go":
          return { kind, doubtful: value === 1 };
        case "busy":
          return { kind, after: Number(value) };
        case "held":
          return { kind, after: Number(value), begun: begun === 1 };
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

    renew: async (delivery, token, lease) => (await renewScript(redis, [keysOf(delivery)[0]], [delivery.id, token, lease])) === 1,

    mark: (delivery, token, mark) =>
      markScript(redis, keysOf(delivery), [
        delivery.id,
        token,
        markState[mark.kind],
        timelineSteps[markStep[mark.kind]],
        oneLine(mark.detail),
        keepSeconds,
        longestTimeline,
        mark.kind === "held" ? mark.until : "",
      ]),

    reopen: (delivery, { suppressed = false } = {}) => reopenScript(redis, [keysOf(delivery)[0]], [delivery.id, suppressed ? 1 : 0]),

    cancel: (delivery, { step, detail }) => {
      const [ledger, timeline] = keysOf(delivery);
      return cancelScript(
        redis,
        [ledger, timeline],
        [delivery.id, `${timelineSteps[step]} ${oneLine(detail)}`, keepSeconds, step === "dead" ? oneLine(detail) : ""],
      );
    },

    async standings(deliveries) {
      const records = await Promise.all(deliveries.map((delivery) => redis.hget(keysOf(delivery)[0], delivery.id)));
      const now = Date.now();
      return records.map((record) => standingOf(record, now));
    },

    async note(delivery, { step, detail }) {
      await markScript(redis, keysOf(delivery), [
        delivery.id,
        "",
        "",
        timelineSteps[step],
        oneLine(detail),
        keepSeconds,
        longestTimeline,
        "",
      ]);
    },

    async doubtful() {
      // One by one: in a Cluster each shard may live elsewhere.
      const counts = await Promise.all([...base32Alphabet].map((letter) => redis.get(doubtfulKey(letter))));
      return counts.reduce((sum, count) => sum + Number(count ?? 0), 0);
    },

    timeline: async (delivery) => parseTimeline(await redis.hget(keysOf(delivery)[1], delivery.id)),
  };
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

function oneLine(detail: string): string {
  // Bidi controls would turn the order of what people read.
  return detail.replace(/[\s\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, " ").slice(0, longestDetail);
}
