import type { Audit, AuditVerb } from "./audit.ts";
import { type By, byName } from "./by.ts";

/** Something that was done. */
export interface Deed {
  readonly what: AuditVerb;
  /** To what, in words; nothing personal. */
  readonly of: string;
  readonly by: By;
}

/** Writes into the audit record what a person did. */
export async function recordDeed(audit: () => Audit, { what, of, by }: Deed): Promise<void> {
  await audit().record({ by: byName(by), what, of, ...(by.reason === undefined ? {} : { reason: by.reason }) });
}
