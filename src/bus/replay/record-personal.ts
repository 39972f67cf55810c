import type { Audit } from "../audit.ts";
import type { By } from "../by.ts";
import { recordView } from "../view.ts";
import type { Choice } from "./chosen.ts";

/** Counts by a filter on personal data say who it means: it goes into the audit record first that somebody asked. */
export async function recordPersonal(audit: () => Audit, { personal, topics }: Pick<Choice, "personal" | "topics">, by: By): Promise<void> {
  if (personal.length > 0)
    await recordView(audit, { showPii: by }, `past events of ${topics.join(", ")}, by a filter on ${personal.join(", ")}`);
}
