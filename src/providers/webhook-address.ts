import { BusbarError } from "../base/errors.ts";
import { allowListProblems } from "./outgoing/allow-list.ts";
import { outgoingGuard } from "./outgoing/guard.ts";

/** Where the allow-list is written down. */
export const allowPlace = "channels.webhook.allow (WEBHOOK_ALLOW)";

/** How to let messages reach a host of one's own, for the reasons. */
export const allowAdvice = "name the host or its network in channels.webhook.allow or WEBHOOK_ALLOW";

/**
 * Says what is wrong with the address of a webhook as it is written; nothing is looked up.
 * @param allow as in `WebhookProviderOptions`
 * @throws BusbarError `INVALID_CONFIGURATION` when an entry is no host or network
 */
export function webhookAddressProblem(allow: readonly string[]): (url: URL) => string | undefined {
  const problems = allowListProblems(allow, allowPlace);
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", "The allow-list of webhooks cannot be used:", { problems });
  return outgoingGuard({ allow, advice: allowAdvice }).problem;
}
