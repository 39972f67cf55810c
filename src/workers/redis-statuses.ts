import type { RedisConnection } from "../base/redis.ts";
import { luaScript } from "../base/lua.ts";
import type { DeliveryReference } from "../define/reference.ts";
import { deliveryStatuses, type DeliveryStatus, statusRank } from "../define/status.ts";
import { oneLine } from "./one-line.ts";
import { keepSeconds, ledgerKeys, longestTimeline } from "./redis-ledger-keys.ts";
import type { DeliveryStatuses, Receipt, Reported, Settled, StatusEntry, Statuses, StatusReport } from "./statuses.ts";

type ReportReply = ["unknown"] | ["recorded" | "repeated", string, string, number, string];

const lines = new URL("./status-lines.lua", import.meta.url);
const reportScript = luaScript<ReportReply>(new URL("./report.lua", import.meta.url), lines);
const toldScript = luaScript<1>(new URL("./told.lua", import.meta.url), lines);

/** Bytes of all statuses of one delivery. */
const longestStatuses = 2_000;
/** Characters. */
const longest = { provider: 60, messageId: 200, reason: 120 };
/** A delivery that is reported not to have arrived more often is dead. */
const mostReturns = 5;

/** Each status is stored as one letter; the order of the ranks stands in status-lines.lua too. */
const letterOf: Readonly<Record<DeliveryStatus, string>> = {
  accepted: "a",
  failed: "f",
  delivered: "d",
  bounced: "b",
  read: "r",
  "opted out": "o",
};
const statusOf = new Map(deliveryStatuses.map((status) => [letterOf[status], status]));
const settledOf: Readonly<Record<string, Settled | undefined>> = { s: "sent", f: "free", d: "dead", p: "suppressed" };

/**
 * What providers say of deliveries, in Redis: one Lua call a report. `<p>` is the prefix, `<s>` a shard and `<hour>` a bucket, as of the ledger.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:{<s>}:statuses:<hour>` | hash | delivery id → lines, at most 2,000 bytes; their form stands in status-lines.lua |
 * | `<p>:{<s>}:receipts:<hour>` | hash | delivery id → JSON array: event id, topic, subscriber, route, channel, to, provider, message id, when (ms), category, place in a `firstOf` |
 */
export function redisStatuses(redis: RedisConnection, prefix: string): Statuses {
  const { of: keysOf } = ledgerKeys(prefix);
  const read = (kind: "statuses" | "receipts", deliveries: readonly DeliveryReference[]): Promise<readonly (string | null)[]> =>
    Promise.all(deliveries.map((delivery) => redis.hget(keysOf(delivery)[kind], delivery.id)));

  return {
    async report(delivery, report): Promise<Reported> {
      const { ledger, timeline, statuses } = keysOf(delivery);
      const reply = await reportScript(
        redis,
        [ledger, timeline, statuses],
        [
          delivery.id,
          letterOf[report.status],
          verdictOf(report),
          field(report.provider, longest.provider),
          field(report.messageId ?? "", longest.messageId),
          Math.max(0, Math.floor(report.at)),
          oneLine(report.reason ?? "", longest.reason),
          keepSeconds,
          longestTimeline,
          longestStatuses,
          mostReturns,
        ],
      );
      if (reply[0] === "unknown") return { kind: "unknown" };
      const [kind, settled, status, age, untold] = reply;
      return { kind, settled: settledOf[settled], status: statusOf.get(status)!, age, untold: parseStatuses(untold).entries };
    },

    async told(delivery, status) {
      await toldScript(redis, [keysOf(delivery).statuses], [delivery.id, letterOf[status]]);
    },

    statuses: async (deliveries) => (await read("statuses", deliveries)).map(parseStatuses),
    receipts: async (deliveries) => (await read("receipts", deliveries)).map(parseReceipt),
  };
}

/** What a report says of its message, as one letter: see status-lines.lua. */
function verdictOf({ status, outcome }: StatusReport): string {
  if (status !== "failed" && status !== "bounced") return "+";
  switch (outcome) {
    case "retry":
    case "pause":
      return "-";
    case "reject":
      return "x";
    case "suppress":
      return "p";
    case undefined:
      return status === "failed" ? "x" : "+";
  }
}

function field(text: string, most: number): string {
  return oneLine(text, most).replaceAll("|", "_");
}

function parseStatuses(stored: string | null): DeliveryStatuses {
  const entries = (stored ?? "").split("\n").flatMap((line): StatusEntry[] => {
    const [, letter = "", at, provider = "", messageId, reason] = /^(.)...\|(\d+)\|-?\d+\|([^|]*)\|([^|]*)\|(.*)$/.exec(line) ?? [];
    const status = statusOf.get(letter);
    if (status === undefined) return [];
    return [{ status, at: Number(at), provider, ...(messageId ? { messageId } : {}), ...(reason ? { reason } : {}) }];
  });
  const ranked = entries.map(({ status }) => status).toSorted((a, b) => statusRank(b) - statusRank(a));
  return { status: ranked[0], entries };
}

/** As Redis keeps a receipt; what has no value at the end is left out. */
export function receiptText({ event, subscriber, route, channel, to, provider, messageId = "", at, category, firstOf }: Receipt): string {
  const parts = [event.id, event.type, subscriber, route, channel, to, provider, messageId, at];
  if (firstOf !== undefined) return JSON.stringify([...parts, category ?? "", firstOf]);
  return JSON.stringify(category === undefined ? parts : [...parts, category]);
}

type ReceiptParts = [string, string, string, string, string, string, string, string, number, string?, Receipt["firstOf"]?];

function parseReceipt(stored: string | null): Receipt | undefined {
  if (stored === null) return undefined;
  const [id, type, subscriber, route, channel, to, provider, messageId, at, category, firstOf] = JSON.parse(stored) as ReceiptParts;
  return {
    event: { id, type },
    subscriber,
    route,
    channel,
    to,
    provider,
    ...(messageId === "" ? {} : { messageId }),
    at,
    ...(category ? { category } : {}),
    ...(firstOf === undefined ? {} : { firstOf }),
  };
}
