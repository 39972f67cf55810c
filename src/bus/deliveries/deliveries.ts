import { type Progress } from "../../define/handler.ts";
import { audited } from "../audited.ts";
import type { By } from "../by.ts";
import { cancelMany, type CancelManyOptions, type CancelReport, type CancelSelection } from "./cancel-many.ts";
import { cancelJob, type Cancelled } from "./cancel-job.ts";
import type { EventReference } from "../../define/delivery.ts";
import { type DeliveryState, deliveryState } from "../../workers/delivery-state.ts";
import type { DeliveryStatus } from "../../define/status.ts";
import type { TimelineEntry } from "../../workers/ledger.ts";
import type { StatusEntry } from "../../workers/statuses.ts";
import type { JobState } from "../../queues/delivery-queue.ts";
import { statusesOf } from "../trace.ts";
import type { Topics } from "../../define/catalog.ts";
import { addressIn, isAddressMasked, maskedRecipient, maskedWords, withoutAddress } from "../masked.ts";
import { personalIn } from "../personal-words.ts";
import { recordView, type View } from "../view.ts";
import { channelNames } from "../../define/channel-name.ts";

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

export type { Cancelled } from "./cancel-job.ts";
export type { CancelReport, CancelSelection } from "./cancel-many.ts";

/** Single deliveries. Connects with its first question. */
export interface Deliveries {
  /** Undefined where no queue holds a delivery of this id; finished ones are kept 24 h by default. */
  status(id: string, view?: View): Promise<DeliveryStanding | undefined>;
  /** Ends a delivery that waits for a worker, a retry or its time, unsent. Twice is fine. Of a `firstOf`, the next step goes in its place. */
  cancel(id: string, by?: By): Promise<Cancelled>;
  /**
   * Ends, unsent, all deliveries of a selection that wait, all steps of a `firstOf` too, and keeps their audiences from releasing more.
   * @throws BusbarError `INVALID_SELECTION` where nothing is selected, or not enough of it is said, `UNKNOWN_SUBSCRIBER` or `UNKNOWN_QUEUE`; nothing was ended then
   */
  cancelMany(selection: CancelSelection & By & { readonly preview?: boolean }): Promise<CancelReport>;
}

export interface DeliveriesOptions extends CancelManyOptions {
  readonly topics: Topics;
}

export function deliveries(options: DeliveriesOptions): Deliveries {
  const { queues, ledger, audit, topics } = options;
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
      const marked = isMarked(topics, event.type);
      if (open || !isAddressMasked(channel, marked)) return standing;
      if (!marked) return withoutAddress(standing, to);
      const topic = Object.values(topics).find(({ name }) => name === event.type);
      return { ...maskedWords(standing, [...addressIn(content), ...personalIn(topic, content)]), to: maskedRecipient(content) };
    },

    async cancel(id, by = {}) {
      const found = await find(id);
      if (found === undefined) return { cancelled: false, known: false, refused: "no queue holds a delivery of this id" };
      const cancel = () => cancelJob({ ledger, queues }, { queue: queues().of(found.content.channel), found, by });
      // What has ended is ended no more: nothing of that is recorded.
      if (found.state === "completed" || found.state === "dead") return cancel();
      const result = await audited(audit, { what: "delivery.cancel", of: id, by, undone: whyNot }, cancel);
      if (!result.cancelled) return result;
      const inDoubt = (await ledger().timeline(found.content)).some(({ step }) => doubts.has(step));
      return { cancelled: true, ...(inDoubt ? { mayHaveArrived: true as const } : {}) };
    },

    cancelMany: (selection) => cancelMany(options, selection),
  };
}

function whyNot(end: Cancelled): string | undefined {
  return end.cancelled ? undefined : end.refused;
}

/** After these steps nobody knows whether a try was accepted. */
const doubts: ReadonlySet<TimelineEntry["step"]> = new Set(["doubtful", "held", "takeover"]);

export const isMarked = (topics: Topics, type: string): boolean =>
  Object.values(topics).some(({ name, marks }) => name === type && marks !== undefined);
