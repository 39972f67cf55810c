import type { Alternative } from "./alternatives.ts";
import { breaks, type Change, isBreaking, under } from "./change.ts";
import type { Comparison } from "./comparison.ts";
import { lengthChanges } from "./compare-scalars.ts";
import { at, type JsonSchema } from "./json-schema.ts";

interface Items {
  readonly first: readonly JsonSchema[];
  /** Of those after the first; false: there are none. */
  readonly rest: JsonSchema;
  readonly most: number;
}

/** Changes of a list or a tuple: its items, each place of its own, and its length. */
export function compareArrays({ places }: Comparison, old: Alternative, now: Alternative): Change[] {
  const [before, after] = [itemsOf(old), itemsOf(now)];
  const compare = (was: JsonSchema, is: JsonSchema): readonly Change[] => places(at(old.place, was), at(now.place, is));
  const changes = lengthChanges(old, now, { keywords: ["minItems", "maxItems"], unit: "items" });
  const own = Math.min(Math.max(before.first.length, after.first.length), before.most);
  for (let index = 0; index < own; index++) {
    const [was, is] = [before.first[index] ?? before.rest, after.first[index] ?? after.rest];
    // Nothing was there, or what is there makes the list too long, which is told as such.
    if (was === false || (is === false && isBreaking(changes))) continue;
    const place = `[${index}]`;
    changes.push(...(is === false ? [breaks("is no longer allowed", place)] : under(place, compare(was, is))));
  }
  if (before.rest === false || before.most <= own) return changes;
  if (after.rest !== false) changes.push(...under("[]", compare(before.rest, after.rest)));
  else if (!isBreaking(changes)) changes.push(breaks(`may have at most ${after.first.length} items`));
  return changes;
}

function itemsOf({ words }: Alternative): Items {
  const first = (words["prefixItems"] as readonly JsonSchema[] | undefined) ?? [];
  const rest = (words["items"] as JsonSchema | undefined) ?? true;
  const most = (words["maxItems"] as number | undefined) ?? Infinity;
  return { first, rest, most: rest === false ? Math.min(most, first.length) : most };
}
