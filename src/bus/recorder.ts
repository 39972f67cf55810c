import type { Audit, AuditVerb } from "./audit.ts";
import { type By, byName } from "./by.ts";

/** Writes into the audit record what a person has done. */
export type RecordVerb = (by: By, what: AuditVerb, of: string) => Promise<void>;

/** An operator's verb as the audit record has it: who, what, of what, why. */
export function verbRecorder(audit: () => Audit): RecordVerb {
  return (by, what, of) => {
    const { reason } = by;
    return audit().record({ by: byName(by), what, of, ...(reason === undefined ? {} : { reason }) });
  };
}
