import type { ConsentNotice, Notice, StatusNotice } from "../define/notice.ts";
import type { Applied, StatusSource } from "./apply-status.ts";
import type { SleepingJob } from "./callback-record.ts";

/** What the notices of a callback came to. */
export interface Tally {
  /** Statuses that were new, that had come before, and of what nobody knows. */
  readonly recorded: number;
  readonly repeated: number;
  readonly unknown: number;
  /** Statuses that are to be looked at again in a moment. */
  readonly early: number;
  /** What readers want. */
  readonly consents: number;
  readonly asleep: readonly SleepingJob[];
}

export interface ApplyNoticesOptions {
  readonly applyStatus: (notice: StatusNotice, source: StatusSource) => Promise<Applied>;
  readonly applyConsent: (notice: ConsentNotice) => Promise<unknown>;
}

/** Of a callback with thousands, so many deliveries are at work at once. */
const atOnce = 100;

/**
 * Applies all notices of a callback: what readers want first, then the statuses, those of one delivery in their order.
 * @throws what the first of them threw that failed, after all were tried: applied again, the others change nothing
 */
export async function applyNotices(
  notices: readonly Notice[],
  source: StatusSource,
  { applyStatus, applyConsent }: ApplyNoticesOptions,
): Promise<Tally> {
  const failures: unknown[] = [];
  const trying = async (work: () => Promise<void>): Promise<void> => {
    await work().catch((error: unknown) => void failures.push(error));
  };
  const consents = notices.filter((notice) => notice.kind === "consent");
  for (const notice of consents)
    await trying(async () => {
      await applyConsent(notice);
    });

  const applied: Applied[] = [];
  const groups = [...byDelivery(notices.filter((notice) => notice.kind === "status")).values()];
  const inOrder = (group: readonly StatusNotice[]) =>
    trying(async () => {
      for (const notice of group) applied.push(await applyStatus(notice, source));
    });
  for (let from = 0; from < groups.length; from += atOnce) await Promise.all(groups.slice(from, from + atOnce).map(inOrder));
  if (failures.length > 0) throw failures[0];

  const count = (kind: Applied["kind"]): number => applied.filter((one) => one.kind === kind).length;
  const asleep = new Map(applied.flatMap((one) => (one.asleep === undefined ? [] : [[one.asleep.id, one.asleep] as const])));
  return {
    recorded: count("recorded"),
    repeated: count("repeated"),
    unknown: count("unknown"),
    early: count("early"),
    consents: consents.length,
    asleep: [...asleep.values()],
  };
}

function byDelivery(notices: readonly StatusNotice[]): Map<string, StatusNotice[]> {
  const groups = new Map<string, StatusNotice[]>();
  for (const notice of notices) {
    const key = notice.reference ?? notice.messageId ?? "";
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [notice]);
    else group.push(notice);
  }
  return groups;
}
