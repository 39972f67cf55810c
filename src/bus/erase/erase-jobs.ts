import type { DeliveryReference } from "../../define/reference.ts";
import type { DeliveryQueue } from "../../queues/delivery-queue.ts";
import { type By, byText } from "../by.ts";
import type { SubjectEvent } from "./erase-events.ts";
import type { LazyParts } from "../parts.ts";
import { type AnyContent, isCallback, isDelivery } from "../any-content.ts";
import { namedQueue, queueNames } from "../named-queues.ts";

export interface JobsErased {
  /** Taken away, by queue; of a preview, found. */
  readonly jobs: Readonly<Record<string, number>>;
  readonly underWay: number;
  /** Those of them that are deliveries, also where they are under way. */
  readonly deliveries: readonly DeliveryReference[];
}

interface EraseJobs {
  /** The subject's. */
  readonly hash: string;
  readonly events: readonly SubjectEvent[];
  /** The subject's, as far as they are known. */
  readonly addresses: readonly string[];
  readonly preview: boolean;
  readonly by: By;
}

/** Ends what waits for a subject, and takes away what is kept of it in the queues, dead letters too. */
export async function eraseJobs({ queues, ledger }: LazyParts, { hash, events, addresses, preview, by }: EraseJobs): Promise<JobsErased> {
  const ids = new Set(events.map(({ id }) => id));
  const jobs: Record<string, number> = {};
  const deliveries: DeliveryReference[] = [];
  let underWay = 0;
  for (const name of queueNames) {
    const queue = namedQueue(queues(), name);
    const own = await belonging(queue);
    for (const content of own) {
      if (isDelivery(content)) deliveries.push({ id: content.id, event: { time: content.event.time } });
      if (preview || (await takeAway(queue, content))) jobs[name] = (jobs[name] ?? 0) + 1;
      else underWay += 1;
    }
    if (own.length > 0 && !preview) await queue.forgetTold();
  }
  return { jobs, underWay, deliveries };

  /** Looked for first and taken away then: pages move when something goes. */
  async function belonging(queue: DeliveryQueue<AnyContent>): Promise<AnyContent[]> {
    const found = new Map<string, AnyContent>();
    for await (const content of queue.contents()) if (belongs(content)) found.set(content.id, content);
    return [...found.values()];
  }

  function belongs(content: AnyContent): boolean {
    if (isCallback(content)) return "callback" in content && addresses.some((address) => content.callback.body.includes(address));
    if ("json" in content) return content.json.includes(`"subject.${hash}.`) || [...ids].some((id) => content.json.includes(id));
    const { event } = content;
    const subjects = [...(isDelivery(content) ? (content.subjects ?? []) : []), ...("subjects" in event ? (event.subjects ?? []) : [])];
    return subjects.includes(hash) || ids.has(event.id);
  }

  /** False: a worker holds it. */
  async function takeAway(queue: DeliveryQueue<AnyContent>, content: AnyContent): Promise<boolean> {
    // First the ledger: whatever still runs it is told not to send, and a dead letter ends as discarded.
    if (isDelivery(content)) await ledger().cancel(content, { step: "discarded", detail: `erased with its subject, ${byText(by)}` });
    return queue.remove(content.id);
  }
}
