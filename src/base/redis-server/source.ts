export type RedisSource = "path" | "debian" | "docker" | "embedded";

/** A server's executable, and the environment that it needs. */
export interface RedisProgram {
  readonly file: string;
  readonly version: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What every source of a Redis is given. */
export interface SourceRequest {
  /** An existing folder, by its real path. */
  readonly dataFolder: string;
  readonly cacheFolder: string;
  readonly appendfsync: "everysec" | "always";
  /** Absent: a free one. */
  readonly port?: number;
  readonly say: (line: string) => void;
}

/** A server that answers and has loaded its data. */
export interface RunningRedis {
  readonly source: RedisSource;
  readonly version: string;
  readonly port: number;
  readonly pid?: number;
  /** The name of its docker container. */
  readonly container?: string;
  /** Ends it and returns when it is gone. Tolerates a server that is gone already. */
  stop(): Promise<void>;
}

/** A running server, or one sentence that says why this source has none. */
export type SourceResult = RunningRedis | string;
