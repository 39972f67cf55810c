import type { Session } from "./session.ts";

const batch = 10_000;

/**
 * Forgets the deliveries that were handled longer ago than this, in small transactions.
 * @param age milliseconds
 * @returns how many
 */
export async function cleanInbox({ query }: Session, age: number): Promise<number> {
  for (let removed = 0; ;) {
    const [row] = await query(
      `WITH gone AS (DELETE FROM busbar.inbox WHERE delivery_id IN (
         SELECT delivery_id FROM busbar.inbox WHERE seen_at < clock_timestamp() - $1 * interval '1 millisecond' LIMIT ${batch}) RETURNING 1)
       SELECT count(*)::int AS removed FROM gone`,
      [age],
    );
    const now = row!["removed"] as number;
    removed += now;
    if (now < batch) return removed;
  }
}
