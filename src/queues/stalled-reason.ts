/** Our words for BullMQ's reason of a job whose workers died again and again; undefined for any other reason. */
export function stalledReason(reason: string | undefined): string | undefined {
  return reason !== undefined && /stalled more than/.test(reason) ? "poison: its workers died again and again" : undefined;
}
