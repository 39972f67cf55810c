/** The channels, as people call them. */
export const channelWords = { email: "E-mail", sms: "SMS", whatsapp: "WhatsApp", push: "Push", webhook: "Webhook" };

/** The providers, as they call themselves, and what each carries where its name does not say it. */
const providers = {
  sendgrid: { name: "SendGrid", channels: ["email"] },
  smtp: { name: "SMTP", channels: ["email"] },
  twilio: { name: "Twilio", channels: ["sms", "whatsapp"] },
  msg91: { name: "MSG91", channels: ["sms"] },
  meta: { name: "WhatsApp Cloud", channels: ["whatsapp"] },
  fcm: { name: "FCM", channels: ["push"] },
  expo: { name: "Expo", channels: ["push"] },
  webpush: { name: "Web push", channels: ["push"] },
  webhook: { name: "Webhook", channels: [] },
};

/** A provider's name; one that an application named itself stays as it is. */
export function providerName(id) {
  return Object.hasOwn(providers, id) ? providers[id].name : id;
}

/** What a provider carries, in words. */
export function carriedBy(id) {
  const channels = Object.hasOwn(providers, id) ? providers[id].channels : [];
  return channels.map((channel) => channelWords[channel]).join(", ");
}
