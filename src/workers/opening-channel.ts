import { type Channel, SealedDelivery, type SendResult, UnrenderableDelivery } from "../channels/channel.ts";
import type { Outcome } from "../define/outcome.ts";
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
 * templates and handlers say about the try is kept, so that their words are looked through for the secrets.
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
      const result = await channel.send(message, attempt);
      return values.length === 0 ? result : cleanedResult(result, values);
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

/** A text with `[secret]` in the place of each secret, also where an address or JSON wrote it in its own way. Pure. */
export function withoutValues(text: string, values: readonly string[]): string {
  return values
    .flatMap((value) => [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])
    .filter((form) => form !== "")
    .toSorted((a, b) => b.length - a.length)
    .reduce((left, form) => left.replaceAll(form, "[secret]"), text);
}
