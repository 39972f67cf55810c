import type { Audit } from "./audit.ts";
import { type By, byName } from "./by.ts";

/** How somebody looks at events and deliveries. */
export interface View {
  /** Who sees personal data in the clear, and why: it goes into the audit record first. Absent: it is masked. */
  readonly showPii?: By;
}

/** Writes into the audit record that personal data is about to be seen. Whoever cannot be recorded sees nothing. */
export async function recordView(audit: () => Audit, { showPii }: View, of: string): Promise<boolean> {
  if (showPii === undefined) return false;
  const { reason } = showPii;
  await audit().record({ by: byName(showPii), what: "show-pii", of, ...(reason === undefined ? {} : { reason }) });
  return true;
}
