import * as z from "zod";
import { deliveryStatuses } from "./status.ts";
import { defineTopic } from "./topic.ts";

/**
 * A provider said what became of a message. busbar publishes it where an application has the topic: export it from `topics/index.ts`,
 * and write a subscriber. Published once for each status of a delivery that raises it, in the order in which they come to be known.
 */
export const deliveryStatusChanged = defineTopic(
  "delivery.status_changed",
  z.object({
    deliveryId: z.string(),
    /** The event that it was planned for. */
    eventId: z.string(),
    topic: z.string(),
    subscriber: z.string(),
    route: z.string(),
    channel: z.string(),
    provider: z.string(),
    /** The provider's own id of the message, where it is known. */
    messageId: z.string().nullable(),
    status: z.enum(deliveryStatuses),
    /** The provider's words or code. */
    reason: z.string().nullable(),
    /** When it happened, by the provider's clock where it says. */
    at: z.iso.datetime(),
  }),
  {
    description: "A provider said what became of a message: delivered, read, bounced …",
    key: (data) => data.deliveryId,
    example: {
      deliveryId: "d_abcdefghijklmnopqrstuvwxyz234567",
      eventId: "01a20061-8f4e-7cc3-98c4-dc0c0c07398f",
      topic: "order.placed",
      subscriber: "order-confirmation",
      route: "email",
      channel: "email",
      provider: "sendgrid",
      messageId: "aGVsbG8td29ybGQ",
      status: "delivered",
      reason: null,
      at: "2026-01-31T09:30:00.000Z",
    },
  },
);

export type DeliveryStatusChanged = z.output<(typeof deliveryStatusChanged)["schema"]>;
