import { EventEmitter } from "eventemitter3";
import { type Clock, systemClock } from "../base/clock.ts";
import { BusbarError, messageOf } from "../base/errors.ts";
import { silentLogger } from "../base/logger.ts";
import { type Catalog, type Topics, topicsProblems } from "../define/catalog.ts";
import { decodeEvent } from "../define/event.ts";
import type { Observe } from "../define/observation.ts";
import type { PublishEvent, PublishOptions } from "../define/publish.ts";
import { redisLog } from "../log/redis-log.ts";
import { outboxControl } from "../outbox/outbox-control.ts";
import { circuitsOf } from "../providers/index.ts";
import { callbackRecord } from "../workers/callback-record.ts";
import { assemble, checking, closeAll, onceCompiled } from "./assemble.ts";
import { callbackDoor } from "./callbacks/callbacks.ts";
import { bulkIds } from "./bulk/bulk-operation.ts";
import { channelControl } from "./channels.ts";
import { deliveries } from "./deliveries/deliveries.ts";
import { deadLetterAlerts } from "./dead-letters/dead-letter-alerts.ts";
import { deadLetters } from "./dead-letters/dead-letters.ts";
import { handlerChannels } from "./handler-channels.ts";
import { inspector } from "./inspect.ts";
import { maskingLogger } from "./masking-logger.ts";
import { eraser } from "./erase/erase.ts";
import { lazyParts } from "./lazy-parts.ts";
import { type BusOptions, parseOptions, publishNames } from "./options.ts";
import { publishCausedBy } from "./cause.ts";
import { createAppender } from "./append.ts";
import { judgeDurability } from "./declared-durability.ts";
import type { SpoolRecord } from "./spool/spool-record.ts";
import { createSpool } from "./spool/spool.ts";
import { createPublisher, exampleOf, type Publish } from "./publish.ts";
import { scheduleControl } from "./schedules/schedules.ts";
import { subscriberControl } from "./subscribers.ts";
import { planningOf } from "./planning.ts";
import { archive } from "./archive/archive.ts";
import { pastFor } from "./replay/past-for.ts";
import { replayHere } from "./replay/replay-here.ts";
import { verbRecorder } from "./recorder.ts";
import { replays } from "./replay/replays.ts";
import { readStats } from "./stats.ts";
import { preferences } from "./preferences.ts";
import { providerAlerts } from "./provider-alerts.ts";
import { sentSecret } from "./sent-secret.ts";
import { suppressionControl } from "./suppressions.ts";
import { ofMailroom } from "./reporting-providers.ts";
import { eventsToRun, vaultOf } from "./vault.ts";
import { searchHashBy } from "../log/search-hash.ts";
import { statusEvents } from "./status-events.ts";
import { type Role, type RolesOptions, type RunningRoles, startRoles } from "./roles.ts";
import type { Bus } from "./bus-port.ts";

export type { Bus } from "./bus-port.ts";

const allRoles: readonly Role[] = ["router", "workers", "relay"];

/**
 * Wires a bus. Nothing is connected before the first publish or start.
 * @throws BusbarError `INVALID_CONFIGURATION` or `INVALID_DEFINITION` with every problem found
 */
export function createBus<const T extends Topics>(options: BusOptions<T>): Bus<T> {
  return wireBus(options, {});
}

export interface WireOptions {
  readonly clock?: Clock;
  /** False: what is planned goes nowhere. Default true. */
  readonly deliver?: boolean;
}

/** The same for test buses: with a clock of the caller's, or without delivering. */
export function wireBus<const T extends Topics>(options: BusOptions<T>, { clock = systemClock, deliver = true }: WireOptions): Bus<T> {
  const settings = parseOptions(options as BusOptions);
  const topics = options.topics as Topics;
  const problems = topicsProblems(topics);
  if (problems.length > 0) throw new BusbarError("INVALID_DEFINITION", "The topics cannot be used:", { problems });
  const { logger: given = silentLogger, subscribers = [], schedules: timed } = options;
  const logger = Object.values(topics).some(({ marks }) => marks !== undefined) ? maskingLogger(given) : given;
  const emitter = new EventEmitter();
  // Whoever watches cannot disturb what it watches.
  const observe: Observe = (name, fact) => {
    try {
      emitter.emit(name, fact);
    } catch (error) {
      logger.error({ observation: name, error: messageOf(error) }, "a listener of the bus threw");
    }
  };
  const { redis: url, prefix, indexSecret, partitions, publishDeadline: deadline, application, replication } = settings;
  const log = redisLog({ url, prefix, indexSecret, partitions, deadline, block: settings.pace.block, replication, logger });
  const spool =
    settings.spool &&
    createSpool({
      ...settings.spool,
      append: (record) => takeFromSpool(record),
      searchHash: searchHashBy(settings),
      observe,
      logger,
    });
  const parts = lazyParts(settings, { logger, clock });
  const recorded = verbRecorder(parts.audit);
  const vault = vaultOf(settings, Object.values(topics), parts.redis);
  const appender = createAppender({ log, deadline, spool, vault });
  const publishNow = createPublisher({ application, topics: Object.values(topics), appender, vault, clock, observe, logger });
  const takeFromSpool = async (record: SpoolRecord): Promise<void> => {
    const { eventId, repeated } = await appender.once(record);
    observe("published", { event: { ...decodeEvent(record.entry.json), id: eventId }, repeated });
  };
  const parted = { settings, topics, subscribers, schedules: timed };
  let known: Catalog | undefined;
  const catalog = async (): Promise<Catalog> => (known ??= (await assemble(parted)).catalog);
  const compiled = onceCompiled(() => assemble({ ...parted, delivering: checking }));
  const inspect = inspector({ application, topics, log, parts, vault, logger, catalog });
  const allReplays = replays({
    application,
    topics,
    services: settings.services,
    recorded,
    logger,
    find: eventsToRun({ inspect, log, vault }),
    log,
    parts,
    store: parts.replays,
    locks: parts.locks,
    catalog,
    planning: planningOf(settings, { deliver: true, read: vault.read }),
    rendering: compiled.get,
    secret: sentSecret(settings),
    past: pastFor({ log, application, store: settings.archive?.store }),
  });
  const allArchive = archive({
    application,
    log,
    parts,
    catalog,
    store: settings.archive?.store,
    keepInRedis: settings.archive?.keepInRedis ?? Number.MAX_SAFE_INTEGER,
  });
  const letters = deadLetters({
    ...parts,
    topics,
    vault,
    log,
    catalog,
    knowsCode: options.subscribers !== undefined,
    logger,
    rendering: compiled.get,
    bulkStore: parts.bulk,
    secret: sentSecret(settings),
  });
  const goOn: RolesOptions["goOn"] = (id, run) => (id.startsWith(bulkIds) ? letters.bulk : allReplays).work(id, run);
  const channels = channelControl(settings, parts);
  const outbox =
    settings.outbox && outboxControl({ ...settings.outbox, application, topics: Object.values(topics).map(({ name }) => name) });
  const checkRunning = (topicName: string): void => {
    if (stopped === undefined) return;
    throw new BusbarError(
      "STOPPED",
      `${topicName}: the bus was stopped, so nothing was published. Publish before stop(), or create another bus.`,
    );
  };
  const publishOne = async (topicName: string, payload: unknown, publishOptions?: PublishOptions) => {
    checkRunning(topicName);
    return publishNow(topicName, payload, publishOptions);
  };
  const publish: Publish = Object.assign(publishOne, {
    async batch(topicName: string, payloads: readonly unknown[], publishOptions?: Parameters<Publish["batch"]>[2]) {
      checkRunning(topicName);
      return publishNow.batch(topicName, payloads, publishOptions);
    },
  });
  let running: RunningRoles | undefined;
  const schedules = scheduleControl({ parts, catalog, publish, clock, started: () => running?.schedules });
  let stopped: Promise<void> | undefined;

  /** Says why a start would be refused on this Redis. */
  const connect = async (): Promise<string | undefined> => {
    await spool?.start();
    const { warnings, facts } = await log.check();
    const { refusal, warning } = judgeDurability(facts, settings);
    for (const sentence of [...warnings, refusal, warning]) if (sentence !== undefined) logger.warn({}, sentence);
    return refusal;
  };
  const connectToStart = async (): Promise<void> => {
    const refusal = await connect();
    if (refusal !== undefined) throw new BusbarError("REDIS_UNSUITABLE", refusal);
  };

  const publishEvent = Object.fromEntries(
    publishNames(topics).map(([name, topicName]) => [
      name,
      Object.assign((payload: unknown, publishOptions?: PublishOptions) => publish(topicName, payload, publishOptions), {
        batch: (payloads: readonly unknown[], publishOptions?: Omit<PublishOptions, "id" | "idempotencyKey">) =>
          publish.batch(topicName, payloads, publishOptions),
      }),
    ]),
  );

  return {
    publishEvent: publishEvent as PublishEvent<T>,
    publish,
    example: (topicName) => exampleOf(topicName, Object.values(topics)),
    async testMessage(topicName, { actor, reason, ...publishOptions } = {}) {
      const published = await publish(topicName, exampleOf(topicName, Object.values(topics)), publishOptions);
      await recorded({ ...(actor && { actor }), ...(reason && { reason }) }, "test-message", `${topicName}, event ${published.id}`);
      return published;
    },
    async start({ only = outbox === undefined ? allRoles.filter((role) => role !== "relay") : allRoles } = {}) {
      if (only.includes("relay") && outbox === undefined) throw noDatabase();
      if (running !== undefined || stopped !== undefined)
        throw new BusbarError("ALREADY_RUNNING", "This bus was started before: create another one.");
      // Side by side: compiling templates takes a second, and so may a Redis far away. Mistakes of the application are told first.
      const connected = connectToStart();
      connected.catch(() => undefined);
      const onChange = providerAlerts({ topics, publish, observe, logger });
      const circuits = circuitsOf({ store: parts.circuits, clock, logger, onChange });
      const delivering = only.includes("workers")
        ? {
            delivering: {
              publishFor: publishCausedBy(publish, topics),
              channelsFor: handlerChannels(channels),
              logger,
              clock,
              circuits,
              smsCounts: parts.smsCounts,
            },
          }
        : {};
      const assembled = await assemble({ ...parted, starting: true, ...delivering });
      known = assembled.catalog;
      await connected;
      const onRaised = statusEvents(topics, publish);
      running = await startRoles({
        ...assembled,
        settings,
        roles: only,
        deliver,
        log,
        vault,
        clock,
        observe,
        onRaised,
        goOn,
        tellMany: deadLetterAlerts({ topics, publish, observe, logger }),
        archive: settings.archive && allArchive,
        publish: publishNow,
        firesSchedules: timed !== undefined,
        logger,
      });
    },
    connect: async () => void (await connect()),
    stop: () =>
      (stopped ??= (async () => {
        await running?.stop();
        await letters.stop();
        await spool?.stop();
        await outbox?.close();
        await compiled.close();
        await parts.close();
        await log.close();
      })()),
    on: (name, listener) => void emitter.on(name, listener),
    off: (name, listener) => void emitter.off(name, listener),
    catalog,
    async check() {
      const assembled = await assemble({ ...parted, delivering: checking });
      await closeAll(assembled.channels);
      return assembled.catalog;
    },
    inspect,
    deadLetters: letters,
    deliveries: deliveries({ ...parts, topics, log, catalog, inspect }),
    erase: eraser({ topics, vault, log, parts, application, store: settings.archive?.store }),
    audit: (selection) => parts.audit().page(selection),
    suppressions: suppressionControl({ ...parts, clock }),
    preferences: preferences(settings, parts, catalog),
    callbacks: callbackDoor({
      settings,
      clock,
      observe,
      keep: ({ provider, mailroom, receivedAt, ...callback }) =>
        parts.queues().callbacks.add([callbackRecord(mailroom ? ofMailroom(provider) : provider, callback, receivedAt)]),
    }),
    channels,
    subscribers: subscriberControl({ application, log, catalog, audit: parts.audit }),
    schedules,
    spool: () => spool?.standing(),
    outbox,
    stats: () => readStats({ application, log, parts, channels, catalog, schedules, outbox, spool: settings.spool?.folder }),
    replay: replayHere(allReplays),
    replays: allReplays,
    archive: allArchive,
    ready: async () => running !== undefined && stopped === undefined && running.alive() && (await log.answers()),
  };
}

function noDatabase(): BusbarError {
  return new BusbarError(
    "INVALID_CONFIGURATION",
    "The relay has no database to take events from: set OUTBOX_DATABASE_URL, or outbox.database, to the one of your transactions.",
  );
}
