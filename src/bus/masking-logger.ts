import type { Logger } from "../base/logger.ts";
import { maskWords } from "../define/mask.ts";

/** The same logger, with every address and phone number in what it is given masked. A log is read by more people than may see those. */
export function maskingLogger(logger: Logger): Logger {
  return {
    debug: (fields, message) => logger.debug(masked(fields) as object, message),
    info: (fields, message) => logger.info(masked(fields) as object, message),
    warn: (fields, message) => logger.warn(masked(fields) as object, message),
    error: (fields, message) => logger.error(masked(fields) as object, message),
    child: (fields) => maskingLogger(logger.child(masked(fields) as object)),
  };
}

function masked(value: unknown): unknown {
  if (typeof value === "string") return maskWords(value);
  if (value instanceof Error) return { name: value.name, message: maskWords(value.message), stack: maskWords(value.stack ?? "") };
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(masked);
  const prototype: unknown = Object.getPrototypeOf(value);
  // What is no plain data says itself how it is shown.
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, masked(below)]));
}
