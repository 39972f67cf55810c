import { BusbarError, type ErrorCode, errorCodes } from "../../base/errors.ts";
import { nothingHere } from "../../server/not-found.ts";
import type { Problem } from "../../server/problem.ts";
import { UsageError } from "../usage-error.ts";
import { ServerError } from "./server-error.ts";
import type { ServerPlace } from "./server-place.ts";

/** What is wrong with what was typed, as far as only the server knows it. */
const wrongCalls: ReadonlySet<string> = new Set(["INVALID_REQUEST", "CONTRADICTION", "INVALID_JSON", "INVALID_CLOUD_EVENT"]);

/** What the server says is told as the same thing would be in this process. Pure. */
export function problemError({ code, detail, problems = [], status, eventId }: Problem, { url, key }: ServerPlace): Error {
  const title = problems.length === 0 ? detail : detail.replace(/\.$/, ":");
  const lines = [title, ...problems.map((problem) => `  - ${problem}`)].join("\n");
  if (code in errorCodes)
    return new BusbarError(code as ErrorCode, title, {
      ...(problems.length === 0 ? {} : { problems }),
      ...(eventId === undefined ? {} : { eventId }),
    });
  if (wrongCalls.has(code)) return new UsageError(lines);
  if (code === "UNAUTHENTICATED") {
    const advice =
      key === undefined ? "Put one into BUSBAR_KEY, or name its file with --key-file." : "Look at BUSBAR_KEY, or the file of --key-file.";
    return new ServerError(`${url} takes no call without a valid API key: ${detail} ${advice}`, code);
  }
  if (code !== "NOT_FOUND") return new ServerError(`${url} answered ${status}: ${lines}`, code);
  if (!detail.startsWith(nothingHere)) return new ServerError(detail, code);
  return new ServerError(
    `${url} does not know what this command asks for: it is a busbar of another version, or the address is not that of its HTTP server`,
  );
}
