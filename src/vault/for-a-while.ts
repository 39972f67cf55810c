/** More than so many are not remembered: the oldest go first. */
const most = 20_000;

export interface ForAWhile<Value> {
  /** @param now by `performance.now()`: for those who have asked for the time already */
  get(key: string, now?: number): Value | undefined;
  /** @param from since when it holds, by `performance.now()`. Default: now */
  set(key: string, value: Value, from?: number): void;
  delete(key: string): void;
  clear(): void;
}

/** Remembers values for so many milliseconds after they were asked for, whatever happens meanwhile. */
export function forAWhile<Value>(lasts: number): ForAWhile<Value> {
  const kept = new Map<string, { readonly value: Value; readonly until: number }>();
  return {
    get(key, now = performance.now()) {
      const found = kept.get(key);
      if (found === undefined || found.until > now) return found?.value;
      kept.delete(key);
      return undefined;
    },
    set(key, value, from = performance.now()) {
      kept.delete(key);
      kept.set(key, { value, until: from + lasts });
      if (kept.size > most) kept.delete(kept.keys().next().value!);
    },
    delete: (key) => void kept.delete(key),
    clear: () => kept.clear(),
  };
}
