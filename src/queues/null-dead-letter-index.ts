import type { DeadLetterIndex } from "./dead-letter-index.ts";

/** The index of a queue that never has dead letters. */
export const nullDeadLetterIndex: DeadLetterIndex = {
  note: () => undefined,
  settled: async () => undefined,
  catchUp: async () => 0,
  rebuild: async () => 0,
  drop: async () => undefined,
  kinds: async () => [],
  spans: async (kinds) => kinds.map(() => undefined),
  page: async () => [],
  ofRecipient: async () => [],
};
