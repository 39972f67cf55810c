import { recipientProblems } from "../../channels/send-mode.ts";
import { allowListProblems, webhookSecretProblems } from "../../providers/index.ts";

type Given = Readonly<Record<string, unknown>>;

/** What is wrong with the variables that hold secrets of webhooks and lists of whom may be reached, parsed one by one. Pure. */
export function listProblems({
  WEBHOOK_SECRETS: secrets = [],
  WEBHOOK_ALLOW: hosts = [],
  BUSBAR_ALLOW: recipients = "",
}: Given): readonly string[] {
  const allowed = (recipients as string)
    .split(",")
    .map((entry) => entry.trim())
    .filter(Boolean);
  return [
    ...webhookSecretProblems(secrets as readonly string[], "WEBHOOK_SECRETS"),
    ...allowListProblems(hosts as readonly string[], "WEBHOOK_ALLOW"),
    ...recipientProblems(allowed, "BUSBAR_ALLOW"),
  ];
}
