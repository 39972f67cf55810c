import { keyedHash } from "../base/ids.ts";

/** What is kept of a search value, wherever it is kept. @param indexSecret default: made from the prefix, so that whoever reads Redis can try values */
export function searchHashBy({ indexSecret, prefix }: { readonly indexSecret?: string | undefined; readonly prefix: string }) {
  const secret = indexSecret ?? `busbar ${prefix}`;
  return (value: string): string => keyedHash(secret, value);
}
