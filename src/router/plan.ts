import { BusbarError, messageOf } from "../base/errors.ts";
import { checkEmailAddress, type CheckedAddress } from "../define/address.ts";
import type { ChannelName } from "../define/channel-name.ts";
import { type ChannelOptions } from "../define/channels.ts";
import { type Delivery, deliveryId } from "../define/delivery.ts";
import type { BusEvent } from "../define/event.ts";
import { resolvePolicy } from "../define/policy.ts";
import type { AnyRoute } from "../define/route.ts";
import type { Subscriber } from "../define/subscriber.ts";
import { templateDataProblems } from "../define/template.ts";

export interface PlanOptions {
  /** Part of every delivery's id: two applications may have subscribers of one name. */
  readonly application: string;
  /** The channels' own option words, the farthest level of the policy. */
  readonly channels?: Partial<Record<ChannelName, ChannelOptions>>;
}

export interface Plan {
  readonly deliveries: readonly Delivery[];
  /** Routes that were not taken, with the reason. */
  readonly skipped: readonly { readonly route: string; readonly reason: string }[];
}

/**
 * What a subscriber does with an event: the heart of the product, and pure. The router, previews, replay and unit tests all ask it.
 * @throws BusbarError `CANNOT_PLAN` naming subscriber and route, when the subscriber's own code throws or returns what no delivery can be made of
 */
export function plan(subscriber: Subscriber, event: BusEvent, { application, channels = {} }: PlanOptions): Plan {
  const deliveries = new Map<string, Delivery>();
  const skipped: { route: string; reason: string }[] = [];
  for (const route of subscriber.routes) {
    const call = caller(subscriber, route, event);
    if (channels[route.channel]?.enabled === false) {
      skipped.push({ route: route.name, reason: `the channel ${route.channel} is switched off` });
      continue;
    }
    if (route.when !== undefined && !call("when", route.when)) {
      skipped.push({ route: route.name, reason: "when said no" });
      continue;
    }
    const recipients = recipientsOf(call("to", route.to));
    if (recipients.length === 0) {
      skipped.push({ route: route.name, reason: "no recipient" });
      continue;
    }
    const data = call("data", route.data);
    const unfit = templateDataProblems(route.template.schema, data);
    if (unfit.length > 0) throw cannotPlan(subscriber, route, `data does not fit template "${route.template.name}": ${unfit.join("; ")}`);
    const policy = resolvePolicy(channels[route.channel], subscriber, route);
    for (const recipient of recipients) {
      const checked = checkAddress(route.channel, recipient);
      const to = "address" in checked ? checked.address : String(recipient);
      const id = deliveryId({
        application,
        eventId: event.id,
        subscriber: subscriber.name,
        route: route.name,
        channel: route.channel,
        recipient: to,
        epoch: 0,
      });
      deliveries.set(id, {
        id,
        event: { id: event.id, type: event.type, time: event.time },
        subscriber: subscriber.name,
        route: route.name,
        channel: route.channel,
        to,
        template: { name: route.template.name, version: route.template.version },
        data,
        policy,
        ...("problem" in checked ? { refusal: `to: ${checked.problem}` } : {}),
      });
    }
  }
  return { deliveries: [...deliveries.values()], skipped };
}

function caller(subscriber: Subscriber, route: AnyRoute, event: BusEvent) {
  return <Result>(name: string, code: (event: BusEvent) => Result): Result => {
    try {
      return code(event);
    } catch (error) {
      throw cannotPlan(subscriber, route, `${name} threw: ${messageOf(error)}`, error);
    }
  };
}

function recipientsOf(returned: string | readonly string[] | undefined): readonly unknown[] {
  if (returned === undefined || returned === null) return [];
  return Array.isArray(returned) ? returned : [returned];
}

function checkAddress(channel: ChannelName, recipient: unknown): CheckedAddress {
  return channel === "email" ? checkEmailAddress(recipient) : { address: String(recipient) };
}

function cannotPlan(subscriber: Subscriber, route: AnyRoute, problem: string, cause?: unknown): BusbarError {
  return new BusbarError("CANNOT_PLAN", `Subscriber "${subscriber.name}", route "${route.name}": ${problem}`, { cause });
}
