import { silentLogger } from "../base/logger.ts";
import { type Progress } from "../define/handler.ts";
import { type By, byText } from "./by.ts";
import type { EventReference } from "../define/delivery.ts";
import { type DeliveryState, deliveryState } from "../workers/delivery-state.ts";
import { followers } from "../workers/followers.ts";
import type { DeliveryStatus } from "../define/status.ts";
import type { TimelineEntry } from "../workers/ledger.ts";
import type { StatusEntry } from "../workers/statuses.ts";
import type { JobState } from "../queues/delivery-queue.ts";
import { statusesOf } from "./trace.ts";
import type { Topics } from "../define/catalog.ts";
import { maskedRecipient, maskedWords } from "./masked.ts";
import { recordView, type View } from "./view.ts";
import type { LazyParts } from "./parts.ts";
import { channelNames } from "../define/channel-name.ts";

/** Where a delivery stands. */
export interface DeliveryStanding {
  readonly id: string;
  readonly channel: string;
  readonly subscriber: string;
  readonly route: string;
  readonly to: string;
  readonly event: EventReference;
  readonly state: DeliveryState;
  readonly reason?: string;
  /** Where its job is. */
  readonly queue: JobState;
  /** Tries that were burned. */
  readonly attempts: number;
  readonly timeline: readonly TimelineEntry[];
  /** The highest status that its provider reported; absent where it said nothing. */
  readonly status?: DeliveryStatus;
  /** All that its provider reported, in the order in which it came to be known. */
  readonly statuses?: readonly StatusEntry[];
  readonly progress?: Progress;
}

export type Cancelled =
  | { readonly cancelled: true }
  /** `known`: there is such a delivery. */
  | { readonly cancelled: false; readonly known: boolean; readonly refused: string };

/** Single deliveries. Connects with its first question. */
export interface Deliveries {
  /** Undefined where no queue holds a delivery of this id; finished ones are kept 24 h by default. */
  status(id: string, view?: View): Promise<DeliveryStanding | undefined>;
  /** Ends a delivery that waits for a worker, a retry or its time, unsent. Twice is fine. Of a `firstOf`, the next step goes in its place. */
  cancel(id: string, by?: By): Promise<Cancelled>;
}

export interface DeliveriesOptions extends Pick<LazyParts, "queues" | "ledger" | "audit"> {
  readonly topics: Topics;
}

export function deliveries({ queues, ledger, audit, topics }: DeliveriesOptions): Deliveries {
  const find = async (id: string) => {
    for (const channel of channelNames) {
      const queue = queues().of(channel);
      const found = await queue.find(id);
      if (found !== undefined) return { queue, ...found };
    }
    return undefined;
  };

  return {
    async status(id, view = {}) {
      const found = await find(id);
      if (found === undefined) return undefined;
      const open = await recordView(audit, view, `the delivery ${id}`);
      const { content, state: job, attempts, queue } = found;
      const [timeline, [reported], progress] = await Promise.all([
        ledger().timeline(content),
        ledger().statuses([content]),
        queue.progress(id),
      ]);
      const { event, channel, subscriber, route, to, firstOf } = content;
      const standing: DeliveryStanding = {
        id,
        channel,
        subscriber,
        route,
        to,
        event: { id: event.id, type: event.type, time: event.time },
        ...deliveryState(timeline, firstOf?.steps[firstOf.step - 1]?.route),
        queue: job,
        attempts,
        timeline,
        ...statusesOf(reported),
        ...(progress === undefined ? {} : { progress }),
      };
      if (open || !isMarked(topics, event.type)) return standing;
      return { ...maskedWords(standing, [to]), to: maskedRecipient(content) };
    },

    async cancel(id, by = {}) {
      const found = await find(id);
      if (found === undefined) return { cancelled: false, known: false, refused: "no queue holds a delivery of this id" };
      if (found.state === "completed") {
        const { state } = deliveryState(await ledger().timeline(found.content));
        return state === "cancelled" ? { cancelled: true } : { cancelled: false, known: true, refused: `it ended as ${state}` };
      }
      if (found.state === "dead") return { cancelled: false, known: true, refused: deadLetter };
      // First the ledger: whatever still runs it is told not to send.
      const ended = await ledger().cancel(found.content, { step: "cancelled", detail: byText(by) });
      if (ended === "cancelled") {
        await found.queue.remove(id);
        await followers({ ledger: ledger(), queues: queues().of, observe: () => undefined, logger: silentLogger }).wake(found.content);
        return { cancelled: true };
      }
      const refused = ended === "busy" ? "it is being sent right now" : ended === "dead" ? deadLetter : `it ended as ${ended}`;
      return { cancelled: false, known: true, refused };
    },
  };
}

export const isMarked = (topics: Topics, type: string): boolean =>
  Object.values(topics).some(({ name, marks }) => name === type && marks !== undefined);

const deadLetter = "it is a dead letter: discard it with the dead letters";
