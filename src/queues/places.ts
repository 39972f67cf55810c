/** How many jobs may be under way at once in this process, as a person sets it at run time. */
export interface Places {
  /** Resolves when a job may begin, with what is to be called at its end. */
  take(): Promise<() => void>;
  /** Looks no more, whatever is still under way. */
  stop(): void;
}

export interface PlacesOptions {
  /** Where nobody has set another number. */
  readonly concurrency: number;
  /** The number in force at the start. */
  readonly now: number;
  /** The number that was set; undefined: none was. */
  readonly look: () => Promise<number | undefined>;
  /** It is another number now. */
  readonly onChange: (concurrency: number) => void;
  /** A look failed; what was known goes on. */
  readonly onError: (error: unknown) => void;
}

/** What was seen holds for so long, milliseconds. */
const freshMs = 1_000;

/**
 * It looks only while there is work: before a job begins where the last look is older than a second, and each second while one is under way.
 * So a process that waits costs nothing, and still begins no job with a number that was changed more than a second ago. Jobs that were
 * handed out before that was seen wait here for a place.
 */
export function createPlaces({ concurrency, now: first, look, onChange, onError }: PlacesOptions): Places {
  let most = first;
  let inside = 0;
  let seenAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const waiting: (() => void)[] = [];

  const admit = (): void => {
    while (inside < most && waiting.length > 0) {
      inside += 1;
      waiting.shift()!();
    }
  };

  const lookNow = async (): Promise<void> => {
    try {
      const now = (await look()) ?? concurrency;
      if (now === most) return;
      most = now;
      onChange(most);
      admit();
    } catch (error) {
      onError(error);
    } finally {
      seenAt = performance.now();
      looking = undefined;
    }
  };
  const see = (): Promise<void> => (looking ??= lookNow());

  const leave = (): void => {
    inside -= 1;
    admit();
    if (inside > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  return {
    async take() {
      if (performance.now() - seenAt >= freshMs) await see();
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        admit();
      });
      timer ??= setInterval(() => void see(), freshMs).unref();
      return leave;
    },
    stop: () => clearInterval(timer),
  };
}
