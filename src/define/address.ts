import { domainToASCII } from "node:url";
import * as z from "zod";

const mailbox = z.email();

/** A checked address in its one spelling, or what is wrong with it. */
export type CheckedAddress = { readonly address: string } | { readonly problem: string };

/**
 * Checks one e-mail address. Its domain is turned to ASCII (IDN) and lower case, so that one recipient has one spelling.
 * Nothing that could break a header passes: no display name, list, CR, LF or NUL.
 */
export function checkEmailAddress(text: unknown): CheckedAddress {
  if (typeof text !== "string") return { problem: `an e-mail address is text, not ${text === null ? "null" : typeof text}` };
  const at = text.lastIndexOf("@");
  const address = at < 1 ? text : `${text.slice(0, at)}@${domainToASCII(text.slice(at + 1))}`;
  if (address.length > 254 || !mailbox.safeParse(address).success)
    return { problem: `${JSON.stringify(text.slice(0, 80))} is not an e-mail address` };
  return { address };
}
