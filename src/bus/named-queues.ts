import { BusbarError } from "../base/errors.ts";
import type { Delivery } from "../define/delivery.ts";
import { nearestName } from "../define/names.ts";
import type { DeliveryQueue } from "../queues/delivery-queue.ts";
import { channelNames } from "../define/channel-name.ts";
import type { AnyContent } from "./any-content.ts";
import type { Queues } from "./queues.ts";

/** The channels, `routing` (events that could not be planned), `audiences` (recipients that are looked up) and `callbacks` (what providers tell later). */
export const queueNames: readonly string[] = [...channelNames, "routing", "audiences", "callbacks"];

/** @throws BusbarError `UNKNOWN_QUEUE` */
export function namedQueue({ of, routing, audiences, callbacks }: Queues, name: string): DeliveryQueue<AnyContent> {
  const beside = { routing, audiences, callbacks } as const;
  const queue = Object.hasOwn(beside, name) ? beside[name as keyof typeof beside] : of(namedQueueName(name) as Delivery["channel"]);
  return queue as unknown as DeliveryQueue<AnyContent>;
}

/** @throws BusbarError `UNKNOWN_QUEUE` */
export function namedQueueName(name: string): string {
  if (queueNames.includes(name)) return name;
  const near = nearestName(name, queueNames);
  throw new BusbarError(
    "UNKNOWN_QUEUE",
    `No queue is called "${name}". ${near === undefined ? `There are ${queueNames.join(", ")}.` : `Did you mean "${near}"?`}`,
  );
}

/** The error for a name that no channel has. */
export function notAChannel(name: string): BusbarError {
  if (queueNames.includes(name))
    return new BusbarError("UNKNOWN_QUEUE", `${name} is no channel, but a queue beside them: it can only be paused and cleaned.`);
  const near = nearestName(name, channelNames);
  const advice = near === undefined ? `There are ${channelNames.join(", ")}.` : `Did you mean "${near}"?`;
  return new BusbarError("UNKNOWN_QUEUE", `No channel is called ${JSON.stringify(name)}. ${advice}`);
}
