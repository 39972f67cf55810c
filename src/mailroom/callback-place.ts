import { isLoopback } from "../providers/loopback.ts";

export interface WantedPlace {
  /** The address that the message names. */
  readonly own: string | undefined;
  /** Below the address of callbacks, where the message names none. */
  readonly path: string;
  /** The address that callbacks have, such as `http://127.0.0.1:4000/callbacks`. */
  readonly callbacks: string | undefined;
}

/**
 * The address that is called. Nothing leaves the mailroom: what a message names is called where it is on this machine; of any other address, and of
 * one that is the place of callbacks at another port, the query goes to where callbacks go. Pure.
 */
export function placeOf({ own, path, callbacks }: WantedPlace): { readonly place: string } | { readonly problem: string } {
  const usual = callbacks === undefined ? undefined : new URL(callbacks + path);
  if (own === undefined) return usual === undefined ? { problem: "nobody has said where callbacks go" } : { place: usual.href };
  const url = URL.parse(own);
  if (url === null || !/^https?:$/.test(url.protocol))
    return { problem: `the message names ${JSON.stringify(own.slice(0, 200))}, which is no address` };
  if (isLoopback(url.hostname) && url.pathname !== usual?.pathname) return { place: own };
  if (usual === undefined)
    return { problem: `the message names ${url.host}, and nothing leaves the mailroom: nobody has said where callbacks go` };
  usual.search = url.search;
  return { place: usual.href };
}

/** An address that callbacks can have, without a slash at its end; or what is wrong with it. Pure. */
export function callbacksAddress(text: string): { readonly address: string } | { readonly problem: string } {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "" || url.username !== "")
    return { problem: `callbacks must be an address such as http://127.0.0.1:4000/callbacks, not ${JSON.stringify(text.slice(0, 200))}` };
  return { address: url.href.replace(/\/+$/, "") };
}
