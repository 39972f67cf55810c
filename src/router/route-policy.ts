import type { ChannelOptions } from "../define/channel-options.ts";
import type { BusEvent } from "../define/event.ts";
import { type Policy, policyProblems, type PolicyOptions, resolvePolicy } from "../define/policy.ts";
import type { AnyRoute } from "../define/route.ts";
import type { Subscriber } from "../define/subscriber.ts";
import { resolveTiming, type Timing, type TimingOptions } from "../define/timing.ts";
import { attempt, cannotPlan } from "./cannot-plan.ts";

export interface Levels {
  /** The farthest level. */
  readonly channel: ChannelOptions | undefined;
  /** The nearest: what the publish said. */
  readonly words: (PolicyOptions & TimingOptions) | undefined;
}

/** A route's policy is the same for all events that say nothing themselves. */
const known = new WeakMap<AnyRoute, { readonly channel: ChannelOptions | undefined; readonly policy: Policy }>();

/** channel < subscriber < route < publish. */
export function routePolicy(subscriber: Subscriber, route: AnyRoute, { channel, words }: Levels): Policy {
  if (words !== undefined) return resolvePolicy(channel, subscriber, wordsOf(route), words);
  const found = known.get(route);
  if (found !== undefined && found.channel === channel) return found.policy;
  const policy = resolvePolicy(channel, subscriber, wordsOf(route));
  known.set(route, { channel, policy });
  return policy;
}

/**
 * When a route's deliveries for an event may be sent.
 * @throws BusbarError `CANNOT_PLAN` when the route's own code throws or returns no time
 */
export function routeTiming(subscriber: Subscriber, route: AnyRoute, event: BusEvent, { channel, words }: Levels): Timing {
  const { deliverAt, expiresIn } = route;
  const made = {
    deliverAt: attempt(subscriber, route, () => deliverAt?.(event), "deliverAt"),
    expiresIn: typeof expiresIn === "function" ? attempt(subscriber, route, () => expiresIn(event), "expiresIn") : expiresIn,
  };
  const [problem] = typeof expiresIn === "function" ? policyProblems({ expiresIn: made.expiresIn ?? Number.NaN }) : [];
  if (problem !== undefined) throw cannotPlan(subscriber, route, `expiresIn returned what is no time: ${problem}`);
  const own: TimingOptions = {
    ...(made.deliverAt === undefined ? {} : { deliverAt: made.deliverAt }),
    ...(made.expiresIn === undefined ? {} : { expiresIn: made.expiresIn }),
    ...(route.delay === undefined ? {} : { delay: route.delay }),
  };
  return attempt(subscriber, route, () => resolveTiming(event.time, [channel, subscriber, own, words]));
}

function wordsOf({ priority, retry, onUnknown }: AnyRoute): PolicyOptions {
  return {
    ...(priority === undefined ? {} : { priority }),
    ...(retry === undefined ? {} : { retry }),
    ...(onUnknown === undefined ? {} : { onUnknown }),
  };
}
