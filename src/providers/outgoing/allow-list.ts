import { type BlockList, isIP } from "node:net";
import { blockList, holds } from "./special-ranges.ts";

/** What a team lets its messages reach although it is no ordinary place of the internet. */
export interface AllowList {
  /** Whether a host was named, or its address is in a network that was. */
  host(host: string): boolean;
  address(address: string): boolean;
}

/** @param entries what {@link allowListProblems} finds nothing wrong with */
export function allowList(entries: readonly string[]): AllowList {
  const places = entries.map(placeOf);
  const names = new Set(places.filter((place) => !isRange(place)));
  const ranges: BlockList = blockList(places.filter(isRange));
  const address = (text: string): boolean => isIP(text) !== 0 && holds(ranges, text);
  return { host: (host) => names.has(host) || address(host), address };
}

/** Everything that is no host, address or network, one sentence each, beginning with the option's place. */
export function allowListProblems(entries: readonly string[], place = "allow"): string[] {
  return entries
    .filter((entry) => !isRange(placeOf(entry)) && !isHostName(placeOf(entry)))
    .map((entry) => `${place}: ${JSON.stringify(entry)} is no host such as ops.internal, and no network such as 10.20.0.0/16`);
}

/** A host's one spelling: as a URL has it, without the brackets of IPv6 and the dot of the root. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "").replace(/\.+$/, "");
}

function placeOf(entry: string): string {
  const text = entry.trim().replace(/^\[|\]$/g, "");
  if (isRange(text)) return text;
  const url = /[\s/@:?#]/.test(text) ? null : URL.parse(`http://${text}/`);
  return url === null ? "" : hostOf(url);
}

function isRange(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (longest < 0 || address.includes("%") || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest);
}

function isHostName(text: string): boolean {
  return /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(text);
}
