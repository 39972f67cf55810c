import { messageOf } from "../base/errors.ts";

/**
 * Keeps one handler's forgotten promise from ending the process, and with it everybody's deliveries: it is told, and everything goes
 * on. A program that embeds a bus decides this for itself.
 */
export function reportStrayRejections(tell: (line: string) => void): void {
  process.on("unhandledRejection", (reason) => {
    const place = reason instanceof Error ? firstPlace(reason.stack) : undefined;
    tell(
      `A promise that nobody waited for was rejected: ${messageOf(reason)}${place === undefined ? "" : ` (${place})`}. If a handler started it, await it there: the delivery was already counted as done.`,
    );
  });
}

/** The first line of a stack that is the application's own. */
function firstPlace(stack: string | undefined): string | undefined {
  return stack
    ?.split("\n")
    .find((line) => /^\s+at /.test(line) && !/node_modules|node:/.test(line))
    ?.trim();
}
