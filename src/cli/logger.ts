import { pino } from "pino";
import type { Logger } from "../base/logger.ts";

/** The service's log: JSON lines for machines, readable lines on a terminal. */
export function createLogger(level: string): Logger {
  if (!process.stdout.isTTY) return pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime });
  return pino({
    level,
    base: undefined,
    transport: { target: "pino-pretty", options: { translateTime: "SYS:HH:MM:ss", ignore: "pid,hostname" } },
  });
}
