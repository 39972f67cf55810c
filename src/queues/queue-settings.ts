/** At most `max` jobs in each `per` milliseconds, over all processes. */
export interface Rate {
  readonly max: number;
  readonly per: number;
}

/** How fast a queue's jobs are worked on. */
export interface QueueLimits {
  /** Jobs under way at once in one process. */
  readonly concurrency: number;
  /** Over all processes; `false`: no limit. */
  readonly rateLimit: Rate | false;
}

/** Who did something to a queue, when (milliseconds since 1970), and why. */
export interface DoneBy {
  readonly by: string;
  readonly at: number;
  readonly reason?: string;
}

/** A limit that a person has set for all processes. */
export interface SetLimit<Value> extends DoneBy {
  readonly value: Value;
}

/** What is known of a queue besides its jobs, the same for all processes. */
export interface QueueSettings {
  /** What the configuration says, of the worker that started last; absent where none ever has. */
  readonly configured?: QueueLimits;
  /** Set at run time: it holds, over restarts too, until it is reset. */
  readonly concurrency?: SetLimit<number>;
  readonly rateLimit?: SetLimit<Rate | false>;
  /** Who paused it, the first of several. It may go on by now: `paused` says. */
  readonly pausedBy?: DoneBy;
}

/** What is changed: a value is set, `null` goes back to the configuration, what is left out stays. */
export interface LimitsChange {
  readonly concurrency?: number | null;
  readonly rateLimit?: Rate | false | null;
}

/**
 * As it is written in Redis. A rate is `<max>/<per>` or `off`.
 *
 * | field | what |
 * |---|---|
 * | `configured` | `<concurrency> <rate>` |
 * | `concurrency` | JSON: `value`, `by`, `at`, `reason` |
 * | `rate` | the same; its value is text |
 * | `paused` | JSON: `by`, `at`, `reason` |
 */
export type SettingFields = Readonly<Partial<Record<"configured" | "concurrency" | "rate" | "paused", string>>>;

export function configuredField({ concurrency, rateLimit }: QueueLimits): string {
  return `${concurrency} ${rateField(rateLimit)}`;
}

/** The fields that a change writes, in pairs; an empty text takes the field away. */
export function changedFields({ concurrency, rateLimit }: LimitsChange, done: DoneBy): string[] {
  const field = (value: string | number | null): string => (value === null ? "" : JSON.stringify({ value, ...done }));
  return [
    ...(concurrency === undefined ? [] : ["concurrency", field(concurrency)]),
    ...(rateLimit === undefined ? [] : ["rate", field(rateLimit === null ? null : rateField(rateLimit))]),
  ];
}

export function settingsOf({ configured, concurrency, rate, paused }: SettingFields): QueueSettings {
  const [places, speed] = configured?.split(" ") ?? [];
  const limit = rate === undefined ? undefined : (JSON.parse(rate) as SetLimit<string>);
  return {
    ...(places === undefined ? {} : { configured: { concurrency: Number(places), rateLimit: rateOf(speed!) } }),
    ...(concurrency === undefined ? {} : { concurrency: JSON.parse(concurrency) as SetLimit<number> }),
    ...(limit === undefined ? {} : { rateLimit: { ...limit, value: rateOf(limit.value) } }),
    ...(paused === undefined ? {} : { pausedBy: JSON.parse(paused) as DoneBy }),
  };
}

function rateField(rate: Rate | false): string {
  return rate === false ? "off" : `${rate.max}/${rate.per}`;
}

function rateOf(text: string): Rate | false {
  if (text === "off") return false;
  const [max, per] = text.split("/").map(Number);
  return { max: max!, per: per! };
}
