/** Every code that busbar throws, with what it means. Messages say who, what, and what to do. */
export const errorCodes = {
  INVALID_DEFINITION: "a topic, template or subscriber is written wrongly; nothing was started",
  INVALID_CONFIGURATION: "an option or environment variable cannot be used; nothing was started",
  UNKNOWN_TOPIC: "an event was published to a topic that this application does not define",
  UNKNOWN_QUEUE: "no queue has that name",
  UNKNOWN_SUBSCRIBER: "no subscriber has that name, or it does not listen to the topic",
  UNKNOWN_SCHEDULE: "no schedule has that name",
  INVALID_RANGE: "a time is no time, the range is empty, or nothing is known of it any more",
  INVALID_SELECTION: "what is to be cancelled is not said, or not enough of it; nothing was changed",
  INVALID_LIMIT: "a rate or concurrency cannot be; nothing was changed",
  INVALID_CURSOR: "the place where a page begins is not one that this list has named",
  REFUSED: "it is not in a state that allows this; nothing was changed",
  INVALID_DEAD_LETTERS: "the filter, the place in a list, or the data of dead letters cannot be used; nothing was changed",
  UNKNOWN_OPERATION: "no operation on dead letters has that id",
  INVALID_REPLAY: "what was asked for cannot be replayed; nothing was queued",
  REPLAY_BUSY: "another replay of the subscriber is not at its end, or this one is not in a state that allows it; nothing was changed",
  UNKNOWN_REPLAY: "no replay has that id",
  INVALID_SUPPRESSION: "the channel, address, category, reason or time of a suppression cannot be used; nothing was changed",
  INVALID_FILTER: "a filter is written wrongly, or asks for what no payload of its topics has; `problems` has each mistake with its path",
  INVALID_EVENT: "the payload does not match the topic's schema; nothing was published",
  EVENT_TOO_LARGE: "the event is larger than the limit; nothing was published",
  IDEMPOTENCY_CONFLICT: "the idempotency key was used before with another payload; nothing was published",
  PUBLISH_FAILED:
    "Redis, or as many of its replicas as are asked for, did not confirm the event in time; it may or may not be in the log. Publish again with the same id or idempotency key",
  OUTBOX_FAILED: "the database of the outbox cannot be used, or refused; what was to be published in its transaction was not",
  ARCHIVE_FAILED: "the archive cannot be reached, or refused; what was to be written or read was not",
  REDIS_UNREACHABLE: "no Redis answers at the address",
  REDIS_UNSUITABLE: "the Redis that answers could lose queued work, or is too old",
  PORT_IN_USE: "another process listens on the port",
  ALREADY_RUNNING: "another busbar uses the same data folder",
  STOPPED: "the bus was stopped; nothing was published",
  CANNOT_PLAN: "a subscriber's own code, or what it returned, could not be turned into deliveries",
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** The one error class of busbar. `problems` lists everything found, one sentence each. */
export class BusbarError extends Error {
  readonly code: ErrorCode;
  readonly problems: readonly string[];
  /** Of `PUBLISH_FAILED`: the id to publish the event again with. */
  readonly eventId: string | undefined;

  constructor(code: ErrorCode, message: string, options: { problems?: readonly string[]; cause?: unknown; eventId?: string } = {}) {
    const problems = options.problems ?? [];
    super(
      [message, ...problems.map((problem) => `  - ${problem}`)].join("\n"),
      options.cause === undefined ? {} : { cause: options.cause },
    );
    this.name = "BusbarError";
    this.code = code;
    this.eventId = options.eventId;
    this.problems = problems.length > 0 ? problems : [message];
  }
}

/** What a caught value says of itself, whatever was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  try {
    return typeof error === "object" && error !== null ? (JSON.stringify(error) ?? String(error)) : String(error);
  } catch {
    // A thing that cannot even be printed was thrown.
    return "something that cannot be shown was thrown";
  }
}
