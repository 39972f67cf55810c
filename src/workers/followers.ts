import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { pause } from "../base/pause.ts";
import type { ChannelName } from "../define/channel-name.ts";
import type { Delivery } from "../define/delivery.ts";
import type { FirstOfPlace, FirstOfStep } from "../define/first-of-place.ts";
import type { Observe } from "../define/observation.ts";
import type { DeliveryReference } from "../define/reference.ts";
import type { DeliveryQueue } from "../queues/delivery-queue.ts";
import type { RaisedStatus } from "./apply-status.ts";
import { fateOf, type KnownDelivery } from "./fallback-turn.ts";
import type { Ledger } from "./ledger.ts";

export type DeliveryQueues = (channel: ChannelName) => DeliveryQueue<Delivery>;

/** What stands in a `firstOf`, by what must be known of it. */
export interface Placed {
  readonly id: string;
  readonly event: DeliveryReference["event"];
  readonly firstOf?: Pick<FirstOfPlace, "until" | "steps" | "step"> | undefined;
}

/**
 * Tells the deliveries of one `firstOf` of each other. None of it has to come through, and nothing rejects but `end`: whoever was not told
 * looks by itself at its own time.
 */
export interface Followers {
  /** A delivery ended without arriving: those behind it look now whether it is their turn. */
  wake(delivery: Placed): Promise<void>;
  /** More is known of a delivery now. Where it has arrived, those behind it end, unsent; where it ended otherwise, they look now. */
  heard(delivery: Placed, known: Omit<KnownDelivery, "id">): Promise<void>;
  /** Ends deliveries of other steps, unsent; `busy` where one of them is being sent right now. */
  end(delivery: Placed, others: readonly { readonly id: string }[], reason: string): Promise<"ended" | "busy">;
}

export interface FollowersOptions {
  readonly ledger: Pick<Ledger, "cancel">;
  readonly queues: DeliveryQueues;
  readonly observe: Observe;
  readonly logger: Logger;
}

/** A job that is with a worker may be about to wait, and is woken when it does: so often, and after so many milliseconds. */
const wakings = { most: 10, pauseMs: 50 };

const behind = ({ firstOf }: Placed): readonly FirstOfStep[] => firstOf?.steps.slice(firstOf.step + 1) ?? [];

export function followers({ ledger, queues, observe, logger }: FollowersOptions): Followers {
  const wakeStep = async ({ channel, ids }: FirstOfStep): Promise<void> => {
    let left = ids;
    for (let round = 0; left.length > 0 && round < wakings.most; round++) {
      if (round > 0) await pause(wakings.pauseMs);
      left = await queues(channel).wake(left);
    }
  };

  const endOne = async ({ event }: Placed, { channel, id }: { readonly channel: ChannelName; readonly id: string }, detail: string) => {
    // First the ledger: whatever holds the job is told not to send.
    const ended = await ledger.cancel({ id, event }, { step: "cancelled", detail });
    if (ended !== "cancelled") return ended;
    const found = await queues(channel).find(id);
    const waits = found?.state === "waiting" || found?.state === "delayed";
    if (waits && (await queues(channel).remove(id))) observe("cancelled", { delivery: found.content, reason: detail });
    return ended;
  };

  const end: Followers["end"] = async (delivery, others, reason) => {
    const wanted = new Set(others.map(({ id }) => id));
    const each = (delivery.firstOf?.steps ?? []).flatMap(({ channel, ids }) =>
      ids.filter((id) => wanted.has(id)).map((id) => ({ channel, id })),
    );
    const ends = await Promise.all(each.map((one) => endOne(delivery, one, reason)));
    return ends.includes("busy") ? "busy" : "ended";
  };

  const trying = async ({ id }: Placed, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      logger.warn({ delivery: id, error: messageOf(error) }, "the next steps of a firstOf were not told; they look at their own time");
    }
  };

  const wake: Followers["wake"] = (delivery) => trying(delivery, () => Promise.all(behind(delivery).map(wakeStep)));

  return {
    wake,
    async heard(delivery, known) {
      const { id, firstOf } = delivery;
      const others = behind(delivery).flatMap(({ ids }) => ids.map((other) => ({ id: other })));
      if (firstOf === undefined || others.length === 0) return;
      const { kind, what } = fateOf({ ...known, id }, firstOf.until);
      if (kind === "arrived")
        await trying(delivery, () => end(delivery, others, `not needed: ${firstOf.steps[firstOf.step]!.route} ${what}`));
      else if (kind === "ended") await wake(delivery);
    },
    end,
  };
}

/** Tells those behind a delivery that its provider gave it a higher status. */
export function tellRaised({ heard }: Followers): (raised: RaisedStatus) => Promise<void> {
  return ({ delivery, status, receipt }) =>
    heard({ ...delivery, firstOf: receipt?.firstOf }, { standing: "sent", status, acceptedAt: receipt?.at });
}
