import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Bus } from "../bus/bus.ts";
import type { Stats } from "../bus/stats.ts";
import { observationNames } from "../define/observation.ts";
import { publishedEver, queueTotals, statisticsLine } from "./statistics-line.ts";

export interface StatisticsOptions {
  readonly bus: Pick<Bus, "on" | "off" | "stats">;
  /** Takes the line, and the numbers in it as fields. */
  readonly tell: (line: string, fields: Readonly<Record<string, number>>) => void;
  readonly logger: Logger;
  /** Milliseconds between two lines where something happens. Default 30 s. */
  readonly every?: number;
  /** Milliseconds between two lines where nothing does. Default 5 min. */
  readonly atLeast?: number;
}

/**
 * Tells the figures of the whole system while it runs. Redis is asked only when this process has seen something happen since the last
 * line, and once in five minutes: a host may bill by command.
 */
export function tellStatistics({ bus, tell, logger, every = 30_000, atLeast = 300_000 }: StatisticsOptions): { stop(): void } {
  let happened = false;
  let asking = false;
  let askedAt = performance.now();
  let told: Stats | undefined;
  const notice = (): void => void (happened = true);
  for (const name of observationNames) bus.on(name, notice);

  const look = async (): Promise<void> => {
    if (asking || (!happened && performance.now() - askedAt < atLeast)) return;
    asking = true;
    happened = false;
    askedAt = performance.now();
    try {
      const stats = await bus.stats();
      tell(statisticsLine(stats, told), fieldsOf(stats));
      told = stats;
    } catch (error) {
      logger.debug({ error: messageOf(error) }, "the statistics cannot be read");
    } finally {
      asking = false;
    }
  };
  const timer = setInterval(() => void look(), every).unref();
  return {
    stop() {
      clearInterval(timer);
      for (const name of observationNames) bus.off(name, notice);
    },
  };
}

function fieldsOf(stats: Stats): Readonly<Record<string, number>> {
  const lag = stats.subscribers.reduce((total, subscriber) => total + subscriber.lag, 0);
  return { published: publishedEver(stats), ...queueTotals(stats), lag, doubtful: stats.doubtful };
}
