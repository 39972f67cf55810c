import { sign } from "node:crypto";
import { deliveryReference } from "../../src/define/reference.ts";
import type { Bus } from "../../src/index.ts";
import { mailroomCallbackKeys } from "../../src/bus/callbacks/mailroom-callback-keys.ts";

export interface SendgridEvent {
  readonly event: string;
  readonly delivery: { readonly id: string; readonly event: { readonly id: string; readonly type: string; readonly time: string } };
  /** Default: the one message of the delivery. */
  readonly message?: string;
  /** Fields of its own, or in place of those that stand here. */
  readonly more?: Readonly<Record<string, unknown>>;
}

type Call = Parameters<Bus["callbacks"]["receive"]>[0];

/** A callback as SendGrid makes it, signed with the key of the mailroom. @param now milliseconds since 1970 */
export function sendgridRequest(events: readonly SendgridEvent[], now: number): Call {
  const list = events.map(({ event, delivery, message = `sg-${delivery.id.slice(-6)}`, more = {} }) => ({
    event,
    email: "asha@example.com",
    timestamp: Math.floor(now / 1_000),
    sg_message_id: `${message}.filter01.1`,
    sg_event_id: `${event}-${message}`,
    busbar: deliveryReference(delivery),
    ...more,
  }));
  const body = Buffer.from(JSON.stringify(list));
  const timestamp = String(Math.floor(now / 1_000));
  const signature = sign("sha256", Buffer.concat([Buffer.from(timestamp), body]), mailroomCallbackKeys.sendgrid.privateKey);
  return {
    provider: "sendgrid",
    method: "POST",
    path: "/callbacks/sendgrid",
    headers: {
      host: "localhost:3000",
      "content-type": "application/json",
      "x-twilio-email-event-webhook-timestamp": timestamp,
      "x-twilio-email-event-webhook-signature": signature.toString("base64"),
    },
    body,
    peer: "127.0.0.1",
  };
}

/** Calls back as SendGrid does. @param now milliseconds since 1970 by the bus's clock */
export async function sendgridCalls(bus: Pick<Bus, "callbacks">, events: readonly SendgridEvent[], now: number): Promise<void> {
  const answer = await bus.callbacks.receive(sendgridRequest(events, now));
  if (answer.kind !== "taken") throw new Error(`the callback was ${JSON.stringify(answer)}`);
}
