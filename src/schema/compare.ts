import { type Alternative, alternativesOf, formText, isAny, valuesText } from "./alternatives.ts";
import { alters, breaks, type Change, fewest, isBreaking, widens } from "./change.ts";
import { compareArrays } from "./compare-arrays.ts";
import { compareObjects } from "./compare-objects.ts";
import type { Comparison, Side } from "./comparison.ts";
import { compareScalars } from "./compare-scalars.ts";
import { defaultChanges, ownDefault } from "./default-changes.ts";
import { sameWords } from "./equal.ts";
import { type JsonSchema, type Place, resolved } from "./json-schema.ts";
import { rewrittenFirst } from "./unseen.ts";
import { accepts, disjoint } from "./values.ts";

/** Two schemas with so many places are not compared to their end. */
const mostPlaces = 50_000;

/**
 * What changed between two JSON Schemas, as `published` makes them. Without a breaking change, every payload that the first one
 * describes is described by the second one too. What cannot be judged counts as breaking. Pure.
 */
export function compareSchemas(before: JsonSchema, after: JsonSchema, side: Side): readonly Change[] {
  /** Pairs whose comparison is under way: of a schema that holds itself, the same pair further in is taken to be as the whole. */
  const underWay = new Map<JsonSchema, Set<JsonSchema>>();
  let left = mostPlaces;

  const places = (old: Place, now: Place): readonly Change[] => {
    if ((left -= 1) < 0) return [breaks("cannot be judged: the schemas are too large")];
    if (sameWords(old, now)) return defaultChanges(old.schema, now.schema);
    const [first, second] = [resolved(old)?.schema, resolved(now)?.schema];
    if (typeof first !== "object" || typeof second !== "object") return compareForms(old, now);
    const words = typeof old.schema === "object" && typeof now.schema === "object" ? ownDefault(old.schema, now.schema) : [];
    const against = underWay.get(first) ?? new Set();
    if (against.has(second)) return [];
    underWay.set(first, against.add(second));
    try {
      return [...words, ...compareForms(old, now)];
    } finally {
      against.delete(second);
    }
  };

  const compareForms = (old: Place, now: Place): readonly Change[] => {
    const [olds, nows] = [alternativesOf(old), alternativesOf(now)];
    if (olds.length === 1 && nows.length === 1) return oneForm(olds[0]!, nows[0]!);
    const met = new Set<Alternative>();
    const changes = olds.flatMap((form) => {
      const tried = nows.map((other) => ({ other, changes: oneForm(form, other) }));
      const best = fewest(tried.map((each) => each.changes));
      if (best !== undefined && !isBreaking(best)) {
        met.add(tried.find((each) => each.changes === best)!.other);
        return best;
      }
      if (form.values?.every((value) => accepts(now, value))) {
        for (const { other } of tried) if (form.values.some((value) => accepts(other.place, value))) met.add(other);
        return [];
      }
      const alike = tried.filter(({ other }) => other.type === form.type && !disjoint(form.place, other.place));
      const near = fewest(alike.map((each) => each.changes));
      return near ?? [breaks(`may no longer be ${formText(form)}`)];
    });
    const more = nows.filter((form) => !met.has(form));
    return isBreaking(changes) ? changes : [...changes, ...more.map((form) => alters(`may also be ${formText(form)}`))];
  };

  const comparison: Comparison = { side, places };

  /** One form against one other. */
  const oneForm = (old: Alternative, now: Alternative): readonly Change[] => {
    const changes = withoutRivals(comparison, old, now);
    if (isBreaking(changes) || now.rivals.every((rival) => disjoint(old.place, rival))) return changes;
    return [breaks("may now fit more than one of its forms, of which exactly one must fit: this cannot be judged")];
  };

  const root = { schema: before, root: before };
  return places(root, { schema: after, root: after });
}

function withoutRivals(comparison: Comparison, old: Alternative, now: Alternative): readonly Change[] {
  const { side } = comparison;
  if (old.unknown.length + now.unknown.length > 0) {
    if (sameWords(old.place, now.place)) return [];
    const words = [...new Set([...old.unknown, ...now.unknown])].join(", ");
    return [breaks(`changed in a way that cannot be judged (${words}), which counts as breaking`)];
  }
  const unseen = withoutEach(now.unseen, old.unseen);
  const trimmed = side === "publish" ? withoutEach(old.unseen, now.unseen).filter((text) => text.startsWith(rewrittenFirst)) : [];
  if (trimmed.length > 0) return [breaks("is no longer trimmed or otherwise rewritten before it is checked")];
  if (unseen.length > 0)
    return [
      breaks(`has a new check that a JSON Schema does not show (${unseen.join(", ")}), so this cannot be judged and counts as breaking`),
    ];
  if (isAny(now)) return isAny(old) ? [] : [widens("may now be anything")];
  if (old.values !== undefined) return valueChanges(old, now);
  if (now.values !== undefined) return [breaks(`must now be ${formText(now)}`)];
  if (old.type === undefined) return [breaks(`must now be ${formText(now)}`)];
  if (old.type !== now.type && !(old.type === "integer" && now.type === "number"))
    return [breaks(`became ${formText(now)} (it was ${formText(old)})`)];
  if (old.type !== "object" && old.type !== "array") return compareScalars(old, now);
  const changes = old.type === "object" ? compareObjects(comparison, old, now) : compareArrays(comparison, old, now);
  if (now.unseen.length === 0 || !changes.some((change) => change.alters)) return changes;
  return [...changes, breaks("is refined, and what changed in it may change what the refinement says: this cannot be judged")];
}

function valueChanges(old: Alternative, now: Alternative): Change[] {
  const lost = old.values!.filter((value) => !accepts(now.place, value));
  if (lost.length > 0) return [breaks(`may no longer be ${valuesText(lost)}`)];
  if (now.values === undefined) return [widens(`may now be ${formText(now)} (it was ${formText(old)})`)];
  const added = now.values.filter((value) => !old.values!.includes(value));
  return added.length === 0 ? [] : [widens(`may also be ${valuesText(added)}`)];
}

/** What is in the first list more often than in the second. */
function withoutEach(list: readonly string[], taken: readonly string[]): string[] {
  const rest = [...taken];
  return list.filter((text) => {
    const found = rest.indexOf(text);
    if (found >= 0) rest.splice(found, 1);
    return found < 0;
  });
}
