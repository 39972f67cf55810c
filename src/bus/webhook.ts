import type { Channel } from "../channels/channel.ts";
import { type DueWebhook, webhookChannel } from "../channels/webhook.ts";
import { webhookAddressProblem, webhookProvider } from "../providers/index.ts";
import { type ChannelParts, clockOf } from "./channel-parts.ts";
import type { Settings } from "./options.ts";

/**
 * The webhook channel: the sender that signs with the team's own secrets, and the same one pointed at the mailroom. Text where real
 * sending is on and there is no secret: what to do about it.
 */
export function webhookChannelOf({ webhook, send }: Settings, parts: ChannelParts = {}): Channel<DueWebhook> | string {
  const clock = clockOf(parts);
  const { secrets = [], secretsFor = {}, allow = [], outcomes, providers } = webhook;
  const signed = secrets.length > 0 || Object.keys(secretsFor).length > 0;
  const live = providers ?? (signed ? [webhookProvider({ secrets, secretsFor, allow, outcomes, clock })] : []);
  if (send.live && live.length === 0)
    return "Real sending is on (BUSBAR_SEND=live), but webhooks have no secret to be signed with. Set WEBHOOK_SECRETS (echo whsec_$(openssl rand -base64 32) makes one), or switch the channel off with WEBHOOK_ENABLED=false.";
  const { url, timeout = "15s" } = send.mailroom;
  return webhookChannel({
    live,
    mailroom: [webhookProvider({ mailroom: new URL("/webhooks", url).href, timeout, outcomes, name: "webhook (mailroom)", clock })],
    mode: { send: send.live ? "live" : "mailroom", allowList: send.allow },
    addressProblem: webhookAddressProblem(allow),
    clock,
  });
}
