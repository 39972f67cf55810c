import type { By } from "../by.ts";

export interface EraseOptions {
  /** Whose data: the text that `pii(…, { subject })` gives. */
  readonly subject: string;
  /** Only looks: what would be touched. Default false. */
  readonly preview?: boolean;
  /** Who asks for it, and why, for the audit record and the time lines. */
  readonly by?: By;
  /** Told after each page of 200 events: reading the logs is most of the work. */
  readonly onProgress?: ((soFar: { readonly events: number; readonly total: number }) => void) | undefined;
}

/** What archives hold of a subject. Nothing in them is changed: what its key has sealed opens no more. */
export interface ArchivesErased {
  /** Archived events whose personal data can be read by nobody any more, by topic. */
  readonly archived: Readonly<Record<string, number>>;
  /** Archived events from before their fields were marked, which stand there in the clear, by topic. */
  readonly archivedInTheClear: Readonly<Record<string, number>>;
  /** Segments that could not be looked through, and why. */
  readonly archiveProblems: readonly string[];
}

/** What was touched; of a preview, what would be. */
export interface EraseReport extends ArchivesErased {
  /** `destroyed` now, `gone` before, or `none`: nothing was ever sealed for this subject. */
  readonly key: "destroyed" | "gone" | "none";
  /** Events whose personal data can be read by nobody any more, by topic. */
  readonly events: Readonly<Record<string, number>>;
  /** Events of the subject that were published before their fields were marked: they stand in the clear until their retention ends. */
  readonly inTheClear: Readonly<Record<string, number>>;
  /**
   * Those of `events` that this process could not open, mostly for want of a key in `BUSBAR_KEYS`: their search keys, and the consents of their
   * addresses, are not known to it, and stay.
   */
  readonly unopened: Readonly<Record<string, number>>;
  /** Entries of search keys. */
  readonly searchEntries: number;
  /** Deliveries and what else waited in queues, or was kept there, by queue. */
  readonly jobs: Readonly<Record<string, number>>;
  /** Deliveries that a worker holds right now: call again for these. */
  readonly underWay: number;
  /** Deliveries whose reasons, receipts and reports were taken away. */
  readonly timelines: number;
  /** Records of what subscribers made of an event, from which their reasons were taken. */
  readonly reasons: number;
  /** Addresses whose consents were forgotten. */
  readonly consents: number;
  /** Suppressed addresses, which stay suppressed: taking them away would have them written to again. */
  readonly suppressionsKept: number;
}
