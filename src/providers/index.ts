export { providerChain, type ProviderChain, type ProviderResult } from "./failover.ts";
export type { Provider, SendAttempt } from "./provider.ts";
export { sendgridProvider, type SendgridOptions } from "./sendgrid.ts";
export { smtpProvider, type SmtpOptions } from "./smtp.ts";
export { webhookAddressProblem } from "./webhook-address.ts";
export { webhookProvider, type WebhookProviderOptions } from "./webhook.ts";
export { isTwilioSender, type TwilioAccount, twilioAccountProblems } from "./twilio-account.ts";
export { twilioProvider, type TwilioOptions } from "./twilio.ts";
