/**
 * What a replay sends:
 * - `missing`, the default: what today's code plans, was never sent, and waits in no queue. Its ids are those of live routing.
 * - `again`: all of it, whether it was sent or not, as deliveries of their own.
 */
export type ReplayMode = "missing" | "again";
