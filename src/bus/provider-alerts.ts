import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Topics } from "../define/catalog.ts";
import type { Observe } from "../define/observation.ts";
import { type ProviderDegraded, providerDegraded, type ProviderRecovered, providerRecovered } from "../define/provider-topics.ts";
import type { ProviderFact } from "../providers/index.ts";
import type { Publish } from "./publish.ts";

export interface ProviderAlertsOptions {
  readonly topics: Topics;
  readonly publish: Publish;
  readonly observe: Observe;
  readonly logger: Logger;
}

/** Tells that a provider stopped working, or works again: in the log, to those who watch, and as an event where the application has the topic. */
export function providerAlerts({ topics, publish, observe, logger }: ProviderAlertsOptions): (fact: ProviderFact) => void {
  const has = (name: string): boolean => Object.values(topics).some((topic) => topic.name === name);
  const publishOnce = (name: string, payload: ProviderDegraded | ProviderRecovered): void => {
    if (!has(name)) return;
    const idempotencyKey = `${payload.channel}/${payload.provider}/${payload.since}`;
    publish(name, payload, { idempotencyKey }).catch((error: unknown) =>
      logger.error(
        { topic: name, provider: payload.provider, error: messageOf(error) },
        "an alert about a provider could not be published",
      ),
    );
  };
  return (fact) => {
    const { channel, provider, reason } = fact;
    const told = { channel, provider, reason, since: new Date(fact.since).toISOString() };
    if (fact.kind === "degraded") {
      const payload = { ...told, backup: fact.backup ?? null };
      logger.warn(payload, "a provider stopped working");
      observe("providerDegraded", payload);
      publishOnce(providerDegraded.name, payload);
    } else {
      const payload = { ...told, until: new Date(fact.until ?? fact.since).toISOString() };
      logger.info(payload, "a provider works again");
      observe("providerRecovered", payload);
      publishOnce(providerRecovered.name, payload);
    }
  };
}
