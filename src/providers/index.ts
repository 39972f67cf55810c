export { providerChain, type ProviderChain, type ProviderResult } from "./failover.ts";
export type { Provider, SendAttempt } from "./provider.ts";
export { sendgridProvider, type SendgridOptions } from "./sendgrid.ts";
export { smtpProvider, type SmtpOptions } from "./smtp.ts";
