import type { Consent } from "../workers/consents.ts";

/** What a reader has said about what they want to get. */
export interface ConsentView {
  readonly wish: "out" | "in";
  /** Only messages of this category, such as `marketing`; absent: all of the channel. */
  readonly category?: string;
  /** How they said so, such as `STOP by SMS`. */
  readonly said: string;
  /** Who told us: a provider, or `busbar` where its own page did. */
  readonly source: string;
  /** RFC 3339. */
  readonly at: string;
}

export function consentView({ wish, category, said, source, at }: Consent): ConsentView {
  return { wish, ...(category === undefined ? {} : { category }), said, source, at: new Date(at).toISOString() };
}
