/** All that an author imports. Nothing else is public. */
export { BusbarError, type ErrorCode } from "./base/errors.ts";
export type { Duration } from "./base/duration.ts";
export type { Logger } from "./base/logger.ts";
export { type Bus, createBus, type PublishEvent } from "./bus/bus.ts";
export type { Role } from "./bus/roles.ts";
export type { BusOptions, EmailOptions, SendOptions } from "./bus/options.ts";
export type { Published, PublishOptions } from "./bus/publish.ts";
export type { Observations } from "./define/observation.ts";
export { defineTopic, type Topic, type TopicOptions } from "./define/topic.ts";
export { defineSubscriber, type EventOf, type Subscriber, type SubscriberOptions } from "./define/subscriber.ts";
export { emailTemplate, type EmailTemplate } from "./define/template.ts";
export type { BusEvent } from "./define/event.ts";
export type { Priority, Retry } from "./define/policy.ts";
