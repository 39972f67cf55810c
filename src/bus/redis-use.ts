/** What is used of the Redis as a whole, by everyone. */
export interface RedisUse {
  readonly version: string;
  readonly keys: number;
  readonly memoryBytes: number;
  readonly clients: number;
}
