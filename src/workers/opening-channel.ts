import { type Channel, type DeliveryAttempt, SealedDelivery, type SendResult, UnrenderableDelivery } from "../channels/channel.ts";
import type { Outcome } from "../define/outcome.ts";
import { withoutValues } from "../define/mask.ts";
import { isMessageRoute } from "../define/route.ts";
import { templateDataProblems } from "../define/template.ts";
import type { Vault } from "../vault/vault-port.ts";

/** A message, and the secrets in it. */
interface Opened {
  readonly message: unknown;
  readonly values: readonly string[];
}

/**
 * The same channel for deliveries with secrets: they are opened right before the message is made, and go nowhere but into it. What providers,
 * templates and handlers say about the try is kept, so that their words are looked through for the secrets; so are a handler's
 * own log lines and notes of progress.
 */
export function openingChannel(channel: Channel, { open }: Pick<Vault, "open">): Channel {
  return {
    ...channel,
    async render(route, delivery) {
      const opened = open(delivery);
      if (typeof opened === "string") throw new SealedDelivery(opened);
      const { delivery: clear, values } = opened;
      // What was sealed when it was planned could not be checked then.
      const problems = values.length > 0 && isMessageRoute(route) ? templateDataProblems(route.template.schema, clear.data) : [];
      if (problems.length > 0)
        throw new UnrenderableDelivery(
          withoutValues(`data does not fit template "${delivery.template?.name}": ${problems.join("; ")}`, values),
        );
      try {
        return { message: await channel.render(route, clear), values };
      } catch (error) {
        throw cleaned(error, values);
      }
    },
    fields: (given) => channel.fields((given as Opened).message),
    async send(given, attempt) {
      const { message, values } = given as Opened;
      if (values.length === 0) return channel.send(message, attempt);
      const { progress } = attempt;
      const hiding: DeliveryAttempt = {
        ...attempt,
        secrets: values,
        progress: ({ note, ...how }) => progress(note === undefined ? how : { ...how, note: withoutValues(note, values) }),
      };
      return cleanedResult(await channel.send(message, hiding), values);
    },
  };
}

function cleanedResult(result: SendResult, values: readonly string[]): SendResult {
  const { outcome, before, error } = result;
  return {
    ...result,
    outcome: "reason" in outcome ? ({ ...outcome, reason: withoutValues(outcome.reason, values) } as Outcome) : outcome,
    ...(before === undefined ? {} : { before: withoutValues(before, values) }),
    ...(error === undefined ? {} : { error: cleaned(error, values) }),
  };
}

/** An error is kept with its message and its stack. */
function cleaned(error: unknown, values: readonly string[]): unknown {
  if (!(error instanceof Error) || values.length === 0) return error;
  const { message, stack } = error;
  error.message = withoutValues(message, values);
  if (stack !== undefined) error.stack = withoutValues(stack, values);
  return error;
}
