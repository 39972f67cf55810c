const longestAddress = 45;

/**
 * An IP address as text that sorts as addresses do: "4" or "6", and 16 bits a character. Undefined where a text is no address. Only the plain forms
 * count: four decimal numbers without leading zeros, or groups of IPv6, shortened once with "::", the last two perhaps as IPv4.
 */
export function addressKey(text: string): string | undefined {
  if (text.length < 2 || text.length > longestAddress) return undefined;
  const groups = text.includes(":") ? ipv6Groups(text) : ipv4Groups(text, 0);
  return groups === undefined ? undefined : keyOf(groups);
}

/** The first and the last of the addresses whose first `bits` bits are those of an address. */
export function blockOf(key: string, bits: number): { readonly from: string; readonly to: string } {
  const groups = Array.from(key.slice(1), (_, index) => key.charCodeAt(index + 1));
  const free = groups.map((_, index) => 0xffff >> Math.min(16, Math.max(0, bits - 16 * index)));
  return {
    from: keyOf(groups.map((group, index) => group & ~free[index]!)),
    to: keyOf(groups.map((group, index) => group | free[index]!)),
  };
}

function keyOf(groups: readonly number[]): string {
  return (groups.length === 2 ? "4" : "6") + String.fromCharCode(...groups);
}

function ipv4Groups(text: string, from: number): number[] | undefined {
  const groups = [0, 0];
  let part = 0;
  let value = -1;
  for (let at = from; at <= text.length; at++) {
    const unit = at === text.length ? dot : text.charCodeAt(at);
    if (unit === dot) {
      if (value < 0 || part > 3) return undefined;
      groups[part >> 1] = groups[part >> 1]! * 256 + value;
      part += 1;
      value = -1;
    } else {
      // A zero stands alone.
      if (unit < zero || unit > zero + 9 || value === 0) return undefined;
      value = Math.max(value, 0) * 10 + unit - zero;
      if (value > 255) return undefined;
    }
  }
  return part === 4 ? groups : undefined;
}

function ipv6Groups(text: string): number[] | undefined {
  const groups: number[] = [];
  let gap = -1;
  let at = 0;
  if (text.startsWith("::")) {
    gap = 0;
    at = 2;
  }
  while (at < text.length) {
    const end = ends(text, at);
    if (text.charCodeAt(end) === dot) {
      const last = ipv4Groups(text, at);
      if (last === undefined) return undefined;
      groups.push(...last);
      break;
    }
    const value = end === at || end - at > 4 ? Number.NaN : hexadecimal(text, { from: at, to: end });
    if (Number.isNaN(value)) return undefined;
    groups.push(value);
    if (end === text.length) break;
    at = end + 1;
    if (text.charCodeAt(at) === colon) {
      if (gap >= 0) return undefined;
      gap = groups.length;
      at += 1;
    } else if (at === text.length) return undefined;
  }
  const missing = 8 - groups.length;
  if (gap < 0 ? missing !== 0 : missing < 1) return undefined;
  if (gap >= 0) groups.splice(gap, 0, ...Array.from({ length: missing }, () => 0));
  return groups;
}

const [dot, colon, zero] = [0x2e, 0x3a, 0x30];

/** Where a group ends: at a colon, a dot, or the end. */
function ends(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== colon && text.charCodeAt(at) !== dot) at += 1;
  return at;
}

function hexadecimal(text: string, { from, to }: { readonly from: number; readonly to: number }): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const unit = text.charCodeAt(at);
    const digit = unit <= zero + 9 ? unit - zero : (unit | 0x20) - 0x57;
    if (digit < 0 || digit > 15 || (unit > zero + 9 && digit < 10)) return Number.NaN;
    value = value * 16 + digit;
  }
  return value;
}
