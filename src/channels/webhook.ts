import { type Clock, systemClock } from "../base/clock.ts";
import { BusbarError } from "../base/errors.ts";
import { checkAddress } from "../define/address.ts";
import type { Delivery } from "../define/delivery.ts";
import type { WebhookMessage } from "../define/message.ts";
import type { Provider } from "../providers/provider.ts";
import { type Channel, type SendResult, UnrenderableDelivery } from "./channel.ts";
import { type SendMode, sendSwitch, switchProblems } from "./send-mode.ts";

export interface WebhookChannelOptions {
  /** The real senders, the first one first. */
  readonly live?: readonly Provider<WebhookMessage>[];
  /** The same, posting to the mailroom. */
  readonly mailroom: readonly Provider<WebhookMessage>[];
  readonly mode: SendMode;
  /**
   * What is wrong with an address as it is written: a private one, or one that is not encrypted. Asked in development too, where
   * the mailroom takes everything, so that it shows before production.
   */
  readonly addressProblem: (url: URL) => string | undefined;
  readonly clock?: Clock;
}

/** A receiver takes no more, and a job should not hold more: 256 KB. */
const mostBytes = 256 * 1024;

/**
 * A receiver that asks for a wait burns no attempt. It may do so for this long after the delivery was due, in milliseconds; from then
 * on its answers count as failed tries, so that one which always answers "later" ends as a dead letter.
 */
const longestPutOff = 24 * 3_600_000;

/** A message, and when its delivery was due. */
export interface DueWebhook {
  readonly message: WebhookMessage;
  readonly due: number;
}

/**
 * The webhook channel: one POST of JSON to an address. What is posted is what the route's `data` made when it was planned, or the
 * whole event as a CloudEvent.
 * @throws BusbarError `INVALID_CONFIGURATION` with every problem found
 */
export function webhookChannel(options: WebhookChannelOptions): Channel<DueWebhook> {
  const { live = [], mailroom, mode, addressProblem, clock = systemClock } = options;
  const problems = switchProblems({ mode, live: live as never, mailroom: mailroom as never });
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", "The webhook channel cannot be used:", { problems });
  const way = sendSwitch({ live, mailroom, mode });

  return {
    name: "webhook",
    prepare: async () => undefined,
    async render(_route, delivery) {
      const checked = checkAddress("webhook", delivery.to);
      if ("problem" in checked) throw new UnrenderableDelivery(checked.problem);
      const problem = addressProblem(new URL(checked.address));
      if (problem !== undefined) throw new UnrenderableDelivery(problem);
      const body = JSON.stringify(delivery.data);
      const bytes = Buffer.byteLength(body);
      if (bytes > mostBytes)
        throw new UnrenderableDelivery(`the body has ${bytes} bytes, more than ${mostBytes}: let the route's data say less`);
      const contentType = isItsEvent(delivery) ? "application/cloudevents+json" : "application/json";
      return {
        message: { to: checked.address, body, contentType },
        due: Math.max(Date.parse(delivery.event.time), delivery.notBefore ?? 0),
      };
    },
    fields: ({ message: { body } }) => ({ body }),
    async send({ message, due }, attempt) {
      const result = await way.send(message.to, message, attempt);
      return clock.now() - due > longestPutOff ? counted(result) : result;
    },
    close: way.close,
  };
}

function isItsEvent({ data, event }: Delivery): boolean {
  const { specversion, id, type } = (data ?? {}) as { specversion?: unknown; id?: unknown; type?: unknown };
  return specversion === "1.0" && id === event.id && type === event.type;
}

/** The same, as a failed try. */
function counted(result: SendResult): SendResult {
  const { outcome } = result;
  return outcome.kind === "retry" ? { ...result, outcome: { kind: "retry", reason: outcome.reason } } : result;
}
