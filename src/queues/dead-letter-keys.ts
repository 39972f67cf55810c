/**
 * The keys of the index beside a failed set. `<p>` is the prefix, `<app>` the application, `<queue>` the queue; they lie in the slot of the
 * queue's own keys, so that one script sees both.
 *
 * | key | type | what |
 * |---|---|---|
 * | `<p>:dead-letters:{<app>.<queue>}:letters` | hash | id → `<kind> <when its last try ended (ms)> <hash of its recipient, or ->` |
 * | `<p>:dead-letters:{<app>.<queue>}:kinds` | hash | kind → JSON `[subscriber, topic, class of its reason, fingerprint of its error]` |
 * | `<p>:dead-letters:{<app>.<queue>}:kind:<kind>` | sorted set | ids of its letters, by when their last try ended (ms) |
 * | `<p>:dead-letters:{<app>.<queue>}:recipients` | sorted set | the hash of a recipient, 16 characters, and the id, all with the score 0 |
 * | `<p>:dead-letters:{<app>.<queue>}:alarm` | hash | while there are more than the threshold says: `since` when (ms), `asked` when a process last set out to tell it (ms), `told` when it had (ms) |
 */
export function deadLetterKeys(prefix: string, queueName: string) {
  const base = `${prefix}:dead-letters:${queueName}`;
  return {
    letters: `${base}:letters`,
    kinds: `${base}:kinds`,
    kind: (kind: string): string => `${base}:kind:${kind}`,
    recipients: `${base}:recipients`,
    alarm: `${base}:alarm`,
  };
}
