import { createHash, createHmac } from "node:crypto";
import { bodyText, formOf } from "./callback-body.ts";
import { sameText } from "./same-text.ts";

export interface SignedByTwilio {
  /** The public address, with path and query, as Twilio was given it. */
  readonly url: string;
  /** Of the header `X-Twilio-Signature`. */
  readonly signature: string;
  readonly body: Uint8Array;
}

/**
 * Whether an account signed a request: HMAC-SHA1 of the address, followed by the parameters of the form in the order of their names, each name with its value.
 * Where the address holds `bodySHA256`, the body is of any type: the address alone is signed, and the hash is of the raw bytes.
 *
 * What is signed has no marks between names and values, so that a letter could be moved from one to the other: whoever reads the parameters
 * takes those alone that look as they should.
 */
export function isSignedByTwilio(authToken: string, { url, signature, body }: SignedByTwilio): boolean {
  const hash = /[?&]bodySHA256=([^&#]*)/.exec(url)?.[1];
  const parameters = hash === undefined ? parametersOf(body) : "";
  if (parameters === undefined) return false;
  // With all compared, the time says nothing about which it was.
  const signed = spellings(url).filter((address) => sameText(signature, hmac(authToken, address + parameters))).length > 0;
  return signed && (hash === undefined || sameText(hash.toLowerCase(), createHash("sha256").update(body).digest("hex")));
}

function hmac(authToken: string, text: string): string {
  return createHmac("sha1", authToken).update(text).digest("base64");
}

/** The values of one name come once each, in their order. */
function parametersOf(body: Uint8Array): string | undefined {
  const form = formOf(bodyText(body));
  if (form === undefined) return undefined;
  const names = [...new Set(form.keys())].toSorted(byCode);
  return names.flatMap((name) => [...new Set(form.getAll(name))].toSorted(byCode).map((value) => name + value)).join("");
}

function byCode(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Twilio signs the port of `https://` in some products, and not in others. */
function spellings(url: string): string[] {
  const [, scheme = "", host = "", port = "", rest = ""] = /^(https?:\/\/)([^/?#]*?)(:\d+)?([/?#].*)?$/i.exec(url) ?? [];
  if (scheme === "") return [url];
  const usual = scheme.toLowerCase() === "https://" ? ":443" : ":80";
  return [`${scheme}${host}${rest}`, `${scheme}${host}${port === "" ? usual : port}${rest}`];
}
