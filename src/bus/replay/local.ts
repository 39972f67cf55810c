import { BusbarError, messageOf } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import type { MessageFields } from "../../channels/channel.ts";
import { handlerChannel, type PublishFunctions } from "../../channels/handler.ts";
import type { Recipient } from "../../define/audience.ts";
import type { Topics } from "../../define/catalog.ts";
import type { Delivery } from "../../define/delivery.ts";
import { type BusEvent, wordsOfEvent } from "../../define/event.ts";
import type { Progress } from "../../define/handler.ts";
import type { Published } from "../../define/publish.ts";
import type { AnyRoute } from "../../define/route.ts";
import { isMessageRoute } from "../../define/route.ts";
import type { Subscriber } from "../../define/subscriber.ts";
import { parsePayload } from "../../define/topic.ts";
import { audiencePage } from "../../router/audience-page.ts";
import { plan } from "../../router/plan.ts";
import type { PlanOptions } from "../../router/plan-options.ts";
import { planRecipients } from "../../router/plan-recipients.ts";
import { publishNames } from "../options.ts";
import type { View } from "../view.ts";
import { type Rendering, rendered } from "./render.ts";

/** What one subscriber makes of one event, in this process: nothing is sent, queued or published. As people may see it: its code ran on the event as it is. */
export interface LocalRun {
  readonly event: BusEvent;
  readonly subscriber: string;
  readonly skipped: readonly { readonly route: string; readonly reason: string }[];
  readonly deliveries: readonly LocalDelivery[];
}

export interface LocalDelivery {
  readonly delivery: string;
  readonly route: string;
  readonly channel: string;
  readonly to: string;
  /** What the message says. */
  readonly rendered?: MessageFields;
  /** Why there is no message, or how its handler failed. */
  readonly problem?: string;
  /** Of a handler: what it published, or would have. */
  readonly published?: readonly { readonly topic: string; readonly payload: unknown }[];
  readonly progress?: Progress;
}

export interface LocalDeps {
  readonly application: string;
  readonly topics: Topics;
  readonly services: object;
  readonly planning: PlanOptions;
  readonly rendering: Rendering;
  readonly logger: Logger;
}

export interface LocalRequest extends View {
  /** By the id of an event, of one of its deliveries, or its idempotency key; or the event itself. */
  readonly event: string | BusEvent;
  readonly subscriber: string;
  /** Only these routes. Default: all of the subscriber. */
  readonly routes?: string | readonly string[] | undefined;
  /** Puts other addresses into the event first: for one of somebody else's system. Default false. */
  readonly mask?: boolean | undefined;
}

/** Of an audience, only so many of its first page. */
const mostRecipients = 10;
const handlerMs = 24 * 3_600_000;

/** Runs an event through one subscriber, step by step in this process, so that a breakpoint in its code is reached. Services are the application's own. */
export async function runLocal(
  deps: LocalDeps,
  { event, subscriber }: { readonly event: BusEvent; readonly subscriber: Subscriber },
): Promise<LocalRun> {
  const made = plan(subscriber, event, deps.planning);
  const deliveries: LocalDelivery[] = [];
  for (const task of made.audiences) {
    const route = deps.rendering.catalog.route(task.subscriber, task.route);
    if (route !== undefined && isMessageRoute(route))
      for (const delivery of await fromAudience(deps, { subscriber, route, event: task.event }))
        deliveries.push(await seen(deps, delivery, route));
  }
  for (const delivery of made.deliveries)
    deliveries.push(await seen(deps, delivery, deps.rendering.catalog.route(delivery.subscriber, delivery.route)));
  return { event, subscriber: subscriber.name, skipped: made.skipped, deliveries };
}

async function fromAudience(
  { services, planning }: LocalDeps,
  {
    subscriber,
    route,
    event,
  }: { readonly subscriber: Subscriber; readonly route: Extract<AnyRoute, { template: unknown }>; readonly event: BusEvent },
): Promise<readonly Delivery[]> {
  const { signal } = new AbortController();
  const { recipients } = await audiencePage(route, event, { cursor: undefined, services: services as never, signal });
  const first: readonly Recipient[] = recipients.slice(0, mostRecipients);
  return planRecipients(first, { subscriber, route, event, words: wordsOfEvent(event), options: planning });
}

async function seen(deps: LocalDeps, delivery: Delivery, route: AnyRoute | undefined): Promise<LocalDelivery> {
  const { id, channel, to, refusal } = delivery;
  const title = { delivery: id, route: delivery.route, channel, to };
  if (refusal !== undefined) return { ...title, problem: refusal };
  if (route?.channel === "handler") return { ...title, ...(await handled(deps, delivery, route)) };
  const message = await rendered(deps.rendering, delivery);
  return "fields" in message ? { ...title, rendered: message.fields } : { ...title, ...message };
}

async function handled(
  { services, topics, logger }: LocalDeps,
  delivery: Delivery,
  route: AnyRoute,
): Promise<Pick<LocalDelivery, "problem" | "published" | "progress">> {
  const published: { topic: string; payload: unknown }[] = [];
  let last: Progress | undefined;
  const channel = handlerChannel({
    services,
    logger,
    // Nothing is forgotten for a look.
    channelsFor: () => ({ clean: async () => 0 }),
    publishFor: () => capturing(topics, (topic, payload) => void published.push({ topic, payload })),
  });
  const { outcome, error } = await channel.send((await channel.render(route, delivery)) as never, {
    deliveryId: delivery.id,
    reference: "",
    // Whoever stands at a breakpoint has time.
    signal: AbortSignal.timeout(handlerMs),
    number: 1,
    progress: (how) => (last = how),
  });
  const failed =
    outcome.kind === "sent"
      ? {}
      : { problem: `${outcome.kind}: ${error instanceof Error ? (error.stack ?? messageOf(error)) : outcome.reason}` };
  return { ...failed, published, ...(last === undefined ? {} : { progress: last }) };
}

/** Functions that check what is published as ever, and keep it. */
function capturing(topics: Topics, keep: (topic: string, payload: unknown) => void): PublishFunctions {
  return Object.fromEntries(
    publishNames(topics).map(([name, topicName]) => {
      const topic = Object.values(topics).find((one) => one.name === topicName)!;
      const one = async (payload: unknown): Promise<Published> => {
        const parsed = parsePayload(topic, payload);
        if ("problems" in parsed)
          throw new BusbarError("INVALID_EVENT", `${topicName}: the event was not published:`, { problems: parsed.problems });
        keep(topicName, parsed.data);
        return { id: "captured", topic: topicName, repeated: false, durability: "memory" };
      };
      return [name, Object.assign(one, { batch: (payloads: readonly unknown[]) => Promise.all(payloads.map(one)) })];
    }),
  );
}
