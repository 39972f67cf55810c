/**
 * What a person did. `show-pii`: personal data was seen in the clear; `erase`: a subject was erased; the others are the operators' verbs:
 * the noun is what the verb was done to.
 */
export type AuditVerb =
  | "show-pii"
  | "erase"
  | `dead-letters.${"redrive" | "edit" | "discard"}`
  | `delivery.cancel`
  | `channel.${"pause" | "resume" | "set" | "reset" | "clean"}`
  | `subscriber.${"pause" | "resume" | "drain" | "seek" | "remove"}`
  | `replay.${"start" | "pause" | "resume" | "cancel"}`
  | `schedule.${"run" | "pause" | "resume"}`
  | `suppression.${"add" | "release"}`
  | `key.${"create" | "rotate" | "revoke"}`
  | "test-message";

/** Something that a person did that others may ask about later. */
export interface AuditEntry {
  /** Milliseconds since 1970, by Redis' clock. */
  readonly at: number;
  /** Who: a person, or the name of an API key. */
  readonly by: string;
  readonly what: AuditVerb;
  /** Of what: the question that was asked, in words. It says nothing personal. */
  readonly of: string;
  readonly reason?: string;
}

/** Who did what, when. It is only ever added to. */
export interface Audit {
  record(entry: Omit<AuditEntry, "at">): Promise<void>;
  /** The newest first. */
  list(count: number): Promise<readonly AuditEntry[]>;
}
