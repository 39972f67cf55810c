import type { AnyTopic } from "../define/topic.ts";
import { type Change, changeText } from "./change.ts";
import { compareSchemas } from "./compare.ts";
import type { Side } from "./comparison.ts";
import type { PublishedVersion } from "./published.ts";
import { snapshotOf, snapshotText, type TopicSnapshot } from "./snapshot.ts";

/** One difference between what was published of a topic and what the code says of it. */
export interface Difference {
  readonly version: number;
  /** Fields from outside to inside; empty: the payload, or the topic itself. */
  readonly path: readonly string[];
  /** `event`: what lies in the log; `publish`: what publishers send. */
  readonly side: Side;
  readonly breaking: boolean;
  /** One sentence without its full stop. */
  readonly text: string;
}

export interface TopicVerdict {
  readonly topic: string;
  /** The newest version of the code; undefined where the code has no such topic. */
  readonly version: number | undefined;
  readonly verdict: "unchanged" | "compatible" | "breaking";
  readonly differences: readonly Difference[];
  /** What to do about what is breaking, one sentence. */
  readonly advice: string | undefined;
}

/**
 * Whether the code may read what was published under the snapshot, and take what publishers send by it. Pure.
 * @param topic undefined: the code has none of this name
 * @param snapshot undefined: nothing was published yet
 */
export function judgeTopic(topic: AnyTopic | undefined, snapshot: TopicSnapshot | undefined): TopicVerdict {
  if (topic === undefined) return removed(snapshot!);
  const { name, version } = topic;
  const now = snapshotOf(topic);
  if (snapshot === undefined) return { ...verdictOf(name, version, [whole(version, "is new")]), advice: undefined };
  const published = snapshot.versions.length;
  const versions = now.versions.slice(0, published).flatMap((code, index) => versionChanges(snapshot.versions[index]!, code, version));
  const lost = published > version ? [whole(published, `was published, and the code knows versions up to ${version}`, true)] : [];
  const added = now.versions.slice(published).map((each) => whole(each.version, "is new"));
  const differences = [...versions, ...lost, ...added];
  const silent = differences.length === 0 && snapshotText(now) !== snapshotText(snapshot);
  const told = silent ? [whole(version, "has other descriptions or marks, or is written in another way")] : differences;
  return { ...verdictOf(name, version, told), advice: adviceFor(told, version) };
}

function verdictOf(topic: string, version: number | undefined, differences: readonly Difference[]): Omit<TopicVerdict, "advice"> {
  const verdict = differences.some(({ breaking }) => breaking) ? "breaking" : differences.length > 0 ? "compatible" : "unchanged";
  return { topic, version, verdict, differences };
}

function whole(version: number, what: string, breaking = false): Difference {
  return { version, path: [], side: "event", breaking, text: `version ${version} ${what}` };
}

function removed({ topic, versions }: TopicSnapshot): TopicVerdict {
  const text = "the topic was removed, and its events may still be in the log";
  return {
    ...verdictOf(topic, undefined, [{ version: versions.length, path: [], side: "event", breaking: true, text }]),
    advice: `Take it back, or, when nobody publishes or reads it any more, delete schemas/${topic}.json.`,
  };
}

/** Of an older version only what lies in the log counts: nobody publishes it any more. */
function versionChanges(before: PublishedVersion, code: PublishedVersion, newest: number): Difference[] {
  const { version } = before;
  const told = (changes: readonly Change[], side: Side): Difference[] =>
    changes.map((change) => ({ version, path: change.path, side, breaking: change.breaking, text: changeText(change) }));
  const events = told(compareSchemas(before.event, code.event, "event"), "event");
  if (version < newest) return events;
  const sent = told(compareSchemas(before.publish ?? before.event, code.publish ?? code.event, "publish"), "publish");
  // The same is said once; of one place, what breaks the other side is said as well.
  const known = new Set(events.map(({ text }) => text));
  const places = new Set(events.map(({ path }) => path.join("\u0000")));
  const more = sent.filter(({ text, breaking, path }) => !known.has(text) && (breaking || !places.has(path.join("\u0000"))));
  return [...events, ...more.map((each) => ({ ...each, text: `${each.text}, for those who publish` }))];
}

function adviceFor(differences: readonly Difference[], version: number): string | undefined {
  const breaking = differences.filter((each) => each.breaking);
  if (breaking.length === 0) return undefined;
  if (breaking.some((each) => each.version < version))
    return `Versions are only added: put what was version ${breaking[0]!.version} back as it was.`;
  if (breaking.some((each) => each.version > version)) return "Put the newer version back: events of it may be in the log.";
  return `Put version ${version} back as it was, and add the next one behind it: .evolve(newSchema, (old) => ({ ...old, … })).`;
}
