/** The ways a delivery can leave. Each has its own queue. */
export const channelNames = ["email", "sms", "whatsapp", "push", "webhook", "handler"] as const;
export type ChannelName = (typeof channelNames)[number];

/** The channels whose messages are made with a template. */
export type TemplateChannel = "email" | "sms" | "whatsapp" | "push";
