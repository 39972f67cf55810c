import { addressKey } from "./address-key.ts";
import type { Condition } from "./parsed-pattern.ts";
import type { Report } from "./report.ts";
import { shown } from "./shown.ts";

/** A block of IP addresses, such as `10.0.0.0/24` or `2001:db8::/32`. */
export function parseCidr(operand: unknown, report: Report): Condition | undefined {
  const refuse = (problem: string, vendor: string): undefined => void report(`${shown(operand)} ${problem}`, { vendor });
  // Its word for it is that of the operator that it took the code from.
  if (typeof operand !== "string") return refuse('is no string, such as "10.0.0.0/24"', "prefix match pattern must be a string");
  const [address, bits, ...others] = operand.split("/");
  if (address === undefined || bits === undefined || others.length > 0)
    return refuse('is no block of addresses, such as "10.0.0.0/24"', "Malformed CIDR, one '/' required");
  if (!/^[+-]?\d{1,9}$/.test(bits))
    return refuse("must end with a number of bits, such as /24", "Malformed CIDR, mask bits must be an integer");
  if (bits.startsWith("-")) return refuse("must not have a negative number of bits", "Malformed CIDR, mask bits must not be negative");
  const key = addressKey(address);
  if (key === undefined) return refuse("does not begin with an IP address", `Nonstandard IP address: ${address}`);
  const most = key.startsWith("4") ? 31 : 127;
  if (Number(bits) > most)
    return refuse(
      `has more than ${most} bits; write one address as it is, without a slash`,
      `IPv${key[0]} mask bits must be < ${most + 1}`,
    );
  return { is: "cidr", cidr: operand, address, bits: Number(bits) };
}
