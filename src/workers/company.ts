import type { Logger } from "../base/logger.ts";
import type { Delivery } from "../define/delivery.ts";
import type { Job, QueueWorker, Verdict } from "../queues/delivery-queue.ts";

/** A delivery that has lost its worker so often may be what ends it. */
export const suspectFrom = 2;
/** What comes while a suspect is under way is put back for so long. */
const laterMs = 1_000;

export interface Comer {
  /** It runs code of the team's own. */
  readonly own: boolean;
  readonly suspect: boolean;
}

/**
 * Who may be under way beside whom in one process. Code of the team's own can end its process, and then ends everybody's work in it: what was
 * there when that happened twice is a suspect. A suspect of own code waits until it is alone with what cannot end the process, and nothing of
 * own code begins beside it; so only the culprit goes on losing its worker, and becomes poison. A suspect message, which was only drawn along,
 * is not sent beside it. All other messages never ask.
 */
export interface Company {
  /** Resolves when it may begin, with what is to be called at its end. Undefined: a suspect is under way or about to be, so it comes later. */
  enter(comer: Comer): Promise<(() => void) | undefined>;
}

export function createCompany(): Company {
  let inside = 0;
  let suspected = false;
  let onEmpty: (() => void) | undefined;

  const leave = (): void => {
    inside -= 1;
    if (inside === 0) onEmpty?.();
  };

  return {
    async enter({ own, suspect }) {
      if (suspected) return undefined;
      if (!(own && suspect)) {
        inside += 1;
        return leave;
      }
      suspected = true;
      if (inside > 0) await new Promise<void>((resolve) => (onEmpty = resolve));
      onEmpty = undefined;
      return () => void (suspected = false);
    },
  };
}

export interface InCompanyOptions {
  readonly company: Company;
  /** The channel's name. */
  readonly channel: string;
  /** The worker that hands out the channel's jobs. */
  readonly worker: () => Pick<QueueWorker, "narrow"> | undefined;
  readonly logger: Logger;
}

type Handle = (job: Job<Delivery>) => Promise<Verdict<Delivery>>;

/** Handles the jobs of a channel as far as the company in this process allows it. */
export function inCompany({ company, channel, worker, logger }: InCompanyOptions, handle: Handle): Handle {
  const own = channel === "handler";
  return async (job) => {
    const suspect = job.deaths >= suspectFrom;
    if (!own && !suspect) return handle(job);
    // Nothing is taken from the queue only to be put back.
    const narrow = own && suspect;
    if (narrow) worker()?.narrow(true);
    const leave = await company.enter({ own, suspect });
    if (leave === undefined) return { kind: "again", after: laterMs };
    if (suspect)
      logger.warn(
        { delivery: job.content.id, deaths: job.deaths, alone: own },
        "a delivery that has lost its worker again and again is tried apart from others",
      );
    try {
      return await handle(job);
    } finally {
      leave();
      if (narrow) worker()?.narrow(false);
    }
  };
}
