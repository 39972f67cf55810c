import { domainToASCII } from "node:url";
import * as z from "zod";
import type { ChannelName } from "./channel-name.ts";
import { type CheckedAddress, kindOf, shown } from "./checked-address.ts";
import { checkPushAddress } from "./push-address.ts";

const mailbox = z.email();
/** It travels in headers, and stands in every record of its delivery. */
const longestUrl = 2_048;

/** Checks a recipient of a channel. An e-mail and a phone are both text to the compiler, so this is where they are told apart. */
export function checkAddress(channel: ChannelName, recipient: unknown): CheckedAddress {
  switch (channel) {
    case "email":
      return checkEmailAddress(recipient);
    case "sms":
    case "whatsapp":
      return checkPhoneNumber(recipient);
    case "push":
      return checkPushAddress(recipient);
    case "webhook":
      return checkUrl(recipient);
    case "handler":
      return { address: String(recipient) };
  }
}

/**
 * Checks one e-mail address. Its domain is turned to ASCII (IDN) and lower case, so that one recipient has one spelling.
 * Nothing that could break a header passes: no display name, list, CR, LF or NUL.
 */
export function checkEmailAddress(text: unknown): CheckedAddress {
  if (typeof text !== "string") return { problem: `an e-mail address is text, not ${kindOf(text)}` };
  const at = text.lastIndexOf("@");
  const address = at < 1 ? text : `${text.slice(0, at)}@${asciiDomain(text.slice(at + 1))}`;
  if (address.length > 254 || !mailbox.safeParse(address).success) return { problem: `${shown(text)} is not an e-mail address` };
  return { address };
}

/** E.164: `+`, the country's code and the number, 7 to 15 digits in all. */
export function checkPhoneNumber(text: unknown): CheckedAddress {
  if (typeof text !== "string") return { problem: `a phone number is text, not ${kindOf(text)}` };
  return /^\+[1-9]\d{6,14}$/.test(text) ? { address: text } : { problem: `${shown(text)} is not a phone number such as +919845012345` };
}

function checkUrl(text: unknown): CheckedAddress {
  if (typeof text !== "string") return { problem: `an address is text, not ${kindOf(text)}` };
  if (text.length > longestUrl) return { problem: `an address may have ${longestUrl} characters, this one has ${text.length}` };
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === ""
    ? { address: url.href }
    : { problem: `${shown(text)} is not an address such as https://example.com/hook, without user and password` };
}

/** Most domains are ASCII and lower case as they are. */
function asciiDomain(domain: string): string {
  return /^[a-z0-9.-]+$/.test(domain) ? domain : domainToASCII(domain);
}
