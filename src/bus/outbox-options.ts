import { type Duration, milliseconds } from "../base/duration.ts";
import { unknownOptions } from "../define/names.ts";
import { durationProblems } from "../define/policy.ts";

export interface OutboxOptions {
  /** The PostgreSQL that the transactions are of: `postgres://user:password@host:5432/database`. Without it, there is no relay here. */
  readonly database?: string;
  /** How long `once(tx, event)` remembers a delivery. Default 30 d, which is longer than a dead letter is kept. */
  readonly keepInbox?: Duration;
}

/** Durations in milliseconds. */
export interface OutboxSettings {
  readonly database: string;
  readonly keepInbox: number;
}

const defaultKeepInbox = "30d";

/** Everything wrong with them, one sentence each. */
export function outboxProblems(outbox: OutboxOptions | undefined): string[] {
  if (outbox === undefined) return [];
  if (typeof outbox !== "object" || outbox === null) return [`outbox: must be { database, keepInbox }, not ${JSON.stringify(outbox)}`];
  const { database, keepInbox } = outbox;
  return [
    ...unknownOptions(outbox, ["database", "keepInbox"]).map((problem) => `outbox: ${problem}`),
    ...(database === undefined || databaseUrlProblem(database) === undefined ? [] : [`outbox.database: ${databaseUrlProblem(database)}`]),
    ...durationProblems("outbox.keepInbox", keepInbox),
  ];
}

/** It may hold a password, and is not repeated. */
export function databaseUrlProblem(url: unknown): string | undefined {
  const protocol = typeof url === "string" && URL.canParse(url) ? new URL(url).protocol : "";
  return /^postgres(ql)?:$/.test(protocol) ? undefined : "must look like postgres://user:password@host:5432/database";
}

/** Undefined: there is no relay. */
export function outboxOf({ database, keepInbox = defaultKeepInbox }: OutboxOptions = {}): OutboxSettings | undefined {
  return database === undefined ? undefined : { database, keepInbox: milliseconds(keepInbox, "outbox.keepInbox") };
}
