import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { rewordedLogger } from "../base/reworded-logger.ts";
import { deliveredEvent } from "../define/delivered-event.ts";
import type { Delivery } from "../define/delivery.ts";
import type { BusEvent } from "../define/event.ts";
import type { HandlerChannels, HandlerContext, RetryLater } from "../define/handler.ts";
import { withoutValues } from "../define/mask.ts";
import type { Outcome } from "../define/outcome.ts";
import type { PublishFunction } from "../define/publish.ts";
import type { HandlerRoute } from "../define/route.ts";
import type { Channel, SendResult } from "./channel.ts";
import { pacedProgress } from "./paced-progress.ts";

/** The functions of `publishEvent`, by their names. */
export type PublishFunctions = Readonly<Record<string, PublishFunction<unknown>>>;

export interface HandlerChannelOptions {
  /** What handlers are given to work with. */
  readonly services: object;
  /** Publishes in the name of one delivery: its event is the cause. */
  readonly publishFor: (cause: BusEvent, deliveryId: string) => PublishFunctions;
  /** What it may do to the channels, in the name of one delivery. */
  readonly channelsFor: (deliveryId: string) => HandlerChannels;
  readonly logger: Logger;
}

/** A handler that is about to be called. */
export interface Invocation {
  readonly route: HandlerRoute;
  readonly event: BusEvent;
}

/**
 * The channel that runs code of the team's own. Returning is `sent`; what is thrown says the rest. A handler whose time is over
 * may still be running: that is `unknown`, and how it ends after all is only logged.
 */
export function handlerChannel({ services, publishFor, channelsFor, logger }: HandlerChannelOptions): Channel<Invocation> {
  return {
    name: "handler",
    prepare: async () => undefined,
    render: async (route, delivery) => ({ route: route as HandlerRoute, event: wholeEvent(delivery) }),
    fields: () => ({}),
    async send({ route, event }, { deliveryId, signal, number, progress, secrets = [] }) {
      const own = logger.child({ delivery: deliveryId, event: event.id });
      const log = secrets.length === 0 ? own : rewordedLogger(own, (text) => withoutValues(text, secrets));
      const paced = pacedProgress(progress);
      const context: HandlerContext = {
        services: services as HandlerContext["services"],
        signal,
        log,
        progress: paced.report,
        publishEvent: publishFor(event, deliveryId) as unknown as HandlerContext["publishEvent"],
        channels: channelsFor(deliveryId),
        deliveryId,
        attempt: number,
      };
      const handled = (async () => route.handle(deliveredEvent(event, deliveryId), context))().then(
        (): SendResult => result({ kind: "sent" }),
        failure,
      );
      const ended = await Promise.race([handled, aborted(signal)]);
      paced.flush();
      if (ended !== "aborted") return ended;
      void handled.then(({ outcome }) => log.warn({ outcome: outcome.kind }, "a handler ended after its time was over"));
      return result({ kind: "unknown", reason: "it did not return in time and may still be running" });
    },
    close: async () => undefined,
  };
}

function result(outcome: Outcome, error?: unknown): SendResult {
  return { outcome, provider: "handler", ...(error === undefined ? {} : { error }) };
}

/** Told apart by their names: the handler's package may be another copy of busbar than ours. */
function failure(error: unknown): SendResult {
  const reason = messageOf(error) || "it threw without a message";
  const name = error instanceof Error ? error.name : "";
  if (name === "PermanentError") return result({ kind: "reject", reason }, error);
  if (name === "RetryLater") return result({ kind: "retry", reason, after: (error as RetryLater).after }, error);
  return result({ kind: "retry", reason }, error);
}

function aborted(signal: AbortSignal): Promise<"aborted"> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve("aborted");
    else signal.addEventListener("abort", () => resolve("aborted"), { once: true });
  });
}

/** A handler's delivery holds the whole event. */
function wholeEvent({ event }: Delivery): BusEvent {
  return event as BusEvent;
}
