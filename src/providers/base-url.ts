import { isLoopback } from "./loopback.ts";

/**
 * What is wrong with the address that a vendor's API is asked at; undefined: nothing. Pure.
 * @param secret what would be sent unencrypted, such as "the API key"
 */
export function baseUrlProblem(baseUrl: string, secret: string): string | undefined {
  const base = URL.parse(baseUrl);
  if (base === null || !["http:", "https:"].includes(base.protocol))
    return `its base URL ${JSON.stringify(baseUrl)} must begin with https:// (or http:// on this machine)`;
  return base.protocol === "http:" && !isLoopback(base.hostname)
    ? `its base URL ${baseUrl} would send ${secret} unencrypted: use https://`
    : undefined;
}
