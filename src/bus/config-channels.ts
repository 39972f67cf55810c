import type { ChannelsOptions } from "./channels-options.ts";

type ServiceName = "sendgrid" | "smtp" | "twilio" | "msg91" | "meta" | "fcm" | "expo" | "webpush";

/**
 * The channels as a configuration writes them down: nothing has to be there. What is said of a service (its `baseUrl`, `timeout`,
 * `outcomes`) may stand without the service's keys, which come from the environment; where they do not, the service is not used.
 */
export type ConfigChannels = { readonly [Name in keyof ChannelsOptions]: ConfigChannel<NonNullable<ChannelsOptions[Name]>> };

type ConfigChannel<Options> = { readonly [Word in keyof Options]?: Word extends ServiceName ? Partial<Options[Word]> : Options[Word] };

/** What the environment may say a part of: by what a service is known to have keys. Expo needs none, and caps are no service. */
const keys: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  email: { sendgrid: "apiKey", smtp: "host" },
  sms: { twilio: "accountSid", msg91: "authKey", caps: "" },
  whatsapp: { meta: "accessToken", twilio: "accountSid" },
  push: { fcm: "serviceAccount", expo: "", webpush: "publicKey" },
};

/** What says nothing of whose account it is. Beside anything else, a key that is missing is one that was forgotten. */
const settings = new Set(["baseUrl", "tokenUrl", "timeout", "outcomes", "connections", "version", "ttl"]);

/** A channel's options: the configuration's, with the environment's laid over them, of each service too. Pure. */
export function configuredChannel(name: keyof ChannelsOptions, configured: object = {}, environment: object = {}): object {
  const laid: Record<string, unknown> = { ...configured, ...environment };
  for (const [service, key] of Object.entries(keys[name] ?? {})) {
    const [ofTeam, ofPlace] = [configured, environment].map(
      (options) => (options as Readonly<Record<string, object | undefined>>)[service],
    );
    if (ofTeam === undefined) continue;
    const options: Readonly<Record<string, unknown>> = { ...ofTeam, ...ofPlace };
    const waits = key !== "" && options[key] === undefined && Object.keys(options).every((word) => settings.has(word));
    if (waits) delete laid[service];
    else laid[service] = options;
  }
  return laid;
}
