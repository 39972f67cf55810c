import { BusbarError } from "../base/errors.ts";
import type { AnyTopic } from "../define/topic.ts";
import { judgeTopic, type TopicVerdict } from "../schema/judge.ts";
import { snapshotOf } from "../schema/snapshot.ts";
import { print, printJson } from "./output.ts";
import { readSnapshots, writeSnapshots } from "./schema-files.ts";
import { checkLines, diffLines, type SchemaResult, triedLines } from "./schema-lines.ts";
import { tryOnLog } from "./schema-log.ts";
import { readTopics } from "./topics-of.ts";
import { UsageError } from "./usage-error.ts";

export interface SchemaCheckCommand {
  readonly write?: boolean;
  readonly log?: string;
  readonly last?: string;
  readonly json?: boolean;
}

const mostEvents = 10_000;

/**
 * Holds the code's topics against the committed snapshots. Exit code 1 where a change is breaking, where a compatible one is not in the
 * snapshot yet, or where an event of the log does not fit.
 */
export async function schemaCheck({ write = false, log, last, json }: SchemaCheckCommand): Promise<void> {
  if (last !== undefined && log === undefined) throw new UsageError("--last says how many events of a log are tried: it needs --log <url>");
  const count = countOf(last);
  const { topics, settings, folder } = await readTopics();
  const schemas = `${folder}/schemas`;
  const snapshots = await readSnapshots(schemas);
  const verdicts = judged(topics, snapshots ?? new Map());
  const fit = verdicts.filter(({ verdict }) => verdict === "compatible").map(({ topic }) => topic);
  const written = write ? fit : [];
  await writeSnapshots(schemas, topics.filter(({ name }) => written.includes(name)).map(snapshotOf));

  const tried = log === undefined ? undefined : await tryOnLog({ topics, settings: { ...settings, redis: log }, count });
  const begun = snapshots !== undefined || write;
  const stale = begun && fit.length > written.length;
  const ok =
    !stale && verdicts.every(({ verdict }) => verdict !== "breaking") && (tried ?? []).every(({ failing }) => failing.length === 0);
  if (!ok) process.exitCode = 1;
  const result: SchemaResult = { ok, begun, topics: verdicts, written, ...(tried === undefined ? {} : { log: tried }) };
  if (json === true) return printJson(result);
  const lines = [...checkLines(result), ...triedLines(tried ?? [])];
  (ok ? process.stdout : process.stderr).write(lines.map((line) => `${line}\n`).join(""));
}

/** Shows what differs between the code's topics and the committed snapshots, for people. */
export async function schemaDiff({ json }: { readonly json?: boolean }): Promise<void> {
  const { topics, folder } = await readTopics();
  const snapshots = await readSnapshots(`${folder}/schemas`);
  if (snapshots === undefined)
    throw new BusbarError("INVALID_CONFIGURATION", `There are no snapshots in ${folder}/schemas: busbar schema check --write begins them.`);
  const verdicts = judged(topics, snapshots).filter(({ verdict }) => verdict !== "unchanged");
  if (json === true) return printJson(verdicts);
  print(...diffLines(verdicts));
}

/** All topics of code and snapshots, in the order of their names. */
function judged(topics: readonly AnyTopic[], snapshots: NonNullable<Awaited<ReturnType<typeof readSnapshots>>>): TopicVerdict[] {
  const names = [...new Set([...topics.map(({ name }) => name), ...snapshots.keys()])].toSorted();
  return names.map((name) =>
    judgeTopic(
      topics.find((topic) => topic.name === name),
      snapshots.get(name),
    ),
  );
}

function countOf(last = "100"): number {
  const count = Number(last);
  if (Number.isInteger(count) && count > 0 && count <= mostEvents) return count;
  throw new UsageError(`--last must be a whole number from 1 to ${mostEvents.toLocaleString("en")}, not ${JSON.stringify(last)}`);
}
