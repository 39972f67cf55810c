/** The test kit, `busbar/testing`. It needs no test runner: what is not as expected throws. */
export type {
  Assertions,
  DeliveryPattern,
  EndedDelivery,
  EndedPattern,
  RecordedPattern,
  SentDelivery,
  SentPattern,
  SkipPattern,
  UnroutablePattern,
} from "./assertions.ts";
export type { TestTelling, WhichMessage } from "./call-back.ts";
export type { CalledBack, CallbackState } from "../mailroom/called-back.ts";
export type { TellingFraud } from "../mailroom/telling.ts";
export type { Drained } from "./drain.ts";
export { eventOf, type EventOverrides } from "./event-of.ts";
export type { SkippedRoute, UnroutableEvent } from "./history.ts";
export type { Partly, TextPattern } from "./matching.ts";
export { createTestBus, type TestBus, type TestBusOptions } from "./test-bus.ts";
export type { FailOptions, TestFault, TestMailroom } from "./test-mailroom.ts";
export type { TestMessage } from "./test-message.ts";
export { plan, type Plan } from "./test-plan.ts";
