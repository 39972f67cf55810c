import type { Logger } from "./logger.ts";

/** The same logger, with every text in what it is given reworded, be it a message, a field or part of one. */
export function rewordedLogger(logger: Logger, reword: (text: string) => string): Logger {
  const reworded = (value: unknown, above: readonly object[] = []): unknown => {
    if (typeof value === "string") return reword(value);
    if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
    if (value instanceof Error) return { name: value.name, message: reword(value.message), stack: reword(value.stack ?? "") };
    if (above.includes(value)) return "[circular]";
    const within = [...above, value];
    if (Array.isArray(value)) return value.map((each) => reworded(each, within));
    // What is no plain data says itself how it is shown: a logger asks it, too.
    if ("toJSON" in value && typeof value.toJSON === "function") return reworded((value.toJSON as () => unknown)(), within);
    return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, reworded(below, within)]));
  };
  const fieldsOf = (fields: object): object => reworded(fields) as object;
  return {
    debug: (fields, message) => logger.debug(fieldsOf(fields), reword(message)),
    info: (fields, message) => logger.info(fieldsOf(fields), reword(message)),
    warn: (fields, message) => logger.warn(fieldsOf(fields), reword(message)),
    error: (fields, message) => logger.error(fieldsOf(fields), reword(message)),
    child: (fields) => rewordedLogger(logger.child(fieldsOf(fields)), reword),
  };
}
