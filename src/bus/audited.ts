import type { Audit, AuditVerb } from "./audit.ts";
import { type By, byName } from "./by.ts";

/** Something that is about to be done. */
export interface Deed {
  readonly what: AuditVerb;
  /** To what, in words; nothing personal. */
  readonly of: string;
  readonly by: By;
}

/** Writes into the audit record what a person does. */
export async function recordDeed(audit: () => Audit, { what, of, by }: Deed): Promise<void> {
  await audit().record({ by: byName(by), what, of, ...(by.reason === undefined ? {} : { reason: by.reason }) });
}

/**
 * Writes into the audit record what a person is about to do, and then does it: whoever is cut off in between leaves an entry without a deed, and never
 * a deed without an entry. Where nothing came of it, a second entry says so, so that none claims what did not happen.
 * @param deed.undone says of a result that it was not done, and why; by default it was. What throws was not, or not all of it
 */
export async function audited<Result>(
  audit: () => Audit,
  { undone, ...deed }: Deed & { readonly undone?: (result: Result) => string | undefined },
  act: () => Promise<Result>,
): Promise<Result> {
  await recordDeed(audit, deed);
  const add = (why: string): Promise<void> => recordDeed(audit, { ...deed, of: `${deed.of}: ${why}` });
  let result: Result;
  try {
    result = await act();
  } catch (error) {
    // What it failed of is told to who asked; where the record cannot be reached either, that is.
    await add("it failed, wholly or in part").catch(() => undefined);
    throw error;
  }
  const why = undone?.(result);
  if (why !== undefined) await add(why);
  return result;
}
