import { styleText } from "node:util";
import type { Logger } from "../base/logger.ts";
import { oneLine } from "./visible.ts";

type Level = "debug" | "info" | "warn" | "error";
const styles = { debug: "dim", info: "dim", warn: "yellow", error: "red" } as const;

/**
 * The log of `dev`, as lines between those of the view: what handlers log from `info` on, and what the bus itself has to say from `warn`
 * on, unless the view shows it anyway.
 */
export function terminalLogger(print: (line: string) => void, bound: object = {}): Logger {
  const log = (level: Level, fields: object, message: string): void => {
    const all = { ...bound, ...fields } as Record<string, unknown>;
    const { observation, delivery, ...shown } = all;
    const ofHandler = delivery !== undefined && "event" in all;
    if (observation !== undefined || level === "debug" || (level === "info" && !ofHandler)) return;
    const details = Object.entries(shown)
      .filter(([name]) => name !== "event")
      .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
    print(
      `${styleText("dim", new Date().toTimeString().slice(0, 8))}  ${styleText(styles[level], level.padEnd(10))} ${oneLine([message, ...details].join("  "))}`,
    );
  };
  return {
    debug: (fields, message) => log("debug", fields, message),
    info: (fields, message) => log("info", fields, message),
    warn: (fields, message) => log("warn", fields, message),
    error: (fields, message) => log("error", fields, message),
    child: (fields) => terminalLogger(print, { ...bound, ...fields }),
  };
}
