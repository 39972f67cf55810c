import type { ListedApiKey } from "./redis-api-keys.ts";

/** An API key as people and programs see it: times in RFC 3339. */
export interface ApiKeyView {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly rate?: { readonly max: number; readonly per: number };
  readonly created: string;
  /** Absent: never. */
  readonly expires?: string;
  /** The id of the key that has taken its place. */
  readonly replacedBy?: string;
  /** To the minute; absent: not yet. */
  readonly lastUsed?: string;
}

export function apiKeyView({ created, expires, lastUsed, ...key }: ListedApiKey): ApiKeyView {
  return {
    ...key,
    created: timeText(created),
    ...(expires === undefined ? {} : { expires: timeText(expires) }),
    ...(lastUsed === undefined ? {} : { lastUsed: timeText(lastUsed) }),
  };
}

const timeText = (time: number): string => new Date(time).toISOString();
