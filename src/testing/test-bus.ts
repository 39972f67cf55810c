import { AssertionError } from "node:assert";
import { randomBytes } from "node:crypto";
import { type Duration, milliseconds } from "../base/duration.ts";
import { newKey } from "../vault/key-ring.ts";
import { BusbarError } from "../base/errors.ts";
import { silentLogger } from "../base/logger.ts";
import { type Bus, wireBus } from "../bus/bus.ts";
import { type BusOptions, parseOptions } from "../bus/options.ts";
import { queuesOf } from "../bus/queues.ts";
import type { Topics } from "../define/catalog.ts";
import type { Delivery } from "../define/delivery.ts";
import { unknownOptions } from "../define/names.ts";
import type { Assertions } from "./assertions.ts";
import { intoBus } from "./callbacks-into-bus.ts";
import { comeToRest, type Drained, handOutDue } from "./drain.ts";
import { assertionsOf } from "./expect.ts";
import { type History, historyOf, type UnroutableEvent } from "./history.ts";
import { leaksText } from "./leaks.ts";
import { redisForTests } from "./redis-for-tests.ts";
import { removeKeys } from "./redis-keys.ts";
import { testClock } from "./test-clock.ts";
import { noMailroom, startTestMailroom, type TestMailroom, withDrains } from "./test-mailroom.ts";

export interface TestBusOptions<T extends Topics = Topics> extends Pick<
  BusOptions<T>,
  "topics" | "subscribers" | "schedules" | "services" | "channels" | "partitions" | "logger"
> {
  /** The application's name. Default `test`. */
  readonly application?: string;
  /** The time that the bus's clock shows until it is moved. Default `2026-01-01T00:00:00.000Z`. */
  readonly now?: string | number | Date;
  /**
   * `"drain"`, the default, delivers: messages to the test's mailroom, handlers by calling them. `"record"` delivers nothing, compiles no template and calls no handler: the deliveries of all
   * channels are planned, their audiences looked up, and `recorded` lists them at once, whenever they would have been due.
   */
  readonly deliver?: "drain" | "record";
  /** The address of a Redis. Default: that of `BUSBAR_TEST_REDIS_URL`, else a Redis that the test buses of this process share. */
  readonly redis?: string;
  /** How long a try waits for an answer of the mailroom, so that `mailroom.fail(provider, "timeout")` takes as long. Default 5 s. */
  readonly providerTimeout?: Duration;
}

/**
 * A bus on a real Redis, with keys of its own, a mailroom of its own, and a clock that stands still. It is started; `stop` it after
 * the test, or declare it with `await using`.
 */
export interface TestBus<T extends Topics = Topics> extends Omit<Bus<T>, "start" | "connect">, Assertions<T>, AsyncDisposable {
  /**
   * Waits until nothing is under way: everything that was published is routed by each of its subscribers, and each delivery is at
   * its end or waits for a time that the clock does not show yet.
   * @throws AssertionError saying what is under way, when that takes longer than `within`, by default 10 s
   */
  drain(options?: { readonly within?: Duration }): Promise<Drained>;
  readonly clock: {
    /** Milliseconds since 1970. */
    now(): number;
    /**
     * Drains, then moves the clock: what waits for a time that has come by then is under way again, and the next `drain` or assertion
     * sees to it. Each schedule fires on the way, at its time, and is drained there. What Redis itself forgets after a time (idempotency keys, time lines) is not moved.
     */
    advance(duration: Duration): Promise<void>;
  };
  readonly mailroom: TestMailroom;
  /** With `deliver: "record"`: everything that was planned so far, in that order. Drain first. */
  readonly recorded: readonly Delivery[];
  /**
   * Stops the bus, removes its keys, and looks for what the test has left behind: events that nobody drained, events that could
   * not be routed and were not expected, keys. Twice is fine.
   * @throws AssertionError listing all of it; everything is stopped and removed even so
   */
  stop(): Promise<void>;
}

const optionNames = [
  "topics",
  "subscribers",
  "schedules",
  "services",
  "channels",
  "partitions",
  "logger",
  "application",
  "now",
  "deliver",
  "redis",
  "providerTimeout",
];
const drainMs = 10_000;
/** What a channel has in a test unless it says otherwise. */
const calm = { rateLimit: false, circuit: false } as const;

/**
 * Makes a bus for one test, and starts it. Nothing that it does reaches anybody: whatever keys are configured, messages go to its
 * mailroom. No rate is limited, no circuit opens and no wait has jitter, unless `channels` says so.
 * @throws BusbarError with every problem of topics, subscribers, templates and options; `REDIS_UNREACHABLE` when no Redis is to be had
 */
export async function createTestBus<const T extends Topics>(options: TestBusOptions<T>): Promise<TestBus<T>> {
  const problems = unknownOptions(options, optionNames);
  const { application = "test", now = "2026-01-01T00:00:00.000Z", deliver = "drain", channels = {} } = options;
  const { redis: given, providerTimeout: timeout = "5s", now: _now, deliver: _deliver, ...others } = options;
  if (deliver !== "drain" && deliver !== "record") problems.push(`deliver must be "drain" or "record", not ${JSON.stringify(deliver)}`);
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", "The test bus cannot be created:", { problems });

  const recording = deliver === "record";
  const clock = testClock(now);
  const prefix = `test-${randomBytes(8).toString("hex")}`;
  const opened = openings();
  let wrote = false;
  let keys: readonly string[] = [];
  try {
    const redis = await redisForTests(given);
    opened.push(redis.release);
    opened.push(async () => {
      if (wrote) keys = await removeKeys(redis.url, prefix);
    });
    const mailroom = recording
      ? undefined
      : await startTestMailroom(
          clock,
          intoBus(() => bus),
        );
    if (mailroom !== undefined) opened.push(mailroom.stop);
    const busOptions = {
      ...others,
      application,
      redis: redis.url,
      prefix,
      keys: [newKey("test")],
      channels: {
        ...channels,
        email: { from: "test@example.com", ...calm, ...channels.email },
        sms: { ...calm, ...channels.sms },
        whatsapp: { ...calm, ...channels.whatsapp },
        push: { ...calm, ...channels.push },
      },
      ...(mailroom === undefined ? {} : { send: { mailroom: { ...mailroom.places, timeout } } }),
    } as BusOptions<T>;
    const bus: Bus<T> = wireBus(busOptions, { clock, deliver: !recording });
    opened.push(bus.stop);
    const queues = queuesOf(parseOptions(busOptions as BusOptions), silentLogger, { clock, deliver: !recording });
    opened.push(queues.close);
    const history = historyOf({ bus, catalog: await bus.catalog(), now: clock.now, recording });
    await bus.connect();
    wrote = true;
    await bus.start(recording ? { only: ["router"] } : {});

    let drained = 0;
    const comeToRestWithin = async (within: number): Promise<number> => {
      try {
        return await comeToRest({ history, queues, within });
      } finally {
        // Also where it does not come to rest: whoever was told so need not be told again.
        drained = history.events().length;
      }
    };
    const expected = new Set<UnroutableEvent>();
    const sinceLast = endsSinceLast(history);
    let stopped: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      const late = recording ? [] : history.events().slice(drained);
      await opened.close();
      const message = leaksText({
        undrained: late.filter((event) => history.hasSubscribers(event)),
        unroutable: history.unroutable().filter((fact) => !expected.has(fact)),
        keys,
      });
      if (message !== undefined) throw new AssertionError({ message, operator: "stop" });
    };
    const stopOnce = (): Promise<void> => (stopped ??= stop());

    const { start: _start, connect: _connect, ...rest } = bus;
    return {
      ...rest,
      ...assertionsOf<T>({
        history,
        drain: () => comeToRestWithin(drainMs),
        messageOf: (deliveryId) => mailroom?.messageOf(deliveryId),
        recording,
        expected: (fact) => void expected.add(fact),
      }),
      async drain({ within = drainMs } = {}) {
        const waiting = await comeToRestWithin(milliseconds(within, "within"));
        return { ...sinceLast(), waiting };
      },
      clock: {
        now: clock.now,
        async advance(duration) {
          const by = milliseconds(duration, "advance");
          await comeToRestWithin(drainMs);
          await clock.move(by, () => comeToRestWithin(drainMs));
          history.moved();
          await handOutDue(queues);
        },
      },
      mailroom: mailroom === undefined ? noMailroom() : withDrains(mailroom, () => comeToRestWithin(drainMs)),
      get recorded() {
        return history.deliveries().flatMap(({ state, delivery }) => (state === "recorded" ? [delivery] : []));
      },
      stop: stopOnce,
      [Symbol.asyncDispose]: stopOnce,
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** What was opened, to be closed in reverse; what cannot be closed does not keep the others open. */
function openings(): { push(close: () => Promise<unknown>): void; close(): Promise<void> } {
  const open: (() => Promise<unknown>)[] = [];
  return {
    push: (close) => void open.push(close),
    async close() {
      const failures: unknown[] = [];
      for (const close of open.splice(0).toReversed()) await close().catch((error: unknown) => failures.push(error));
      if (failures.length > 0) throw failures[0];
    },
  };
}

function endsSinceLast(history: History): () => Omit<Drained, "waiting"> {
  const states = ["sent", "dead", "suppressed", "expired", "cancelled"] as const;
  let before = states.map(history.ended);
  return () => {
    const ended = states.map(history.ended);
    const counts = ended.map((count, index) => count - before[index]!);
    before = ended;
    return Object.fromEntries(states.map((state, index) => [state, counts[index]!])) as Record<(typeof states)[number], number>;
  };
}
