import { writeFile } from "node:fs/promises";
import { BusbarError, messageOf } from "../base/errors.ts";
import { silentLogger } from "../base/logger.ts";
import { readEnvironment } from "../bus/environment/environment.ts";
import { databaseUrlProblem } from "../bus/outbox-options.ts";
import { migration, schemaVersion } from "../outbox/migration.ts";
import { type OutboxControl, outboxControl } from "../outbox/outbox-control.ts";
import { loadApplication } from "./application.ts";
import { lengthArgument, numberArgument } from "./arguments.ts";
import { confirmed } from "./confirm.ts";
import { countOf, countText } from "./figures.ts";
import { outboxLines, refusedLines } from "./outbox-lines.ts";
import { print, printJson } from "./output.ts";
import { UsageError } from "./usage-error.ts";

export interface MigrateCommand {
  readonly out?: string;
  readonly apply?: boolean;
  readonly database?: string;
  readonly json?: boolean;
}

/** Prints the migration, writes it to a file, or runs it. It needs no application for that. */
export async function migrateOutbox({ out, apply, database, json }: MigrateCommand): Promise<void> {
  if (database !== undefined && apply !== true)
    throw new UsageError("--database is for --apply: without it, nothing is asked of a database");
  if (database !== undefined && databaseUrlProblem(database) !== undefined)
    throw new UsageError(`--database ${databaseUrlProblem(database)}`);
  if (out !== undefined) {
    await writeFile(out, migration).catch((error: unknown) => {
      throw new UsageError(`--out: ${JSON.stringify(out)} cannot be written (${messageOf(error)})`);
    });
    if (json !== true) print(`${out} makes the tables of the outbox, version ${schemaVersion}. Run it with your own migrations.`);
  }
  if (apply !== true) {
    if (json === true) printJson({ version: schemaVersion, sql: migration, ...(out === undefined ? {} : { file: out }) });
    else if (out === undefined) process.stdout.write(migration);
    return;
  }
  const given = database ?? readEnvironment(process.env).outbox?.database;
  const work = async (outbox: OutboxControl): Promise<void> => {
    const before = await outbox.migrate();
    if (json === true) printJson({ version: schemaVersion, before: before ?? null });
    else if (before === schemaVersion) print(`The tables of the outbox are there already, in version ${schemaVersion}.`);
    else print(`The tables of the outbox are made, in version ${schemaVersion}.`);
  };
  if (given === undefined) return withOutbox(work);
  const outbox = outboxControl({ database: given, application: "", topics: [] });
  try {
    await work(outbox);
  } finally {
    await outbox.close();
  }
}

export async function outboxStatus({ json }: { readonly json?: boolean }): Promise<void> {
  const standing = await withOutbox((outbox) => outbox.standing());
  if (json === true) printJson(standing);
  else print(...outboxLines(standing));
}

export async function listRefused({ count, json }: { readonly count: string; readonly json?: boolean }): Promise<void> {
  const most = numberArgument("--count", count, { least: 1, most: 10_000 });
  const refused = await withOutbox((outbox) => outbox.refused(most));
  if (json === true) printJson(refused);
  else print(...refusedLines(refused));
}

export async function retryRefused(
  ids: readonly string[],
  { all, json }: { readonly all?: boolean; readonly json?: boolean },
): Promise<void> {
  if ((ids.length === 0) !== (all === true)) throw new UsageError("name the events to be relayed again by their ids, or give --all");
  const retried = await withOutbox((outbox) => outbox.retry(all === true ? undefined : ids));
  told(retried, ids.length, { json, key: "retried", text: `${countOf(retried, "event")} given to the relay again.` });
}

export async function discardRefused(
  ids: readonly string[],
  { yes, json }: { readonly yes?: boolean; readonly json?: boolean },
): Promise<void> {
  if (!(await confirmed({ text: `Give ${countOf(ids.length, "event")} up? They are never published.`, yes }))) {
    print("Nothing was changed.");
    process.exitCode = 1;
    return;
  }
  const discarded = await withOutbox((outbox) => outbox.discard(ids));
  told(discarded, ids.length, { json, key: "discarded", text: `${countOf(discarded, "event")} given up.` });
}

export async function cleanHandled({ olderThan, json }: { readonly olderThan: string; readonly json?: boolean }): Promise<void> {
  const age = lengthArgument("--older-than", olderThan);
  const forgotten = await withOutbox((outbox) => outbox.cleanInbox(age));
  if (json === true) printJson({ forgotten });
  else print(`${countOf(forgotten, "handled delivery", "handled deliveries")} forgotten.`);
}

/** A person who named ids hears when some of them were not there. */
function told(
  done: number,
  asked: number,
  { json, key, text }: { readonly json?: boolean | undefined; readonly key: string; readonly text: string },
): void {
  if (json === true) printJson({ [key]: done });
  else print(done < asked ? `${text} ${countText(asked - done)} of the ids belong to no event that was set aside.` : text);
  if (done < asked) process.exitCode = 1;
}

/** The outbox of this folder's application; Redis is not asked. */
async function withOutbox<Result>(work: (outbox: OutboxControl) => Promise<Result>): Promise<Result> {
  const { bus } = await loadApplication({ logger: silentLogger });
  try {
    if (bus.outbox === undefined)
      throw new BusbarError(
        "INVALID_CONFIGURATION",
        "No database of an outbox is named: set OUTBOX_DATABASE_URL, or outbox.database in busbar.config.ts.",
      );
    return await work(bus.outbox);
  } finally {
    await bus.stop();
  }
}
