import type { Difference, TopicVerdict } from "../schema/judge.ts";
import { countOf } from "./figures.ts";
import type { TriedTopic } from "./schema-log.ts";
import { oneLine } from "./visible.ts";

export interface SchemaResult {
  readonly ok: boolean;
  /** There are committed snapshots. */
  readonly begun: boolean;
  readonly topics: readonly TopicVerdict[];
  /** Topics whose snapshot was written. */
  readonly written: readonly string[];
  /** What the newest events of a log made of the schemas; absent where none was asked. */
  readonly log?: readonly TriedTopic[];
}

const changesText = (count: number): string => countOf(count, "change");

/** What a check found, for people: what is breaking with what to do, then what is compatible. Pure. */
export function checkLines({ begun, topics, written }: SchemaResult): string[] {
  const breaking = topics.filter(({ verdict }) => verdict === "breaking");
  const compatible = topics.filter(({ verdict }) => verdict === "compatible");
  if (!begun)
    return [`No snapshot yet of ${countOf(topics.length, "topic")}: busbar schema check --write begins schemas/, to be committed.`];
  const summed = [
    ...(breaking.length > 0 ? [`busbar: ${countOf(breaking.length, "topic")} changed in a way that breaks what was published:`] : []),
    ...breaking.flatMap(breakingLines),
    ...(compatible.length > 0 ? [`Compatible changes in ${countOf(compatible.length, "topic")}:`] : []),
    ...compatible.flatMap(({ topic, differences }) => differences.map((each) => `  - ${titleOf(topic, each)}: ${oneLine(each.text)}`)),
  ];
  const left = compatible.length - written.length;
  if (written.length > 0) summed.push(`Written: ${countOf(written.length, "snapshot")} in schemas/. Commit them.`);
  if (left > 0) summed.push("They are not in the snapshot yet: run busbar schema check --write, and commit schemas/.");
  return summed.length > 0 ? summed : [`No change since the snapshot: ${countOf(topics.length, "topic")}.`];
}

function breakingLines({ topic, differences, advice }: TopicVerdict): string[] {
  const lines = differences.filter((each) => each.breaking).map((each) => `  - ${titleOf(topic, each)}: ${oneLine(each.text)}`);
  return [...lines, ...(advice === undefined ? [] : [`    ${advice}`])];
}

/** A difference that is about a whole version names it itself. */
function titleOf(topic: string, { version, text }: Difference): string {
  return text.startsWith("version ") ? topic : `${topic}, version ${version}`;
}

/** Everything that differs. Pure. */
export function diffLines(verdicts: readonly TopicVerdict[]): string[] {
  if (verdicts.length === 0) return ["No change since the snapshot."];
  return verdicts.flatMap(({ topic, version, verdict, differences }) => [
    `${topic}${version === undefined ? "" : `, version ${version}`}: ${verdict} (${changesText(differences.length)})`,
    ...differences.map((each) => `  ${each.breaking ? "!" : "+"} ${oneLine(each.text)}`),
  ]);
}

const mostShown = 20;

/** What real events made of the schemas. Pure. */
export function triedLines(tried: readonly TriedTopic[]): string[] {
  return tried.flatMap(({ topic, events, newer, failing }) => {
    const left = newer === 0 ? "" : `, ${newer.toLocaleString("en")} of a newer version left alone`;
    if (failing.length === 0) return [`${topic}: ${countOf(events, "event")} of the log fit${left}.`];
    const shown = failing
      .slice(0, mostShown)
      .flatMap(({ id, version, problems }) => problems.map((problem) => `  - ${id} (version ${version}): ${oneLine(problem)}`));
    const more = failing.length - mostShown;
    return [
      `${topic}: of ${countOf(events, "event")} of the log ${failing.length.toLocaleString("en")} do not fit${left}:`,
      ...shown,
      ...(more > 0 ? [`  … and ${more.toLocaleString("en")} more`] : []),
    ];
  });
}
