/** All that an author imports. Nothing else is public. */
export { BusbarError, type ErrorCode } from "./base/errors.ts";
export type { Duration } from "./base/duration.ts";
export type { Logger } from "./base/logger.ts";
export { type Bus, createBus } from "./bus/bus.ts";
export { type Config, defineConfig } from "./bus/config.ts";
export type { Archive, ArchiveWriteOptions, ArchiveWritten } from "./bus/archive/archive.ts";
export type { ArchivePlace } from "./bus/archive/archive-options.ts";
export type { ChannelControl, ChannelLimitsView, ChannelView, DoneWhen, LimitName } from "./bus/channels.ts";
export type { ChannelLimits } from "./bus/channel-limits.ts";
export type { BulkOperations, BulkPage, BulkRequest, BulkWatched } from "./bus/bulk/bulk.ts";
export type { BulkState, BulkVerb } from "./bus/bulk/bulk-operation.ts";
export type { BulkView } from "./bus/bulk/bulk-view.ts";
export type { DeadLetterFilter } from "./bus/dead-letters/dead-letter-filter.ts";
export type {
  DeadLetterDetail,
  DeadLetterGroup,
  DeadLetterPage,
  DeadLetterPreview,
  DeadLetterView,
} from "./bus/dead-letters/dead-letter-view.ts";
export type { CancelReport, CancelSelection, Cancelled, Deliveries, DeliveryStanding } from "./bus/deliveries/deliveries.ts";
export type { SubscriberPosition } from "./bus/positions.ts";
export type { SeekSubscriberOptions, SubscriberControl, SubscriberRemoved, SubscriberSought } from "./bus/subscribers.ts";
export type { ScheduleControl } from "./bus/schedules/schedules.ts";
export type { ScheduleView } from "./bus/schedules/schedule-view.ts";
export type { ScheduleDiff } from "./router/schedules/reconcile-schedules.ts";
export type { ReplayAct, ReplayState } from "./bus/replay/operation.ts";
export type { DiffCounts, Difference } from "./bus/replay/diff.ts";
export type { DiffOptions, DiffResult } from "./bus/replay/differ.ts";
export type { LocalDelivery, LocalRequest, LocalRun } from "./bus/replay/local.ts";
export type { ReplayMode } from "./bus/replay/replay-mode.ts";
export type { ReplayOptions } from "./bus/replay/replay-here.ts";
export type { ReplayRequest, ReplaySelection } from "./bus/replay/replay-request.ts";
export type { ReplayResult, ReplaySample, ReplayView } from "./bus/replay/replay-view.ts";
export type { Replays } from "./bus/replay/replays.ts";
export type { Role } from "./bus/roles.ts";
export type { SearchOptions, SearchResult } from "./bus/search.ts";
export type { Stats } from "./bus/stats.ts";
export type { CausedEvent, Chain, ChainEvent } from "./bus/chain.ts";
export type { Trace } from "./bus/trace.ts";
export type { ConsentView } from "./bus/consent-view.ts";
export type { Preferences, ReaderCategory, ReaderChoices, ReaderWishes } from "./bus/preferences.ts";
export type { CategoryText } from "./bus/reader-options.ts";
export type { SuppressionView } from "./bus/suppressions.ts";
export type { Callbacks } from "./bus/callbacks/callbacks.ts";
export type { CallbacksOptions } from "./bus/callbacks/callbacks-options.ts";
export type { EmailOptions, PushOptions, SmsOptions, WhatsappOptions } from "./bus/channels-options.ts";
export type { BusOptions, SendOptions } from "./bus/options.ts";
export type { AudienceContext, AudiencePage, Cursor, Recipient } from "./define/audience.ts";
export type { ChannelOptions } from "./define/channel-options.ts";
export type { Manifest } from "./log/archive/segment.ts";
export { emailTemplate, type EmailTemplate } from "./define/email-template.ts";
export type { BusEvent, Replayed } from "./define/event.ts";
export type { FirstOf, FirstOfOptions } from "./define/first-of.ts";
export type { Arrival } from "./define/first-of-place.ts";
export { type HandlerChannels, type HandlerContext, PermanentError, type Progress, RetryLater } from "./define/handler.ts";
export type { Observations } from "./define/observation.ts";
export { pii, secret, type SubjectOf } from "./define/marks.ts";
export { linkTo } from "./define/link.ts";
export type { Priority, Retry } from "./define/policy.ts";
export type { Published, PublishEvent, PublishFunction, PublishOptions } from "./define/publish.ts";
export { deadLettersThresholdReached, type DeadLettersThresholdReached } from "./define/dead-letter-topics.ts";
export { deliveryStatusChanged, type DeliveryStatusChanged } from "./define/delivery-topics.ts";
export type { DeliveryStatus } from "./define/status.ts";
export { providerDegraded, providerRecovered } from "./define/provider-topics.ts";
export { pushTemplate, type PushTemplate } from "./define/push-template.ts";
export type { Register } from "./define/register.ts";
export { defineSchedule, type Firing, type MissedRuns, type Schedule, type ScheduleOptions } from "./define/schedule.ts";
export { smsTemplate, type SmsTemplate } from "./define/sms-template.ts";
export { defineSubscriber, type EventOf, type Subscriber, type SubscriberOptions } from "./define/subscriber.ts";
export type { SearchPath } from "./define/search-path.ts";
export type { Transaction } from "./define/transaction.ts";
export { defineTopic, type Topic, type TopicOptions } from "./define/topic.ts";
export { whatsappTemplate, type WhatsappTemplate } from "./define/whatsapp-template.ts";
export { drizzleTransaction, knexTransaction, prismaTransaction } from "./outbox/adapters.ts";
export { once } from "./outbox/once.ts";
export type { Pattern } from "./filter/pattern.ts";
