import { loadSubscribers } from "../../src/bus/load/load.ts";
import type { Cursor } from "../../src/define/audience.ts";
import type { Delivery } from "../../src/define/delivery.ts";
import type { AnyTopic } from "../../src/define/topic.ts";
import type { BusEvent, Subscriber } from "../../src/index.ts";
import { type Plan, plan } from "../../src/router/plan.ts";
import { planRecipients } from "../../src/router/plan-recipients.ts";
import { memoryServices } from "../../subscribers/_services/index.ts";

/** This repository's own subscribers, as the bus finds them. */
export const { subscribers, problems } = await loadSubscribers(new URL("../../subscribers/", import.meta.url));

export function subscriberCalled(name: string): Subscriber {
  const found = subscribers.find((subscriber) => subscriber.name === name);
  if (found === undefined) throw new Error(`no subscriber is called "${name}"`);
  return found;
}

/** The topic's example as an event, with some of its payload changed. */
export function exampleOf(topic: AnyTopic, changes: object = {}): BusEvent {
  return {
    specversion: "1.0",
    id: `e-${topic.name}`,
    source: "/test",
    type: topic.name,
    time: "2025-10-18T12:00:00.000Z",
    datacontenttype: "application/json",
    dataversion: topic.version,
    data: { ...(topic.example as object), ...changes },
  };
}

export function planOf(name: string, changes: object = {}): Plan {
  const subscriber = subscriberCalled(name);
  return plan(subscriber, exampleOf(subscriber.topics[0]!, changes), { application: "test" });
}

/** What an event becomes, audiences included: all their pages, looked up in the stand-ins. */
export async function deliveriesOf(subscriber: Subscriber, event: BusEvent): Promise<readonly Delivery[]> {
  const options = { application: "test" };
  const { deliveries, audiences } = plan(subscriber, event, options);
  const all = [...deliveries];
  const context = { services: memoryServices(), signal: new AbortController().signal };
  for (const task of audiences) {
    const route = subscriber.routes.find(({ identity }) => identity === task.route)!;
    let cursor: Cursor | undefined;
    do {
      const page = await ("audience" in route ? route.audience!(event, { ...context, cursor }) : undefined)!;
      all.push(...planRecipients(page.recipients, { subscriber, route, event, words: undefined, options }));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  }
  return all;
}
