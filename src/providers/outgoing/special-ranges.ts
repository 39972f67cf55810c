import { BlockList, isIP, isIPv6 } from "node:net";

/**
 * Addresses that are no ordinary places of the internet, the first row that holds an address names it. A request that a stranger's
 * address leads there would be made from inside our network, with our rights.
 * Source: IANA's special-purpose registries of IPv4 and IPv6 (RFC 6890), and RFC 4291 for what of IPv6 is global unicast.
 */
export const specialRanges: readonly (readonly [range: string, name: string])[] = [
  ["0.0.0.0/8", "this machine"],
  ["127.0.0.0/8", "this machine"],
  ["10.0.0.0/8", "a private network"],
  ["172.16.0.0/12", "a private network"],
  ["192.168.0.0/16", "a private network"],
  ["100.64.0.0/10", "a provider's own network"],
  ["169.254.0.0/16", "this network link, where clouds keep their metadata"],
  ["192.0.0.0/24", "reserved for protocols"],
  ["192.0.2.0/24", "reserved for documentation"],
  ["198.51.100.0/24", "reserved for documentation"],
  ["203.0.113.0/24", "reserved for documentation"],
  ["192.31.196.0/24", "a service of the network itself"],
  ["192.52.193.0/24", "a service of the network itself"],
  ["192.175.48.0/24", "a service of the network itself"],
  ["192.88.99.0/24", "a way from IPv6 to IPv4"],
  ["198.18.0.0/15", "reserved for measurements"],
  ["224.0.0.0/4", "multicast"],
  ["255.255.255.255/32", "broadcast"],
  ["240.0.0.0/4", "reserved"],
  ["::/128", "this machine"],
  ["::1/128", "this machine"],
  ["::ffff:0:0/96", "an IPv4 address in IPv6's clothes"],
  ["::/96", "an IPv4 address in IPv6's clothes"],
  ["::ffff:0:0:0/96", "a way from IPv6 to IPv4"],
  ["64:ff9b::/96", "a way from IPv6 to IPv4"],
  ["64:ff9b:1::/48", "a way from IPv6 to IPv4"],
  ["2002::/16", "a way from IPv6 to IPv4"],
  ["fc00::/7", "a private network"],
  ["fe80::/10", "this network link"],
  ["fec0::/10", "a private network"],
  ["ff00::/8", "multicast"],
  ["2001::/23", "reserved for protocols"],
  ["2001:db8::/32", "reserved for documentation"],
  ["3fff::/20", "reserved for documentation"],
  ["2620:4f:8000::/48", "a service of the network itself"],
  // Of IPv6, only 2000::/3 is of the internet.
  ["::/3", "reserved"],
  ["4000::/2", "reserved"],
  ["8000::/1", "reserved"],
];

const lists = specialRanges.map(([range, name]) => ({ name, list: blockList([range]), ofIpv6: range.includes(":") }));

/** What an address is, where it is no ordinary place of the internet; text that is no address counts as such. Pure. */
export function specialRange(address: string): string | undefined {
  if (isIP(address) === 0) return "no address";
  // To Node, every address of IPv4 is in ::ffff:0:0/96 too.
  return lists.find(({ list, ofIpv6 }) => (isIPv6(address) || !ofIpv6) && holds(list, address))?.name;
}

/**
 * @param ranges addresses, or networks such as `10.20.0.0/16`
 * @throws Error of Node where one is neither
 */
export function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    list.addSubnet(address, bits === undefined ? (family === "ipv6" ? 128 : 32) : Number(bits), family);
  }
  return list;
}

/** Whether an address is in one of the ranges; one of IPv4 also in IPv6's clothes. */
export function holds(list: BlockList, address: string): boolean {
  return list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
