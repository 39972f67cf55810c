import { decodeEvent } from "../define/event.ts";
import { groupsOf, sealedFields } from "./groups.ts";
import type { KeyRing } from "./key-ring.ts";
import { type SubjectKeys, subjectOfKid } from "./subject-keys.ts";

/** The keys of a ring that these events need and this process does not have, with how many of the events need each. */
export async function lackedKeys(
  { ring, subjects }: { readonly ring: KeyRing | undefined; readonly subjects: Pick<SubjectKeys, "forReading"> },
  jsons: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const needed = jsons.map(kidsIn);
  const ofSubjects = needed.flat().filter((kid) => subjectOfKid(kid) !== undefined);
  const found = await subjects.forReading([...new Set(ofSubjects)]);
  const lacked = (kid: string): string[] => {
    const key = found.get(kid);
    if (key !== undefined) return "closedBy" in key ? [key.closedBy] : [];
    return ring?.keyOf(kid) === undefined ? [kid] : [];
  };
  const counts = new Map<string, number>();
  for (const kids of needed) for (const kid of new Set(kids.flatMap(lacked))) counts.set(kid, (counts.get(kid) ?? 0) + 1);
  return counts;
}

/** What is no event, or torn, is told where it is routed. */
function kidsIn(json: string): readonly string[] {
  try {
    return groupsOf(sealedFields(decodeEvent(json).data)).map(({ kid }) => kid);
  } catch {
    return [];
  }
}
