import type { Catalog, Topics } from "../define/catalog.ts";
import type { Observations } from "../define/observation.ts";
import type { Published, PublishEvent, PublishOptions } from "../define/publish.ts";
import type { OutboxControl } from "../outbox/outbox-control.ts";
import type { Callbacks } from "./callbacks/callbacks.ts";
import type { AuditPage, AuditSelection } from "./audit.ts";
import type { By } from "./by.ts";
import type { ChannelControl } from "./channels.ts";
import type { Deliveries } from "./deliveries/deliveries.ts";
import type { DeadLetters } from "./dead-letters/dead-letters.ts";
import type { Inspector } from "./inspect.ts";
import type { EraseOptions, EraseReport } from "./erase/erase-report.ts";
import type { SpoolStanding } from "./spool/spool.ts";
import type { Publish } from "./publish.ts";
import type { ScheduleControl } from "./schedules/schedules.ts";
import type { SubscriberControl } from "./subscribers.ts";
import type { ReplayResult } from "./replay/replay-view.ts";
import type { Archive } from "./archive/archive.ts";
import type { ReplayOptions } from "./replay/replay-here.ts";
import type { Replays } from "./replay/replays.ts";
import type { Stats } from "./stats.ts";
import type { Preferences } from "./preferences.ts";
import type { SuppressionControl } from "./suppressions.ts";
import type { Role } from "./roles.ts";

/** What an application, and all doors, work with. */
export interface Bus<T extends Topics = Topics> {
  readonly publishEvent: PublishEvent<T>;
  /** Publishes by the topic's name, for those who have it as text. */
  readonly publish: Publish;
  /**
   * A topic's example payload.
   * @throws BusbarError `UNKNOWN_TOPIC`, or `INVALID_EVENT` when the topic has none
   */
  example(topicName: string): unknown;
  /**
   * Publishes a topic's example, to see the way work; the audit record says by whom.
   * @throws BusbarError as `example` and `publish` do
   */
  testMessage(topicName: string, options?: PublishOptions & By): Promise<Published>;
  /**
   * Starts router and workers in this process, and the relay where `outbox.database` is set; or only some of them.
   * @throws BusbarError with every problem of topics, subscribers, templates and settings, or of Redis; nothing is running then
   */
  start(options?: { readonly only?: readonly Role[] }): Promise<void>;
  /**
   * Asks Redis whether it is there and fit, for those who only publish and want to know at boot. The first publish asks too.
   * @throws BusbarError `REDIS_UNREACHABLE` or `REDIS_UNSUITABLE`
   */
  connect(): Promise<void>;
  /** Stops what was started, finishes what is under way, and closes all connections. Before `start` and twice is fine. */
  stop(): Promise<void>;
  on<Name extends keyof Observations>(name: Name, listener: (fact: Observations[Name]) => void): void;
  off<Name extends keyof Observations>(name: Name, listener: (fact: Observations[Name]) => void): void;
  /**
   * Loads topics, subscribers and templates as a start would, without connecting to anything.
   * @throws BusbarError `INVALID_DEFINITION` with every problem found
   */
  check(): Promise<Catalog>;
  /** The same without the templates, which take a second to compile: for those who only look. */
  catalog(): Promise<Catalog>;
  /** What became of it: events, deliveries, queues. */
  readonly inspect: Inspector;
  /** What ended without being sent: look at it, queue it again, or give it up. */
  readonly deadLetters: DeadLetters;
  /** Single deliveries: where one stands, and ending one that waits. */
  readonly deliveries: Deliveries;
  /** Addresses that are not sent to: those that providers refused, and those that a person added. */
  readonly suppressions: SuppressionControl;
  /** What readers want to get, and say by the links in their e-mails. */
  readonly preferences: Preferences;
  /** What providers tell later comes in here: the HTTP server hands it on. */
  readonly callbacks: Callbacks;
  /**
   * Erases somebody's personal data, as far as `pii(…, { subject })` marks it: nobody can read it any more, and what waits for them is ended. It
   * takes six seconds, until no process remembers the key.
   */
  erase(options: EraseOptions): Promise<EraseReport>;
  /**
   * Who did what: operators' verbs, who saw personal data in the clear, and who erased it. The newest first; 100 by default. Entries are kept
   * 400 days, and the newest 200,000 or so.
   * @throws BusbarError `INVALID_CURSOR`
   */
  audit(selection?: AuditSelection): Promise<AuditPage>;
  /** The channels' queues: counts, pause and resume for all processes, clean-up. */
  readonly channels: ChannelControl;
  /** The subscribers: how far each has read, and pausing, moving and removing one for all processes. */
  readonly subscribers: SubscriberControl;
  /** What is published by the clock: when it fires next, and running, pausing and resuming one for all processes. */
  readonly schedules: ScheduleControl;
  /** What waits in files of this process while Redis is away; undefined where it has no spool. It asks nobody. */
  spool(): SpoolStanding | undefined;
  /** What transactions have left in the outbox: look at it, and repair it. Undefined without `outbox.database`. */
  readonly outbox: OutboxControl | undefined;
  /** Everything that is counted, at this moment. */
  stats(): Promise<Stats>;
  /**
   * Plans past events again for chosen subscribers, as today's code does, and queues what was never sent; in mode `again`, all of it. In mode `missing`
   * what was sent, is under way, is a dead letter or was ended on purpose stays as it is. It is stored, and worked on in this process to its end;
   * where the process dies, another one with a router goes on.
   * @throws BusbarError as `replays.start` does; nothing was queued then
   */
  replay(options: ReplayOptions): Promise<ReplayResult>;
  /** The same step by step: stored replays, whoever works on them. */
  readonly replays: Replays;
  /** What has left the logs, a segment a topic and day. */
  readonly archive: Archive;
  /** True while all started roles are at work. */
  ready(): Promise<boolean>;
}
