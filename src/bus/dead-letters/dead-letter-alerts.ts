import type { Logger } from "../../base/logger.ts";
import type { Topics } from "../../define/catalog.ts";
import { type DeadLettersThresholdReached, deadLettersThresholdReached } from "../../define/dead-letter-topics.ts";
import type { Observe } from "../../define/observation.ts";
import type { ThresholdReached } from "../../queues/dead-letter-index.ts";
import type { Publish } from "../publish.ts";

export interface DeadLetterAlertsOptions {
  readonly topics: Topics;
  readonly publish: Publish;
  readonly observe: Observe;
  readonly logger: Logger;
}

/**
 * Tells that a queue has many dead letters: as an event where the application has the topic, then in the log and to those who watch. Where it cannot be published
 * it is told again, and then it is the same event.
 */
export function deadLetterAlerts({ topics, publish, observe, logger }: DeadLetterAlertsOptions): (fact: ThresholdReached) => Promise<void> {
  const { name } = deadLettersThresholdReached;
  const has = Object.values(topics).some((topic) => topic.name === name);
  return async ({ queue, threshold, count, since }) => {
    const payload: DeadLettersThresholdReached = { queue, threshold, since: new Date(since).toISOString() };
    if (has) await publish(name, payload, { idempotencyKey: `${queue}/${since}` });
    logger.warn({ ...payload, count }, "a queue has many dead letters: busbar dead-letters groups shows why");
    observe("deadLettersThresholdReached", { ...payload, count });
  };
}
